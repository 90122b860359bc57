"""The benchmark runs to its end. Its figures are not tested."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parents[1] / "bench" / "bench.py"


def test_the_benchmark_prints_every_row(tmp_path: Path) -> None:
    command = [sys.executable, BENCH, "--jobs", "100", "--rounds", "1", "--folder", tmp_path]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    rows = ("import-based discovery", "cold sync --once", "full pass of the loop, no changes", "running loop, idle")
    assert [row for row in rows if row not in result.stdout] == []
