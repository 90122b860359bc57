"""Finds the statements of a module that bind a name, without running any of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class How(Enum):
    ASSIGNED = auto()  # NAME = value, NAME: type = value, at top level
    DECLARED = auto()  # NAME: type, without a value
    IMPORTED = auto()
    CONDITIONAL = auto()  # inside if, try, for, while, with or match
    INDIRECT = auto()  # unpacked, chained, augmented, deleted, walrus, def, class, loop variable ...


@dataclass(frozen=True, slots=True)
class Binding:
    how: How
    node: ast.AST
    value: ast.expr | None = None


def bindings(tree: ast.Module, name: str) -> list[Binding]:
    """Everything that binds `name` in the module's own scope, in the order of the text."""
    return [binding for statement in tree.body for binding in _of_statement(statement, name)]


def _of_statement(statement: ast.stmt, name: str) -> Iterator[Binding]:
    match statement:
        case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
            yield Binding(How.ASSIGNED, statement, value)
        case ast.AnnAssign(target=ast.Name(id=target), value=value) if target == name:
            yield Binding(How.DECLARED if value is None else How.ASSIGNED, statement, value)
        case ast.Import() | ast.ImportFrom():
            yield from _of_import(statement, name)
        case _:
            yield from _nested(statement, name, How.CONDITIONAL if _is_compound(statement) else How.INDIRECT)


def _is_compound(statement: ast.stmt) -> bool:
    """Whether it contains other statements in the module's own scope."""
    return isinstance(statement, ast.Match) or (hasattr(statement, "body") and not isinstance(statement, _SCOPES))


def _of_import(statement: ast.Import | ast.ImportFrom, name: str) -> Iterator[Binding]:
    for alias in statement.names:
        if (alias.asname or alias.name.partition(".")[0]) == name:
            yield Binding(How.IMPORTED, statement)


def _nested(statement: ast.stmt, name: str, how: How) -> Iterator[Binding]:
    """Bindings anywhere inside `statement`, except in functions, classes, lambdas and comprehensions, which have a
    scope of their own.

    A loop with a stack instead of recursion, because a file may nest deeper than the interpreter's stack allows.
    """
    stack: list[ast.AST] = [statement]
    while stack:
        node = stack.pop()
        if isinstance(node, _SCOPES):
            if node.name == name:
                yield Binding(how, node)
            continue
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, ast.comprehension):
            stack += [*node.ifs, node.iter]
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from _of_import(node, name)
        elif _stores(node, name):
            yield Binding(how, node)
        stack.extend(reversed(list(ast.iter_child_nodes(node))))


def _stores(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Name(id=target, ctx=ast.Store() | ast.Del()):
            return target == name
        case ast.ExceptHandler(name=target) | ast.MatchAs(name=target) | ast.MatchStar(name=target):
            return target == name
        case ast.MatchMapping(rest=target):
            return target == name
    return False
