"""The data folder has one owner at a time: embedded Chroma is damaged, silently, by a second process."""

import fcntl
import itertools
import logging
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pipeline.domain.errors import DataFolderBusy, SettingsError
from pipeline.domain.identity import stable_id

_LONGEST_SOCKET_PATH: Final = 100
"""A Unix socket's path is cut at 108 bytes on Linux and 104 on macOS."""

_PAUSE: Final = 0.1

_log = logging.getLogger(__name__)


@contextmanager
def own(folder: Path, *, slot: str = "", patience: float = 0.0) -> Iterator[None]:
    """Hold the folder, made with access for its owner only; the lock ends with the process, however that ends.

    With `slot` the folder is shared with processes of other slots, and with none that holds all of it. `patience` is
    how many seconds to wait for another process to end. Raises DataFolderBusy when that still holds it, SettingsError
    when the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        locks = [os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600) for name in _names(slot)]
    except OSError as error:
        raise SettingsError(
            f"The data folder {folder} cannot be written ({error.strerror}): "
            "set PODSIFT_DATA to a folder that belongs to you."
        ) from error
    try:
        whole, *one = locks
        doing = f"is using the data folder {folder}"
        advice = "Stop “podsift run”, or wait until the other command has ended"
        _lock(whole, fcntl.LOCK_SH if slot else fcntl.LOCK_EX, doing, advice=advice, patience=patience)
        for lock in one:
            doing = f"runs under the name “{slot}” in {folder}"
            advice = "Stop it, or give this one a PODSIFT_WORKER of its own"
            _lock(lock, fcntl.LOCK_EX, doing, advice=advice, patience=patience)
        yield
    finally:
        for lock in locks:
            os.close(lock)


def _names(slot: str) -> tuple[str, ...]:
    return (".owner", f".owner-{slot}") if slot else (".owner",)


def _lock(lock: int, kind: int, doing: str, *, advice: str, patience: float) -> None:
    deadline = time.monotonic() + patience
    for look in itertools.count():
        try:
            return fcntl.flock(lock, kind | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= deadline:
                raise DataFolderBusy(f"Another Podsift process {doing}. {advice}.") from error
            if not look:
                waits = "Another process %s. This one stands by for %g seconds until it ends; Ctrl-C ends the waiting."
                _log.warning(waits, doing, patience)
            time.sleep(_PAUSE)
    return None


def socket_path(folder: Path, *, slot: str = "") -> Path:
    """Where the owner of the folder, or of a slot in it, listens for commands of other processes of the same user."""
    near = folder.resolve() / (f"podsift-{slot}.sock" if slot else "podsift.sock")
    if len(os.fsencode(near)) <= _LONGEST_SOCKET_PATH:
        return near
    name = stable_id("socket", str(near))
    return Path(tempfile.gettempdir()) / f"podsift-{os.getuid()}-{name}.sock"


def neighbours(folder: Path) -> tuple[Path, ...]:
    """Where processes that share the folder may listen, in the order of their names; some may have died."""
    return tuple(sorted(folder.resolve().glob("podsift-*.sock")))
