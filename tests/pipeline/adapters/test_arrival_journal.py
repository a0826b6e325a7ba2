"""The journal of what has just arrived: it outlives the process, whole lines only."""

import stat
from pathlib import Path

import pytest

from pipeline.adapters.arrival_journal import ArrivalJournal, open_journal
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.conversation import Arrived
from pipeline.domain.errors import CatalogUnavailable

_ONE = Arrived(WorkspaceId("slack:T1"), "message:C1:1.1", '{"text": "møre\\n?"}')
_TWO = Arrived(WorkspaceId("slack:T2"), "message:C1:1.1", "{}")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "arrivals.jsonl"


def test_what_was_kept_and_not_handed_on_is_left_for_the_next_process(path: Path) -> None:
    with open_journal(path) as journal:
        assert journal.keep(_ONE)
        assert not journal.keep(_ONE)
        assert journal.keep(_TWO)
    with open_journal(path) as journal:
        assert journal.left == (_ONE, _TWO)
        assert not journal.keep(_ONE)


def test_what_is_handed_on_is_gone_when_nothing_else_waits(path: Path) -> None:
    with open_journal(path) as journal:
        journal.keep(_ONE)
        journal.keep(_TWO)
        journal.hand_on(_ONE)
        assert path.stat().st_size
        journal.hand_on(_TWO)
        assert not path.stat().st_size
        assert journal.keep(_ONE)


def test_a_line_that_was_cut_off_costs_no_other(path: Path) -> None:
    with open_journal(path) as journal:
        journal.keep(_ONE)
    path.write_bytes(path.read_bytes() + b'\n{"workspace": "slack:T9", "event_')
    with open_journal(path) as journal:
        assert journal.left == (_ONE,)
        journal.keep(_TWO)
    with open_journal(path) as journal:
        assert journal.left == (_ONE, _TWO)


def test_only_its_owner_can_read_it(path: Path) -> None:
    with open_journal(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(CatalogUnavailable), open_journal(tmp_path / "nowhere" / "arrivals.jsonl"):
        pass
    with open("/dev/full", "r+b", buffering=0) as full:  # noqa: PTH123  a device
        journal = ArrivalJournal(full.fileno(), ())
        with pytest.raises(CatalogUnavailable) as caught:
            journal.keep(_ONE)
    assert caught.value.retryable
