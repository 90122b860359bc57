"""Which DAG files may be deleted. A source that fails to show its jobs looks just like one whose jobs were removed."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace

MASS_COUNT = 5
MASS_FRACTION = 0.25
MASS_FULL_PASSES = 3
SETTLE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class DeletionPolicy:
    """`atomic_source`: the source replaces the whole tree in one step, so a missing file was removed on purpose."""

    allow_empty: bool = False
    allow_mass: bool = False
    atomic_source: bool = True


@dataclass(frozen=True, slots=True)
class Candidates:
    """Files whose job is gone, and since when exactly these have been: `since` is in monotonic seconds."""

    names: frozenset[str] = frozenset()
    since: float = 0.0
    full_passes: int = 0

    def seen_again(self, names: Set[str], now: float, is_full_pass: bool) -> Candidates:
        if names != self.names:
            return Candidates(frozenset(names), now, int(is_full_pass))
        return replace(self, full_passes=self.full_passes + int(is_full_pass))


def reason_to_wait(candidates: Candidates, owned: int, jobs: int, policy: DeletionPolicy, now: float) -> str | None:
    """Why these of `owned` files must stay for now while `jobs` jobs are left, or None if they may be deleted."""
    count = len(candidates.names)
    if not jobs and not policy.allow_empty:
        return "no job is left; if that is intended, allow it (--allow-empty, values: sync.allowEmpty)"
    if not policy.atomic_source and now - candidates.since < SETTLE_SECONDS:
        return f"somebody may still be copying the packages; checking again after {SETTLE_SECONDS:g} s"
    is_mass = count > MASS_COUNT and count > MASS_FRACTION * owned
    if is_mass and not policy.allow_mass and candidates.full_passes < MASS_FULL_PASSES:
        seen = f"seen in {candidates.full_passes} of {MASS_FULL_PASSES} full passes"
        return f"{count} of {owned} DAGs would be deleted at once; {seen} (now: sync --once --allow-mass-delete)"
    return None
