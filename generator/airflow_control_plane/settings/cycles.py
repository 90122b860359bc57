"""Which jobs run after which: a graph of names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def cycles(edges: Mapping[str, Sequence[str]]) -> list[tuple[str, ...]]:
    """The cycles of a graph, one for each knot of names that all lead to each other, from its first name on.

    Depth first with a stack of its own (a chain may be longer than the interpreter's): the first way back that is
    found from a name is the cycle that is told.
    """
    found: list[tuple[str, ...]] = []
    done: set[str] = set()
    for start in sorted(edges):
        if start in done:
            continue
        way: list[str] = [start]
        onward = [iter(edges[start])]
        while way:
            name = next(onward[-1], None)
            if name is None:
                done.add(way.pop())
                onward.pop()
            elif name in way:
                found.append(_from_least(way[way.index(name) :]))
            elif name not in done:
                way.append(name)
                onward.append(iter(edges[name]))
    return sorted(set(found))


def _from_least(cycle: list[str]) -> tuple[str, ...]:
    first = cycle.index(min(cycle))
    return (*cycle[first:], *cycle[:first])
