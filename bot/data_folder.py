"""The data folder has one owner at a time: embedded Chroma is damaged, silently, by a second process."""

import fcntl
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


@contextmanager
def own(folder: Path, *, patience: float = 0.0) -> Iterator[None]:
    """Hold the folder, made with access for its owner only; the lock ends with the process, however that ends.

    `patience` is how many seconds to wait for another process to end. Raises DataFolderBusy when that still holds it,
    SettingsError when the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(folder / ".owner", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SettingsError(
            f"The data folder {folder} cannot be written ({error.strerror}): "
            "set PODSIFT_DATA to a folder that belongs to you."
        ) from error
    try:
        _lock(lock, folder, patience=patience)
        yield
    finally:
        os.close(lock)


def _lock(lock: int, folder: Path, *, patience: float) -> None:
    deadline = time.monotonic() + patience
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= deadline:
                raise DataFolderBusy(f"Another Podsift process is using the data folder {folder}.") from error
            time.sleep(_PAUSE)


def socket_path(folder: Path) -> Path:
    """Where the folder's owner listens for commands of other processes of the same user."""
    near = folder.resolve() / "podsift.sock"
    if len(os.fsencode(near)) <= _LONGEST_SOCKET_PATH:
        return near
    name = stable_id("socket", str(near))
    return Path(tempfile.gettempdir()) / f"podsift-{os.getuid()}-{name}.sock"
