"""Behaviour of bot.quick_ears."""

import gc
import sys
from collections.abc import Iterator

import pytest

from bot.quick_ears import spare_what_stays, take_short_turns


@pytest.fixture
def _as_it_was() -> Iterator[None]:
    before = sys.getswitchinterval()
    yield
    sys.setswitchinterval(before)
    gc.unfreeze()


@pytest.mark.usefixtures("_as_it_was")
def test_a_thread_that_reads_gives_python_back_within_a_millisecond() -> None:
    take_short_turns()

    assert sys.getswitchinterval() < 0.001


@pytest.mark.usefixtures("_as_it_was")
def test_what_is_there_at_the_start_is_not_looked_at_again() -> None:
    stays = [object()]
    before = gc.get_freeze_count()

    spare_what_stays()

    assert gc.get_freeze_count() > before
    assert not any(each is stays for each in gc.get_objects())
