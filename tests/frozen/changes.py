"""Intended changes of what the program says.

An intended change is written down here as a rule. It is not recorded anew. `freeze.py compare` applies the rules to the
old record, in this order, and holds the program to the result. So the list says what changed and why, and everything
that no rule speaks of must still be as it was.

A rule is a name, a reason and a function. The function gets an entry of the record and returns the entry as it should
be now. It leaves alone what it has nothing to say about. An entry is a dictionary:

    command   what was typed, without the program's name
    exit      the exit code
    stdout    text; what varies from run to run is normalised (see freeze.py)
    stderr    text
    files     only where files were written: {path below the home directory: text}

A rule may change the command too, for an option that has a new name: the new command is then run. It returns None for
an entry that has no successor, for a command that is gone.

For JSON there is `on_json`. Its function gets the parsed stdout and returns the document as it should be now. Entries
whose stdout is not JSON are left alone.

An example, tested by `python3 -m doctest tests/frozen/changes.py`:

>>> def call_it_width(document):
...     return {("width" if key == "d" else key): value for key, value in document.items()}
>>> rules = [
...     Change("d-is-width", "readers know no d", on_json(call_it_width)),
...     Change("tables-say-width", "as JSON does", on_text("stdout", r"^d  ", "width  ")),
... ]
>>> record = [
...     {"command": "show --format json", "exit": 0, "stdout": '{"d": 896, "l": 24}', "stderr": ""},
...     {"command": "show", "exit": 0, "stdout": "d  896\\n", "stderr": ""},
... ]
>>> changed, counts = apply(record, rules)
>>> [entry["stdout"] for entry in changed]
['{"width": 896, "l": 24}', 'width  896\\n']
>>> counts
{'d-is-width': 1, 'tables-say-width': 1}
"""

import copy
import json
import re
from typing import Callable, NamedTuple


class Change(NamedTuple):
    """One intended change."""

    name: str
    why: str
    function: Callable


def on_json(function):
    """A function of entries from one of documents: for stdout that is JSON."""

    def changed(entry):
        try:
            document = json.loads(entry["stdout"])
        except ValueError:
            return entry
        return {**entry, "stdout": json.dumps(function(document), ensure_ascii=False)}

    return changed


def on_text(stream, pattern, replacement):
    """A function of entries from a regular expression, in which ^ and $ are ends of lines."""

    def changed(entry):
        return {**entry, stream: re.sub(pattern, replacement, entry[stream], flags=re.MULTILINE)}

    return changed


def of_commands(start, function):
    """A function of entries for those whose command begins with some words."""
    return lambda entry: function(entry) if entry["command"].startswith(start) else entry


# Since the record was taken.
CHANGES: list[Change] = []


def apply(record, changes=None):
    """The record after all rules, and how many entries each of them changed."""
    changes = CHANGES if changes is None else changes
    counts = {change.name: 0 for change in changes}
    result = []
    for entry in record:
        for change in changes:
            before = copy.deepcopy(entry)
            entry = change.function(entry)
            counts[change.name] += not same(before, entry)
            if entry is None:
                break
        else:
            result.append(entry)
    return result, counts


def same(before, after):
    """Whether a rule left an entry alone. How a document is laid out does not count."""
    if before == after or after is None:
        return before == after
    try:
        layouts = [{**entry, "stdout": json.dumps(json.loads(entry["stdout"]))} for entry in (before, after)]
    except ValueError:
        return False
    return layouts[0] == layouts[1]
