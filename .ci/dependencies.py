#!/usr/bin/env python3
"""Every dependency says why it is there: the line above it in Cargo.toml is a comment.

Lines that only take over what the workspace says, and members of the workspace, need none.
"""

import re
import sys
from pathlib import Path

SECTION = re.compile(r"^\[(?P<name>.+)\]\s*$")
DEPENDENCIES = re.compile(r"^(workspace\.|target\..+\.)?((dev|build)-)?dependencies$")
ENTRY = re.compile(r"^(?P<name>[A-Za-z0-9_-]+)(\.workspace)?\s*=\s*(?P<value>.+)$")


def unexplained(path: Path) -> list[str]:
    found, inside, before = [], False, ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        section, entry = SECTION.match(line), ENTRY.match(line)
        if section:
            inside = bool(DEPENDENCIES.match(section["name"]))
        elif inside and entry:
            is_ours = "workspace = true" in line or ".workspace" in line or "path = " in line
            if not is_ours and not before.startswith("#"):
                found.append(f"{path}:{number}: {entry['name']} has no comment above it that says why it is needed")
        before = line.strip()
    return found


def main() -> int:
    manifests = [Path("Cargo.toml"), *sorted(Path("src").glob("*/Cargo.toml"))]
    found = [line for manifest in manifests for line in unexplained(manifest)]
    print("\n".join(found) if found else f"every dependency of {len(manifests)} manifests says why it is there")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
