#!/usr/bin/env python3
"""Holds the program to what it said before: README.md tells how.

    python3 tests/frozen/freeze.py record  --program target/release/roofscape [--only REGEX]
    python3 tests/frozen/freeze.py compare --program target/release/roofscape [--only REGEX]
    python3 tests/frozen/freeze.py compare --names
"""

import argparse
import difflib
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import changes

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
COMMANDS = HERE / "commands.txt"
RECORD = HERE / "record.jsonl"

# Numbers in JSON are equal within this share of the larger one.
TOLERANCE = 1e-12
# A command that takes longer ends all.
PATIENCE_S = 300
# Lines or JSON paths shown of one difference.
SHOWN = 40

# What varies from run to run: what it is, how it looks, what stands for it. Words of wrapped text are separated by \s+.
VARYING = [
    (
        "C9 of `reproduce`: how long the pricing took",
        r"(50,160 configurations\s+in)\s+[\d.,]+\s+(?:µs|ms|s):\s+[\d.,]+\s+million\s+per\s+second",
        r"\1 TIME: RATE million per second",
    ),
    (
        "C9 of `reproduce`: the rate, where it is checked",
        r"(20\s+minutes\s+or\s+less:)\s+[\d.,]+\s+million\s+per\s+second",
        r"\1 RATE million per second",
    ),
    ("the same in JSON", r'("measured": ")[\d.,]+( million per second")', r"\1RATE\2"),
    ("its figures in JSON", r'("name": "(?:elapsed, s|configurations per second)",\s+"value": )[\d.e+-]+', r"\1 0"),
    (
        "the day on which a machine is looked at, as figures of its profile state it in JSON",
        r'("title": "this machine",\s+"url": "/proc/meminfo"\s+},\s+"date": ")\d{4}-\d\d-\d\d',
        r"\1TODAY",
    ),
    (
        "the same in `profiles show detected`",
        r"(measured  )\d{4}-\d\d-\d\d(  \[\d+\] +MemTotal)",
        r"\1TODAY\2",
    ),
    (
        "the day on which `calibrate --out` fits, in the file that it writes",
        r'(kind = "fitted", source = "[^"]+", date = ")\d{4}-\d\d-\d\d',
        r"\1TODAY",
    ),
]


def normalised(text, home):
    """The text without what varies: paths of this run, and the list above."""
    text = text.replace(str(home), "{home}").replace(str(ROOT), "{root}")
    for _, pattern, replacement in VARYING:
        text = re.sub(pattern, replacement, text)
    return text


def run(program, command):
    """What the program says to a command: an entry of the record."""
    with tempfile.TemporaryDirectory(prefix="frozen-") as folder:
        home = Path(folder).resolve()
        environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(home), "TERM": "dumb"}
        for name in ("config", "state", "cache", "data"):
            environment[f"XDG_{name.upper()}_HOME"] = str(home / name)
        arguments = [word.replace("{home}", str(home)) for word in shlex.split(command)]
        done = subprocess.run(
            [program, *arguments],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            start_new_session=True,  # no terminal that could be asked
            timeout=PATIENCE_S,
        )

        def text(data):
            return normalised(data.decode("utf-8", "replace"), home)

        entry = {"command": command, "exit": done.returncode, "stdout": text(done.stdout), "stderr": text(done.stderr)}
        paths = sorted(path for path in home.rglob("*") if path.is_file())
        if paths:
            entry["files"] = {str(path.relative_to(home)): text(path.read_bytes()) for path in paths}
        return entry


