"""The graph of which job runs after which: as text for a terminal, as Mermaid for a page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from airflow_control_plane.model.job import DiscoveredJob


def to_text(jobs: Sequence[DiscoveredJob]) -> str:
    """Every group with its jobs, every job with what starts it."""
    lines: list[str] = []
    for group, members in _groups(jobs):
        lines.append(f"{group}:" if group else "no group:")
        for job in members:
            when = job.settings.schedule or _after(job) or "when triggered"
            lines.append(f"  {job.key}  ({when})")
    return "\n".join(lines) + "\n"


def to_mermaid(jobs: Sequence[DiscoveredJob]) -> str:
    """A flow chart. An arrow leads from a job to a job that runs after it; it is dotted if any of several is enough."""
    lines = ["flowchart LR"]
    for group, members in _groups(jobs):
        if group:
            lines.append(f'  subgraph {_id(f"group.{group}")}["{group}"]')
        lines += [f'    {_id(job.key)}["{job.key}"]' for job in members]
        if group:
            lines.append("  end")
    known = {job.key for job in jobs}
    others = {name for job in jobs for name in job.settings.after} - known  # for example a job with a problem
    lines += [f'  {_id(name)}["{name}"]' for name in sorted(others)]
    for job in jobs:
        arrow = "-.->" if job.settings.after_any else "-->"
        lines += [f"  {_id(name)} {arrow} {_id(job.key)}" for name in job.settings.after]
    return "\n".join(lines) + "\n"


def _groups(jobs: Sequence[DiscoveredJob]) -> Iterator[tuple[str, list[DiscoveredJob]]]:
    """The groups by name; jobs without a group come last."""
    groups: dict[str, list[DiscoveredJob]] = defaultdict(list)
    for job in jobs:
        groups[job.settings.group or ""].append(job)
    yield from ((name, groups[name]) for name in sorted(groups, key=lambda name: (not name, name)))


def _after(job: DiscoveredJob) -> str:
    joint = " or " if job.settings.after_any else " and "
    return f"after {joint.join(job.settings.after)}" if job.settings.after else ""


def _id(name: str) -> str:
    """An id for Mermaid, which allows no "." and "-"; names consist of letters, digits, "_", "." and "-"."""
    return name.replace("_", "__").replace(".", "_o_").replace("-", "_m_")
