"""The bytes of a Python file as text, decoded more strictly than Python does."""

from __future__ import annotations

import ast
import codecs
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# PEP 263: a comment in the first line, or in the second if the first is blank or a comment.
_ENCODING_COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK_OR_COMMENT = re.compile(rb"[ \t\f]*(?:#.*)?$")
_UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Rejected(Exception):
    """Why a file cannot be read: a problem's code, message and place. Line 0 means the file as a whole."""

    def __init__(self, code: str, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.code, self.message, self.line, self.column = code, message, line, column


def may_mention(name: str, source: bytes) -> bool:
    """Whether the file can have the ASCII identifier `name`: a look at the bytes that spares most files the parser.

    Python folds look-alikes such as full-width letters into the same identifier (PEP 3131). Files with one pass too,
    so that `SourceText.decode` refuses them by name instead of nobody noticing them.
    """
    if name.encode() in source or source.startswith(_UTF16_BOMS):
        return True
    return not source.isascii() and name in unicodedata.normalize("NFKC", source.decode("utf-8", "ignore"))


@dataclass(frozen=True, slots=True)
class SourceText:
    text: str

    @classmethod
    def decode(cls, source: bytes) -> SourceText:
        """Strict UTF-8, with or without a BOM. Any other encoding could show a reviewer another file than Python runs.

        Raises `Rejected`.
        """
        if source.startswith(_UTF16_BOMS):
            raise Rejected("encoding", "is UTF-16; save the file as UTF-8")
        body = source.removeprefix(codecs.BOM_UTF8)
        _refuse_other_encodings(body)
        try:
            text = cls(body.decode("utf-8"))
        except UnicodeDecodeError as error:
            place = cls(body[: error.start].decode("utf-8"))._end()
            raise Rejected("encoding", "has a byte that is not UTF-8; save the file as UTF-8", *place) from None
        text._refuse("\0", "syntax", "has a NUL byte, which no Python file may have")
        if not text.text.isascii():
            for word in set(re.findall(r"\w+", text.text)):
                if word != "JOB" and unicodedata.normalize("NFKC", word) == "JOB":
                    text._refuse(word, "job-look-alike", f"{ascii(word)} only looks like JOB; write ASCII letters")
        return text

    def place(self, node: ast.AST) -> tuple[int, int]:
        """Line and column of a node, from 1; the column counts characters, where `ast` counts bytes."""
        line: int = getattr(node, "lineno", 1)
        before = _lines(self.text)[line - 1].encode()[: getattr(node, "col_offset", 0)]
        return line, len(before.decode("utf-8", "ignore")) + 1

    def _refuse(self, fragment: str, code: str, message: str) -> None:
        before, found, _ = self.text.partition(fragment)
        if found:
            raise Rejected(code, message, *SourceText(before)._end())

    def _end(self) -> tuple[int, int]:
        lines = _lines(self.text)
        return len(lines), len(lines[-1]) + 1


@lru_cache(maxsize=1)
def _lines(text: str) -> list[str]:
    """As Python counts them. Of a whole JOB_CONFIG every value is placed, in the same text."""
    return re.split(r"\r\n?|\n", text)


def unstorable_character(text: str) -> str | None:
    """The first character of a text, if there is one, that no database stores."""
    return next((char for char in text if char == "\0" or "\ud800" <= char <= "\udfff"), None)


def _refuse_other_encodings(body: bytes) -> None:
    for number, line in enumerate(re.split(rb"\r\n?|\n", body, maxsplit=2)[:2], start=1):
        if cookie := _ENCODING_COOKIE.match(line):
            encoding = cookie[1].decode("ascii", "replace")
            if not _is_utf8(encoding):
                message = f"declares the encoding {ascii(encoding)}, only UTF-8 is read; remove the declaration"
                raise Rejected("encoding", message, number, 1)
        if not _BLANK_OR_COMMENT.match(line):
            break


def _is_utf8(encoding: str) -> bool:
    """As Python sees it, which takes utf-8-unix and the like for UTF-8, too."""
    name = encoding.lower().replace("_", "-")
    if name == "utf-8" or name.startswith("utf-8-"):
        return True
    try:
        return codecs.lookup(encoding).name == "utf-8"
    except LookupError:
        return False
