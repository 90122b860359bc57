"""Which job runs after which, as text for a terminal and as Mermaid for a page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from airflow_control_plane.model.job import DiscoveredJob


def to_text(jobs: Sequence[DiscoveredJob]) -> str:
    """Each group with its jobs, each job with what it runs after."""
    lines: list[str] = []
    for group, members in _groups(jobs):
        lines.append(f"{group}:" if group else "no group:")
        for job in members:
            when = job.settings.schedule or _after(job) or "when triggered"
            lines.append(f"  {job.key}  ({when})")
    return "\n".join(lines) + "\n"


def to_mermaid(jobs: Sequence[DiscoveredJob]) -> str:
    """A flow chart: an arrow leads from a job to those that run after it, dotted where any one of several is enough."""
    lines = ["flowchart LR"]
    for group, members in _groups(jobs):
        if group:
            lines.append(f'  subgraph {_id(f"group.{group}")}["{group}"]')
        lines += [f'    {_id(job.key)}["{job.key}"]' for job in members]
        if group:
            lines.append("  end")
    known = {job.key for job in jobs}
    others = {name for job in jobs for name in job.settings.after} - known  # such as a job with a problem
    lines += [f'  {_id(name)}["{name}"]' for name in sorted(others)]
    for job in jobs:
        arrow = "-.->" if job.settings.after_any else "-->"
        lines += [f"  {_id(name)} {arrow} {_id(job.key)}" for name in job.settings.after]
    return "\n".join(lines) + "\n"


def _groups(jobs: Sequence[DiscoveredJob]) -> Iterator[tuple[str, list[DiscoveredJob]]]:
    """Groups by name, the jobs without one last."""
    groups: dict[str, list[DiscoveredJob]] = defaultdict(list)
    for job in jobs:
        groups[job.settings.group or ""].append(job)
    yield from ((name, groups[name]) for name in sorted(groups, key=lambda name: (not name, name)))


def _after(job: DiscoveredJob) -> str:
    joint = " or " if job.settings.after_any else " and "
    return f"after {joint.join(job.settings.after)}" if job.settings.after else ""


def _id(name: str) -> str:
    """Names of jobs and groups have letters, digits and _ . - alone, of which Mermaid takes no . and -."""
    return name.replace("_", "__").replace(".", "_o_").replace("-", "_m_")
