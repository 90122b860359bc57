"""Mounts, as the kernel lists them."""

from __future__ import annotations

from pathlib import Path

from .commands import output_of


def unmount_below(folder: Path) -> None:
    """Unmount the folder and everything in it, innermost first; lazily, because a killed process may linger."""
    for point in reversed(mount_points(Path("/proc/self/mounts").read_text(), folder.resolve())):
        output_of(["umount", "--lazy", point])


def mount_points(mounts: str, folder: Path) -> list[str]:
    """The mount points at or below a folder, in the order of mounting. The kernel writes a space as \\040."""
    points = [line.split()[1].replace("\\040", " ") for line in mounts.splitlines()]
    return [point for point in points if Path(point).is_relative_to(folder)]
