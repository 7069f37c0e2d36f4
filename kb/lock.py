"""One writer at a time: a lock on the base's folder, freed by the system when its holder dies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.errors import BaseBusy

FILE = ".lock"
WAIT_SECONDS = 2.0
"""How long a writer waits for another before it says so."""


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold the lock; BaseBusy when another process, or another thread, keeps it for longer than two seconds."""
    from filelock import FileLock, Timeout

    lock = FileLock(folder / FILE, timeout=WAIT_SECONDS, is_singleton=False)
    try:
        lock.acquire()
    except Timeout:
        raise BaseBusy(
            f"{folder}: this base is being written to by another Chordae. Wait until it is done, then try again."
        ) from None
    try:
        yield
    finally:
        lock.release()
