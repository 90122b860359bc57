"""The generator's rooms: which may import which, and that only `runtime` and `notifications` import Airflow."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

PACKAGE = Path(__file__).parents[2] / "generator" / "airflow_control_plane"
MODULES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))

# A room may import itself, the rooms of earlier floors, and these two modules.
FLOORS = (("model",), ("settings",), ("discovery", "dag_generator"), ("sync",), ("cli",))
OUTSIDE_THE_ROOMS = {"runtime", "version"}
MAY_IMPORT = {
    room: {room, *OUTSIDE_THE_ROOMS, *(lower for floor in FLOORS[:height] for lower in floor)}
    for height, floor in enumerate(FLOORS)
    for room in floor
} | {
    "runtime": set(),
    "notifications": set(),
    "version": set(),
    "__main__": {"cli"},
    "__init__": {"version", "discovery", "dag_generator"},
}


class Import(NamedTuple):
    name: str
    is_in_a_function: bool


def imports(node: ast.AST, is_in_a_function: bool = False) -> Iterator[Import]:
    """Every import below `node`, as the dotted name of a module."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, is_in_a_function) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, "relative imports hide the room that they lead to"
            names = [alias.name for alias in child.names] if child.module == PACKAGE.name else [None]
            yield from (Import(f"{child.module}.{name}" if name else child.module, is_in_a_function) for name in names)
        else:
            yield from imports(child, is_in_a_function or isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)))


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_module_imports_only_what_its_room_may_import(module: Path) -> None:
    room = module.parts[0].removesuffix(".py")
    for name, is_in_a_function in imports(ast.parse((PACKAGE / module).read_text(encoding="utf-8"))):
        top, _, rest = name.partition(".")
        if top == PACKAGE.name:
            assert rest.partition(".")[0] in MAY_IMPORT[room], f"{room} must not import {name}"
        elif top == "airflow":
            assert room in ("runtime", "notifications"), f"{room} must not import {name}"
            assert is_in_a_function, f"{name} must be imported inside a function"
        else:
            assert top in sys.stdlib_module_names, f"{name} is not in the standard library"


def test_every_room_and_every_module_outside_the_rooms_has_a_rule() -> None:
    assert {module.parts[0].removesuffix(".py") for module in MODULES} == MAY_IMPORT.keys()
