"""Reads JOB_CONFIG, a literal dict beside JOB, without running the file."""

from __future__ import annotations

import ast
import math
from typing import Any

from airflow_control_plane.discovery.bindings import How, bindings
from airflow_control_plane.discovery.source_text import SourceText
from airflow_control_plane.model.problem import Problem
from airflow_control_plane.model.settings import NO_CONFIG, JobConfig, Path
from airflow_control_plane.settings.checks import layer_violations

_NAME = "JOB_CONFIG"
_MAX_DEPTH = 6
_EXPECTED = f"write {_NAME} = {{...}} once, at the top level, with plain values only"


def read_job_config(tree: ast.Module, source: SourceText) -> tuple[JobConfig, tuple[Problem, ...]]:
    """The JOB_CONFIG of a module, and everything that is wrong with it."""
    found = bindings(tree, _NAME)
    if not found:
        return NO_CONFIG, ()
    first = found[0]
    if len(found) > 1:
        return NO_CONFIG, (
            source.problem("config-shape", f"{_NAME} is assigned more than once; {_EXPECTED}", found[1].node),
        )
    if first.how is not How.ASSIGNED or not isinstance(first.value, ast.Dict):
        node = first.value or first.node
        return NO_CONFIG, (source.problem("config-shape", f"{_NAME} is not a plain dict; {_EXPECTED}", node),)
    reader = _LiteralReader(source)
    config = JobConfig(reader.read(first.value, ()), reader.places)
    if reader.problems:
        return config, tuple(reader.problems)
    return config, tuple(
        Problem(
            source.path,
            *config.place(found.path),
            found.code,
            f"{_shown(found.path)}: {found.message}",
            root=source.root,
        )
        for found in layer_violations(config.layer)
    )


def _shown(path: Path) -> str:
    return ".".join(map(str, path))


class _LiteralReader:
    """Turns literal nodes into values. Notes the place of each, and what is not a literal."""

    def __init__(self, source: SourceText) -> None:
        self._source = source
        self.places: dict[Path, tuple[int, int]] = {}
        self.problems: list[Problem] = []

    def read(self, node: ast.expr, path: Path) -> Any:
        self.places[path] = self._source.place(node)
        if len(path) > _MAX_DEPTH:
            return self._reject(node, path, f"is nested too deeply; {_EXPECTED}")
        match node:
            case ast.Dict():
                return self._read_dict(node, path)
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                return [self.read(element, (*path, index)) for index, element in enumerate(elements)]
            case ast.Constant(value=(str() | bool() | int() | None) as value):
                return value
            case ast.Constant(value=float(number)) if math.isfinite(number):
                return number
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
                return -number
        return self._reject(node, path, f"is not a plain value; {_EXPECTED}")

    def _read_dict(self, node: ast.Dict, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if not (isinstance(key, ast.Constant) and isinstance(key.value, str)):
                self._reject(key or value, path, f"has a key that is not a plain string; {_EXPECTED}")
            elif key.value in values:
                self._reject(key, (*path, key.value), "is set twice; keep one of them")
            else:
                inner = (*path, key.value)
                values[key.value] = self.read(value, inner)
                self.places[inner] = self._source.place(key)
        return values

    def _reject(self, node: ast.expr, path: Path, what: str) -> None:
        self.problems.append(self._source.problem("config-shape", f"{_shown(path) or _NAME} {what}", node))
