"""Which of Chroma's files were written to their end: it writes them in place, and a kill meanwhile leaves a ruin.

Opened again, a ruin ends the process (SIGSEGV at the first look) or lets it write without end: one had made a file of
35 GB when it was stopped. Nothing inside the files tells. So after each call is noted what they are then, and whoever
finds anything else at the next start knows that a call never came to its end.
"""

import json
import os
from pathlib import Path
from typing import Final

_NOTE: Final = "settled.json"


class SettledFiles:
    """The files of the graphs of vectors below a folder; its SQLite database looks after itself."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._noted: dict[str, tuple[int, int]] | None = None

    def are_whole(self) -> bool:
        """Whether the files are as they were noted; without files there is nothing to be torn."""
        try:
            noted = json.loads((self._folder / _NOTE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            noted = {}
        except ValueError:
            return False
        self._noted = {name: (size, changed) for name, (size, changed) in noted.items()}
        return self._found() == self._noted

    def note(self) -> None:
        """Note the files as they are now, if they have changed: no call may be under way."""
        found = self._found()
        if found == self._noted:
            return
        for name in found:
            _to_disk(self._folder / name)
        fresh = self._folder / f"{_NOTE}.part"
        fresh.write_text(json.dumps(found), encoding="utf-8")
        _to_disk(fresh)
        fresh.replace(self._folder / _NOTE)
        self._noted = found

    def _found(self) -> dict[str, tuple[int, int]]:
        """Size in bytes and time of the last change in nanoseconds, by the name below the folder."""
        files = [file for file in self._folder.glob("*/*") if file.is_file()]
        return {str(file.relative_to(self._folder)): _mark(file.stat()) for file in files}


def _mark(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns


def _to_disk(file: Path) -> None:
    """A note that is there while what it speaks of is not yet would be worse than none after a power cut."""
    number = os.open(file, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
