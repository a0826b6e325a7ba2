"""One process owns the index folder: two would spoil Chroma's files without any error."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.domain.errors import DataFolderBusy


@contextmanager
def own_folder(folder: Path) -> Iterator[None]:
    """Hold the folder, which is made when it is missing. Raises DataFolderBusy while anybody else holds it.

    The system lets go of it when the process ends, however it ends.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".owner").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            owner = file.read().strip() or "unknown"
            raise DataFolderBusy(f"Process {owner} uses the index in {folder}; only one can at a time.") from error
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
