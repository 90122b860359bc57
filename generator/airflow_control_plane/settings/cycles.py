"""Finds jobs that run after each other in a circle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def cycles(edges: Mapping[str, Sequence[str]]) -> list[tuple[str, ...]]:
    """The cycles of a graph, each from its smallest name on: one for every group of names that all lead to each other.

    Depth first, with a stack of its own, because a chain may be longer than the interpreter's stack.
    """
    found: list[tuple[str, ...]] = []
    done: set[str] = set()
    for start in sorted(edges):
        if start in done:
            continue
        path: list[str] = [start]
        onward = [iter(edges[start])]
        while path:
            name = next(onward[-1], None)
            if name is None:
                done.add(path.pop())
                onward.pop()
            elif name in path:
                found.append(_from_smallest(path[path.index(name) :]))
            elif name not in done:
                path.append(name)
                onward.append(iter(edges[name]))
    return sorted(set(found))


def _from_smallest(cycle: list[str]) -> tuple[str, ...]:
    first = cycle.index(min(cycle))
    return (*cycle[first:], *cycle[:first])
