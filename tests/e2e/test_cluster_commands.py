"""How the cluster runs commands and waits, and what it says when one of them fails or takes too long."""

from __future__ import annotations

import pytest

from tools.cluster.commands import CommandError, output_of, run
from tools.cluster.steps import ClusterError
from tools.cluster.waiting import wait_until


def test_the_output_of_a_command_is_what_it_prints_on_standard_output():
    assert output_of(["sh", "-c", "cat; echo aside >&2"], input="given\n") == "given\n"


def test_a_failed_command_is_shown_with_its_status_and_everything_it_printed():
    with pytest.raises(CommandError) as failure:
        output_of(["sh", "-c", "echo out; echo err >&2; exit 3"])
    assert failure.value.status == 3
    assert str(failure.value) == "sh -c 'echo out; echo err >&2; exit 3'\nexited with 3:\nout\nerr"


def test_a_command_that_takes_too_long_is_stopped_and_shown_with_what_it_printed():
    with pytest.raises(CommandError, match=r"did not end within 0.3 s:\nstarted"):
        output_of(["sh", "-c", "echo started; exec sleep 60"], timeout=0.3)


def test_a_missing_command_is_named():
    with pytest.raises(ClusterError, match="no-such-command is not installed"):
        output_of(["no-such-command"])


def test_a_command_with_a_log_shows_the_end_of_the_log_if_it_fails(tmp_path):
    with pytest.raises(ClusterError, match=r"exited with 1\nlog: .*/new/a.log\n  \| why"):
        run(["sh", "-c", "echo why; exit 1"], log=tmp_path / "new/a.log")


def test_waiting_returns_the_first_true_answer():
    answers = iter([0, None, "found"])
    assert wait_until(lambda: next(answers), "it is found", pause=0) == "found"


def test_waiting_too_long_says_for_what_and_why_the_last_attempt_failed():
    with pytest.raises(ClusterError, match="timed out after 0 s waiting until it works; .* failed: 'missing'"):
        wait_until(lambda: {}["missing"], "it works", seconds=0, pause=0, not_yet=(KeyError,))


def test_an_unexpected_error_ends_the_waiting_at_once():
    with pytest.raises(ZeroDivisionError):
        wait_until(lambda: 1 / 0, "it works", not_yet=(KeyError,))
