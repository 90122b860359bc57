"""The DAG folder: what is in it, and the only code that changes it."""

from __future__ import annotations

import fcntl
import hashlib
import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import islice
from typing import NamedTuple

from airflow_control_plane.dag_generator.atomic_write import is_temporary, write_atomically
from airflow_control_plane.dag_generator.generated_file import source_in
from airflow_control_plane.model.errors import OutputError
from airflow_control_plane.model.signature import Signature, signature

_LOCK_POLL_SECONDS = 0.2
# fsync waits for the disk, not for the processor: several at a time share one journal commit.
_WRITERS = 4
_BATCH = 256
_HEAD_BYTES = 4096


class Entry(NamedTuple):
    """A Python file of the folder. `source` is None for a foreign file: one that was not generated."""

    source: str | None
    digest: bytes
    signature: Signature

    @property
    def is_ours(self) -> bool:
        return self.source is not None


Inventory = Mapping[str, Entry]


def digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=16).digest()


class DagFolder:
    """Writes and removes single files in such a way that a reader sees either the old bytes of a file or the new ones.

    Call everything except `inventory` under `lock`. Every method raises OutputError if the folder cannot be used.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.path.abspath(path)
        self._seen: dict[str, Entry] = {}
        self._leftovers: list[str] = []

    @contextmanager
    def lock(self, wait_seconds: float = 0) -> Iterator[None]:
        """Keeps other generators out. The lock is on the folder itself, not on a file, and ends with the process."""
        with self._explained("opened"):
            os.makedirs(self.path, exist_ok=True)
            descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            self._acquire(descriptor, wait_seconds)
            yield
        finally:
            os.close(descriptor)

    def _acquire(self, descriptor: int, wait_seconds: float) -> None:
        deadline = time.monotonic() + wait_seconds
        while True:
            try:
                with self._explained("locked"):
                    return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except _Busy:
                if time.monotonic() >= deadline:
                    message = f"another generator is using {self.path}; wait until it has finished, or stop it"
                    raise OutputError(message) from None
                time.sleep(_LOCK_POLL_SECONDS)

    def inventory(self) -> Inventory:
        """All Python files of the folder by name; the same object as last time if nothing changed.

        Reads only files whose `stat` changed since the last call.
        """
        entries: dict[str, Entry] = {}
        self._leftovers = []
        with self._explained("read"):
            for item in self._listing():
                if item.name.endswith(".py"):
                    with suppress(FileNotFoundError):
                        entries[item.name] = self._entry(item)
                elif is_temporary(item.name):
                    self._leftovers.append(item.name)
        if entries != self._seen:
            self._seen = entries
        return self._seen

    def _listing(self) -> Iterator[os.DirEntry[str]]:
        try:
            found = os.scandir(self.path)
        except FileNotFoundError:
            return
        with found:
            yield from found

    def _entry(self, item: os.DirEntry[str]) -> Entry:
        status = item.stat(follow_symlinks=False)
        seen_now = signature(status)
        known = self._seen.get(item.name)
        if known and known.signature == seen_now:
            return known
        if not stat.S_ISREG(status.st_mode):
            return Entry(None, b"", seen_now)
        try:
            with open(item.path, "rb") as file:
                head = file.read(_HEAD_BYTES)
                source = source_in(head)
                return Entry(source, digest(head + file.read()) if source else b"", seen_now)
        except PermissionError:
            return Entry(None, b"", seen_now)  # our own files are always readable

    def remove_leftovers(self) -> None:
        """Removes temporary files that `inventory` saw. Under the lock, they belong to a generator that was killed."""
        self.remove(self._leftovers)

    def publish(self, files: Iterable[tuple[str, str]], advance: Callable[[], None] = lambda: None) -> None:
        """Writes (name, text) pairs: temporary file, fsync, rename. Text that does not compile is never written."""
        remaining = iter(files)
        with self._explained("written"), ThreadPoolExecutor(_WRITERS) as writers:
            while batch := list(islice(remaining, _BATCH)):
                for _ in writers.map(self._publish_one, batch):
                    advance()

    def _publish_one(self, file: tuple[str, str]) -> None:
        name, text = file
        compile(text, name, "exec")
        write_atomically(os.path.join(self.path, name), text.encode("ascii"))

    def remove(self, names: Iterable[str]) -> None:
        with self._explained("cleaned"):
            for name in names:
                with suppress(FileNotFoundError):
                    os.unlink(os.path.join(self.path, name))

    @contextmanager
    def _explained(self, verb: str) -> Iterator[None]:
        try:
            yield
        except BlockingIOError:
            raise _Busy from None
        except OSError as error:
            who = f"user {os.geteuid()}, group {os.getegid()}"
            message = f"the DAG folder {self.path} cannot be {verb} by {who}: {error.strerror}"
            raise OutputError(message) from error


class _Busy(Exception):
    """Another process holds the lock."""
