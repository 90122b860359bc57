"""The commands that the documentation tells you to type."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tools.cluster.settings import REPOSITORY

OPERATIONS = REPOSITORY / "docs/operations.md"
FENCE = "```"


def command(document: Path, heading: str, containing: str) -> str:
    """The only command below a heading that contains these words."""
    found = [command for command in commands(document, heading) if containing in command]
    if len(found) != 1:
        raise LookupError(f"{document}: expected one command with {containing!r} below {heading!r}, found {found}")
    return found[0]


def commands(document: Path, heading: str) -> list[str]:
    """The commands of the `sh` blocks below a heading, one for each line that does not continue the one before."""
    joined = "\n".join(shell_lines(document.read_text(encoding="utf-8"), heading)).replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]


def shell_lines(text: str, heading: str) -> Iterator[str]:
    """The lines of the `sh` blocks from a heading to the next one of the same or a higher level."""
    level, block = 0, ""
    for line in text.splitlines():
        title = None if block else re.match(r"(#+) (.*)", line)
        if title and title[2] == heading:
            level = len(title[1])
        elif title and len(title[1]) <= level:
            return
        elif line.startswith(FENCE):
            block = "" if block else line
        elif level and block == f"{FENCE}sh":
            yield line
