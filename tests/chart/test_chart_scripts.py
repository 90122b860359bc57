"""The scripts of the init containers and probes, with a fake `airflow` command."""

from __future__ import annotations

import importlib
import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from rendered import ROOT

SCRIPTS = ROOT / "files" / "pod-scripts"
FAKE_COMMAND = """#!{python}
import os, sys
with open({calls!r}, "a") as calls:
    print(*sys.argv[1:], file=calls)
answers = sys.stdin.read()
if answers:
    with open({answers!r}, "w") as file:
        file.write(answers)
"""


class FakeAirflow:
    """An `airflow` command on PATH that records how it is called and then runs the code of the test."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.behave("")

    def behave(self, code: str) -> None:
        command = self.folder / "airflow"
        head = FAKE_COMMAND.format(
            python=sys.executable, calls=str(self.folder / "calls"), answers=str(self.folder / "answers")
        )
        command.write_text(head + code, encoding="utf-8")
        command.chmod(0o755)

    @property
    def calls(self) -> list[str]:
        calls = self.folder / "calls"
        return calls.read_text(encoding="utf-8").splitlines() if calls.exists() else []

    @property
    def answers(self) -> str:
        return (self.folder / "answers").read_text(encoding="utf-8")


@pytest.fixture
def airflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAirflow]:
    """The fake command, and a database server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        use_database(monkeypatch, f"postgresql+psycopg2://airflow:secret@127.0.0.1:{port}/airflow")
        yield FakeAirflow(tmp_path, port)


