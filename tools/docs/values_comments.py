"""Reads and replaces the comments of values.yaml. The comment above a key documents that key."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

import yaml

WIDTH = 120


def comments(text: str) -> dict[str, str]:
    """The comment above each key as one line, by the key's path, for example "scheduler.replicas"."""
    lines = text.splitlines()
    found = {path: " ".join(_comment_lines(lines, line)) for path, line in key_lines(text)}
    return {path: comment for path, comment in found.items() if comment}


def with_comments(text: str, replaced: Mapping[str, str]) -> str:
    """The text with other comments above some of its keys."""
    lines = text.splitlines()
    for path, line in reversed(list(key_lines(text))):  # from the end, so that the lines before stay where they are
        if path in replaced:
            indent = lines[line][: -len(lines[line].lstrip())]
            first = line - len(_comment_lines(lines, line))
            lines[first:line] = _wrapped(replaced[path], f"{indent}# ")
    return "\n".join(lines) + "\n"


def _wrapped(text: str, prefix: str) -> list[str]:
    """The lines of a comment. They are broken at spaces only, so that reading them gives the same text again."""
    options = {"break_long_words": False, "break_on_hyphens": False}
    return textwrap.wrap(text, WIDTH, initial_indent=prefix, subsequent_indent=prefix, **options)


def key_lines(text: str) -> Iterator[tuple[str, int]]:
    """The paths of all keys that have a line of their own, with the index of that line."""
    return _key_lines(yaml.compose(text), "")


def _key_lines(node: yaml.Node, prefix: str) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode) and not node.flow_style:
        for key, value in node.value:
            yield f"{prefix}{key.value}", key.start_mark.line
            yield from _key_lines(value, f"{prefix}{key.value}.")


def _comment_lines(lines: list[str], line: int) -> list[str]:
    """The lines of the comment that ends right above a line."""
    first = line
    while first and lines[first - 1].lstrip().startswith("#"):
        first -= 1
    return [comment.strip().removeprefix("#").strip() for comment in lines[first:line]]
