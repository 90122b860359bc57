"""Text that is safe to print, to store and to write into Python code."""

from __future__ import annotations


def printable(text: str) -> str:
    """`text` with control characters and undecodable bytes escaped: no name steers a terminal or forges a log line."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def unstorable_character(text: str) -> str | None:
    """The first character of `text` that PostgreSQL cannot store (NUL, half a surrogate pair), or None."""
    return next((char for char in text if char == "\0" or "\ud800" <= char <= "\udfff"), None)


def literal(value: object) -> str:
    """Plain data as a Python literal in ASCII, with double quotes where that needs no escape."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(key)}: {literal(member)}" for key, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    text = ascii(value)
    if text.startswith("'") and '"' not in text:
        return f'"{text[1:-1]}"'
    return text