def use_database(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", url)


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[type]:
    """Imports scripts from their own folder, as a container does."""
    monkeypatch.syspath_prepend(str(SCRIPTS))

    class Scripts:
        @staticmethod
        def load(name: str) -> ModuleType:
            return importlib.import_module(name)

    yield Scripts
    for path in SCRIPTS.glob("*.py"):
        sys.modules.pop(path.stem, None)


def test_migrate_migrates_and_creates_the_admin_without_showing_the_password(
    airflow: FakeAirflow, script: type, tmp_path: Path
) -> None:
    password = tmp_path / "password"
    password.write_text("s3cret\n", encoding="utf-8")
    admin = ["--admin-username=ada", "--admin-email=a@b.c", "--admin-first-name=Ada", "--admin-last-name=Lovelace"]
    assert script.load("migrate").main(["--timeout=5", *admin, f"--admin-password-file={password}"]) == 0
    assert airflow.calls == [
        "db migrate",
        "users create --username=ada --email=a@b.c --firstname=Ada --lastname=Lovelace --role=Admin",
    ]
    assert airflow.answers == "s3cret\ns3cret\n"


def test_migrate_creates_no_user_by_default(airflow: FakeAirflow, script: type) -> None:
    assert script.load("migrate").main(["--timeout=5"]) == 0
    assert airflow.calls == ["db migrate"]


def test_migrate_retries_while_another_pod_migrates(
    airflow: FakeAirflow, script: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    airflow.behave(f"sys.exit(len(open({str(airflow.folder / 'calls')!r}).readlines()) < 3)")
    migrate = script.load("migrate")
    monkeypatch.setattr(migrate, "RETRY_SECONDS", 0)
    assert migrate.main(["--timeout=30"]) == 0
    assert airflow.calls == ["db migrate"] * 3


def test_migrate_retries_to_create_the_admin_while_another_pod_writes_the_roles(
    airflow: FakeAirflow, script: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    airflow.behave(f"sys.exit(len(open({str(airflow.folder / 'calls')!r}).readlines()) == 2 and 'duplicate key value')")
    password = tmp_path / "password"
    password.write_text("s3cret", encoding="utf-8")
    migrate = script.load("migrate")
    monkeypatch.setattr(migrate, "RETRY_SECONDS", 0)
    assert migrate.main(["--timeout=30", "--admin-username=ada", f"--admin-password-file={password}"]) == 0
    assert [call.split(" --")[0] for call in airflow.calls] == ["db migrate", "users create", "users create"]


def test_migrate_fails_at_once_if_the_password_is_wrong(
    airflow: FakeAirflow, script: type, capfd: pytest.CaptureFixture[str]
) -> None:
    airflow.behave("sys.exit('FATAL: password authentication failed for user \"airflow\"')")
    assert script.load("migrate").main(["--timeout=300"]) == 1
    assert airflow.calls == ["db migrate"]
    assert "ERROR: The database refuses the user or the password." in capfd.readouterr().err


def test_migrate_gives_up_after_its_timeout(
    airflow: FakeAirflow, script: type, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    airflow.behave("sys.exit('something odd')")
    migrate = script.load("migrate")
    monkeypatch.setattr(migrate, "RETRY_SECONDS", 0)
    assert migrate.main(["--timeout=0"]) == 1
    captured = capfd.readouterr()
    assert "something odd" in captured.out
    assert "ERROR: `airflow db migrate` did not succeed in time" in captured.err


def test_migrate_rejects_an_empty_password(
    airflow: FakeAirflow, script: type, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    password = tmp_path / "password"
    password.write_text("\n", encoding="utf-8")
    assert script.load("migrate").main(["--timeout=5", "--admin-username=a", f"--admin-password-file={password}"]) == 1
    assert f"ERROR: {password} is empty" in capfd.readouterr().err


def test_waiting_names_a_database_that_cannot_be_reached(
    script: type, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    use_database(monkeypatch, f"postgresql+psycopg2://u:p@127.0.0.1:{port}/d")
    assert script.load("await_migrations").main(["--timeout=0"]) == 1
    assert f"ERROR: The database at 127.0.0.1:{port} cannot be reached" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN must be postgresql+psycopg2://"),
        ("mysql://a@b/c", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN must be postgresql+psycopg2://"),
        ("postgresql+psycopg2://u:p@h:54x/d", "is not a valid URL"),
    ],
)
def test_an_invalid_connection_is_reported(
    url: str, message: str, script: type, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    use_database(monkeypatch, url)
    assert script.load("migrate").main(["--timeout=0"]) == 1
    assert message in capfd.readouterr().err


def test_await_migrations_lets_airflow_wait_for_the_remaining_time(airflow: FakeAirflow, script: type) -> None:
    assert script.load("await_migrations").main(["--timeout=60"]) == 0
    command, _, seconds = airflow.calls[0].rpartition("=")
    assert command == "db check-migrations --migration-wait-timeout"
    assert 50 <= int(seconds) <= 60


def test_await_migrations_names_the_container_that_migrates(
    airflow: FakeAirflow, script: type, capfd: pytest.CaptureFixture[str]
) -> None:
    airflow.behave("sys.exit(1)")
    assert script.load("await_migrations").main(["--timeout=5"]) == 1
    assert "The scheduler's init container `migrate` does this" in capfd.readouterr().err


def test_await_migrations_waits_until_the_admin_exists(
    airflow: FakeAirflow, script: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    await_migrations = script.load("await_migrations")
    looks = iter([False, True])
    monkeypatch.setattr(await_migrations, "user_exists", lambda username: username == "ada" and next(looks))
    assert await_migrations.main(["--timeout=60", "--admin-username=ada"]) == 0
    assert not list(looks)


def test_await_migrations_names_the_container_that_creates_the_admin(
    airflow: FakeAirflow, script: type, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    await_migrations = script.load("await_migrations")
    monkeypatch.setattr(await_migrations, "user_exists", lambda username: False)
    assert await_migrations.main(["--timeout=0", "--admin-username=ada"]) == 1
    assert "ERROR: The user ada does not exist. The scheduler's init container `migrate`" in capfd.readouterr().err


def test_clean_database_keeps_the_given_number_of_days(airflow: FakeAirflow, script: type) -> None:
    assert script.load("clean_database").main(["--keep-days=7"]) == 0
    command, _, before = airflow.calls[0].rpartition("=")
    assert command == "db clean --yes --skip-archive --clean-before-timestamp"
    assert before.startswith(time.strftime("%Y-%m-%d", time.gmtime(time.time() - 7 * 24 * 3600)))


@pytest.mark.parametrize(("age", "exit_code"), [(0.5, 0), (119, 0), (121, 1), (None, 1)])
def test_the_heartbeat_probe_fails_if_the_heartbeat_is_old_or_missing(
    age: float | None, exit_code: int, script: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    heartbeat = script.load("heartbeat")
    monkeypatch.setattr(heartbeat, "seconds_since_heartbeat", lambda job_type: age)
    assert heartbeat.main(["DagProcessorJob"]) == exit_code


def test_the_heartbeat_probe_succeeds_while_the_database_is_down(
    script: type, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    use_database(monkeypatch, f"postgresql+psycopg2://u:p@127.0.0.1:{port}/d")
    assert script.load("heartbeat").main(["TriggererJob"]) == 0
    assert "Cannot read the heartbeat, the database does not answer" in capfd.readouterr().out


def test_pruning_deletes_old_logs_and_then_their_empty_folders(script: type, tmp_path: Path) -> None:
    now = time.time()
    old, young = tmp_path / "dag_id=a" / "old.log", tmp_path / "dag_id=b" / "young.log"
    for file in (old, young):
        file.parent.mkdir()
        file.write_text("x", encoding="utf-8")
    empty = tmp_path / "dag_id=c"
    empty.mkdir()
    for path in (old, old.parent):
        os.utime(path, (now - 4 * 86400,) * 2)
    prune_logs = script.load("prune_logs")
    assert prune_logs.prune(tmp_path, 3, now) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dag_id=a", "dag_id=b", "dag_id=c"]
    # Deleting the file changed its folder's time, so the folder is deleted only when that is old as well.
    assert prune_logs.prune(tmp_path, 3, now + 4 * 86400) == 1
    prune_logs.prune(tmp_path, 3, now + 8 * 86400)
    assert list(tmp_path.iterdir()) == []