def run_all(program, commands):
    """The entries of all commands, in their order."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda command: run(program, command), commands))


def read_commands():
    """The lines of commands.txt that are commands."""
    lines = (line.strip() for line in COMMANDS.read_text().splitlines())
    commands = [line for line in lines if line and not line.startswith("#")]
    twice = {command for command in commands if commands.count(command) > 1}
    if twice:
        sys.exit(f"{COMMANDS.name} has twice: {', '.join(sorted(twice))}")
    return commands


def read_record():
    """The entries of the record; none if there is no record yet."""
    if not RECORD.exists():
        return []
    return [json.loads(line) for line in RECORD.read_text().splitlines()]


def document(text):
    """The JSON document, or the list of those of JSON lines; None if it is neither."""

    def refuse(name):
        raise ValueError(f"{name} is no JSON")

    if not text.startswith(("{", "[")):
        return None
    try:
        return json.loads(text, parse_constant=refuse)
    except ValueError:
        pass
    try:
        return [json.loads(line, parse_constant=refuse) for line in text.splitlines()]
    except ValueError:
        return None


def json_differences(old, new, path="$"):
    """Each path at which two documents differ, with both values."""
    if isinstance(old, dict) and isinstance(new, dict):
        kept_old, kept_new = [key for key in old if key in new], [key for key in new if key in old]
        for key in old:
            if key in new:
                yield from json_differences(old[key], new[key], f"{path}.{key}")
            else:
                yield f"{path}.{key}: {shown(old[key])} is gone"
        for key in new:
            if key not in old:
                yield f"{path}.{key}: {shown(new[key])} is new"
        if kept_old != kept_new:
            yield f"{path}: keys in the order {shown(kept_old)}, now {shown(kept_new)}"
    elif isinstance(old, list) and isinstance(new, list):
        if len(old) != len(new):
            yield f"{path}: {len(old)} items, now {len(new)}"
        for place, (was, now) in enumerate(zip(old, new)):
            yield from json_differences(was, now, f"{path}[{place}]")
    elif is_number(old) and is_number(new):
        if old != new and abs(old - new) > TOLERANCE * max(abs(old), abs(new)):
            yield f"{path}: {old}, now {new}"
    elif old != new or type(old) is not type(new):
        yield f"{path}: {shown(old)}, now {shown(new)}"


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def shown(value):
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else text[:200] + "…"


def text_differences(old, new):
    """A unified diff without its head, which would name files."""
    lines = list(difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=1))
    return lines[2:] or ["only the ends of lines differ"]


def differences(old, new):
    """Streams in which two entries differ, each with lines that say how."""
    if old["exit"] != new["exit"]:
        yield "exit code", [f"{old['exit']}, now {new['exit']}"]
    texts = [("stdout", old["stdout"], new["stdout"]), ("stderr", old["stderr"], new["stderr"])]
    files = (old.get("files", {}), new.get("files", {}))
    for name in sorted({*files[0], *files[1]}):
        texts.append((f"file {name}", *(side.get(name, "(no such file)\n") for side in files)))
    for stream, was, now in texts:
        if was == now:
            continue
        before, after = document(was), document(now)
        if before is None or after is None:
            yield stream, text_differences(was, now)
        elif found := list(json_differences(before, after)):
            yield stream, found


def record(program, chosen):
    """Writes the record; with --only, the entries of other commands stay as they are."""
    commands = read_commands()
    known = {entry["command"]: entry for entry in read_record()} if chosen.pattern else {}
    known |= {entry["command"]: entry for entry in run_all(program, [c for c in commands if chosen.search(c)])}
    entries = [known[command] for command in commands if command in known]
    RECORD.write_text("".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries))
    print(f"{len(entries)} commands, {RECORD.stat().st_size / 1e6:.2f} MB")


def compare(program, chosen):
    """Whether the program still says what the record says, after the intended changes."""
    recorded = read_record()
    unpaired = set(read_commands()) ^ {entry["command"] for entry in recorded}
    for command in sorted(unpaired):
        print(f"not in both {COMMANDS.name} and {RECORD.name}: {command}")
    entries, counts = changes.apply(recorded)
    for name, count in counts.items():
        print(f"rule {name}: {count} entries changed")
    entries = [entry for entry in entries if chosen.search(entry["command"])]
    total = 0
    for old, new in zip(entries, run_all(program, [entry["command"] for entry in entries])):
        for stream, lines in differences(old, new):
            total += 1
            print(f"\n{old['command']}\n  {stream}:")
            for line in lines[:SHOWN]:
                print(f"    {line[:400]}")
            if len(lines) > SHOWN:
                print(f"    … and {len(lines) - SHOWN} lines more")
    print(f"{len(entries)} commands, {total} differences")
    return bool(total or unpaired)


def names():
    """Lists the intended changes."""
    for change in changes.CHANGES:
        print(f"{change.name}: {change.why}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["record", "compare"])
    parser.add_argument("--program", type=Path, help="the program's file")
    parser.add_argument("--only", type=re.compile, default="", metavar="REGEX", help="commands in which this is found")
    parser.add_argument("--names", action="store_true", help="list the intended changes and do nothing else")
    given = parser.parse_args()
    if given.names:
        return names()
    if given.program is None or not given.program.is_file():
        parser.error("--program must be a file")
    action = record if given.action == "record" else compare
    return action(str(given.program.resolve()), given.only)


if __name__ == "__main__":
    sys.exit(main())
