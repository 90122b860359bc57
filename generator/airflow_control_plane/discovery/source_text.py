"""A Python file as text, decoded more strictly than Python does, and the problems found in it."""

from __future__ import annotations

import ast
import codecs
import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

from airflow_control_plane.model.problem import Problem, Severity

# PEP 263: a comment in the first line, or in the second if the first is blank or a comment.
_ENCODING_COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK_OR_COMMENT = re.compile(rb"[ \t\f]*(?:#.*)?$")
_UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Rejected(Exception):
    """The file cannot be read any further because of this problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def may_mention(name: str, source: bytes) -> bool:
    """Whether the file can contain the ASCII identifier `name`: a quick test that saves most files from being parsed.

    Python folds look-alikes such as full-width letters into the same identifier (PEP 3131). A file with one of them
    passes as well, so that `SourceText.decode` reports it.
    """
    if name.encode() in source or source.startswith(_UTF16_BOMS):
        return True
    return not source.isascii() and name in unicodedata.normalize("NFKC", source.decode("utf-8", "ignore"))


@dataclass(frozen=True, slots=True)
class SourceText:
    """The text of the file `path`, which is relative to the package root `root`."""

    path: str
    text: str = field(repr=False)
    root: str = ""

    @classmethod
    def decode(cls, source: bytes, path: str, root: str) -> SourceText:
        """Strict UTF-8, with or without a BOM. Any other encoding could show a reviewer another file than Python runs.

        Raises Rejected.
        """

        def rejected(code: str, message: str, line: int = 0, column: int = 0) -> Rejected:
            return Rejected(Problem(path, line, column, code, message, root=root))

        if source.startswith(_UTF16_BOMS):
            raise rejected("encoding", "is UTF-16; save the file as UTF-8")
        body = source.removeprefix(codecs.BOM_UTF8)
        if cookie := _other_encoding(body):
            line, encoding = cookie
            message = f"declares the encoding {ascii(encoding)}, but only UTF-8 is supported; remove the declaration"
            raise rejected("encoding", message, line, 1)
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError as error:
            place = _end_of(body[: error.start].decode("utf-8"))
            raise rejected("encoding", "contains a byte that is not UTF-8; save the file as UTF-8", *place) from None
        before, found, _ = text.partition("\0")
        if found:
            raise rejected("syntax", "contains a NUL byte, which Python does not allow", *_end_of(before))
        if word := _look_alike("JOB", text):
            place = _end_of(text.partition(word)[0])
            raise rejected("job-look-alike", f"{ascii(word)} only looks like JOB; write ASCII letters", *place)
        return cls(path, text, root)

    def problem(
        self, code: str, message: str, node: ast.AST | None = None, severity: Severity = Severity.ERROR
    ) -> Problem:
        """A problem with a node of this file, or with the file as a whole."""
        line, column = self.place(node) if node else (0, 0)
        return Problem(self.path, line, column, code, message, severity, self.root)

    def place(self, node: ast.AST) -> tuple[int, int]:
        """Line and column of a node, from 1. The column counts characters; `ast` counts bytes."""
        line: int = getattr(node, "lineno", 1)
        before = _lines(self.text)[line - 1].encode()[: getattr(node, "col_offset", 0)]
        return line, len(before.decode("utf-8", "ignore")) + 1


def _end_of(text: str) -> tuple[int, int]:
    lines = _lines(text)
    return len(lines), len(lines[-1]) + 1


@lru_cache(maxsize=1)
def _lines(text: str) -> list[str]:
    """The lines as Python counts them. Cached because every value of a JOB_CONFIG is placed in the same text."""
    return re.split(r"\r\n?|\n", text)


def _look_alike(name: str, text: str) -> str | None:
    """A word that Python would read as `name` although it is spelled with other characters."""
    words = set() if text.isascii() else set(re.findall(r"\w+", text))
    return next((word for word in words if word != name and unicodedata.normalize("NFKC", word) == name), None)


def _other_encoding(body: bytes) -> tuple[int, str] | None:
    """Line and name of an encoding cookie that is not UTF-8."""
    for number, line in enumerate(re.split(rb"\r\n?|\n", body, maxsplit=2)[:2], start=1):
        if cookie := _ENCODING_COOKIE.match(line):
            encoding = cookie[1].decode("ascii", "replace")
            return None if _is_utf8(encoding) else (number, encoding)
        if not _BLANK_OR_COMMENT.match(line):
            break
    return None


def _is_utf8(encoding: str) -> bool:
    """As Python sees it: names such as utf-8-unix count as UTF-8."""
    name = encoding.lower().replace("_", "-")
    if name == "utf-8" or name.startswith("utf-8-"):
        return True
    try:
        return codecs.lookup(encoding).name == "utf-8"
    except LookupError:
        return False
