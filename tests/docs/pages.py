"""The pages of the documentation, and what they show: code blocks, commands and tables."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
JOBS = ROOT / "docs" / "jobs.md"
SYNC = ROOT / "docs" / "sync.md"
PAGES = [
    README,
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "examples" / "README.md",
    ROOT / "generator" / "README.md",
]


def section(page: Path, heading: str) -> str:
    """The text under a heading, up to the next heading of any level."""
    _, found, rest = page.read_text(encoding="utf-8").partition(f"# {heading}\n")
    if not found:
        raise LookupError(f"{page.name} has no heading {heading!r}")
    return re.split(r"^#+ ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def commands(page: Path) -> list[str]:
    """The shell commands that a page shows, each on one line; of `NAME=$(command)` only the command."""
    text = "\n".join(blocks(page.read_text(encoding="utf-8"), "sh"))
    lines = re.sub(r"\\\n\s*|(?<=\|)\n\s*", "", text).splitlines()
    return [found[1] for line in lines if (found := re.match(r"(?:\w+=\$\()?([a-z].*)", line))]


def table(page: Path, first_header: str) -> dict[str, str]:
    """The first two columns of the table whose first column has this header."""
    _, _, rest = page.read_text(encoding="utf-8").partition(f"| {first_header} |")
    rows = [line for line in rest.partition("\n\n")[0].splitlines()[2:] if line.startswith("|")]
    cells = ([cell.strip() for cell in row.strip("|").split("|")] for row in rows)
    return {first.strip("`"): second for first, second, *_ in cells}
