"""What has just arrived, in a file: written in microseconds, so that a platform hears at once that we have it.

The catalogue has one writer at a time and may be busy for seconds. A line in this file outlives the process; the next
one finds what its predecessor had not yet put into the inbox.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.domain.audience import WorkspaceId
from pipeline.domain.conversation import Arrived
from pipeline.domain.errors import CatalogUnavailable


class ArrivalJournal:
    """The file, for one process at a time. Open it with `open_journal`. Nothing here waits for anything."""

    def __init__(self, file: int, left: tuple[Arrived, ...]) -> None:
        self._file = file
        self._open = {_name(arrived) for arrived in left}
        self.left = left
        """What the process before us kept and did not hand on, oldest first."""

    def keep(self, arrived: Arrived) -> bool:
        """Write it down; False when it is kept already. Raises CatalogUnavailable when it cannot be written."""
        if _name(arrived) in self._open:
            return False
        self._write({"workspace": arrived.workspace, "event_id": arrived.event_id, "body": arrived.body})
        self._open.add(_name(arrived))
        return True

    def hand_on(self, arrived: Arrived) -> None:
        """It is in the inbox, or of no use."""
        self._open.discard(_name(arrived))
        if not self._open:
            with suppress(OSError):  # what is left is put into the inbox again, which changes nothing
                os.ftruncate(self._file, 0)

    def _write(self, record: dict[str, str]) -> None:
        # A line begins with a break too: the one before it may have been cut off.
        line = b"\n" + json.dumps(record).encode() + b"\n"
        before = os.fstat(self._file).st_size
        try:
            whole = os.write(self._file, line) == len(line)
        except OSError as error:
            raise CatalogUnavailable(f"What arrived could not be kept: {error.strerror}.", retryable=True) from error
        if not whole:
            os.ftruncate(self._file, before)
            raise CatalogUnavailable("What arrived could not be kept: the disk is full.", retryable=True)


@contextmanager
def open_journal(path: Path) -> Iterator[ArrivalJournal]:
    """The journal at `path`, readable by its owner alone. Raises CatalogUnavailable."""
    try:
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    except OSError as error:
        raise CatalogUnavailable(f"{path} cannot be written: {error.strerror}.") from error
    try:
        yield ArrivalJournal(file, _left_in(path))
    finally:
        os.close(file)


def _left_in(path: Path) -> tuple[Arrived, ...]:
    """The whole lines: one that was cut off was never acknowledged, so it comes again."""
    left: list[Arrived] = []
    for line in path.read_bytes().splitlines():
        with suppress(json.JSONDecodeError, KeyError):
            one = json.loads(line)
            left.append(Arrived(WorkspaceId(one["workspace"]), one["event_id"], one["body"]))
    return tuple(left)


def _name(arrived: Arrived) -> tuple[str, str]:
    return arrived.workspace, arrived.event_id
