"""Behaviour of bot.quick_ears."""

import gc
import sys
from collections.abc import Iterator

import pytest

from bot.quick_ears import spare_what_stays, take_short_turns


@pytest.fixture
def _as_it_was() -> Iterator[None]:
    interval, threshold = sys.getswitchinterval(), gc.get_threshold()
    yield
    sys.setswitchinterval(interval)
    gc.set_threshold(*threshold)
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


@pytest.mark.usefixtures("_as_it_was")
def test_full_collections_are_seldom_and_young_ones_as_frequent_as_before() -> None:
    *before, full_before = gc.get_threshold()

    spare_what_stays()

    *after, full_after = gc.get_threshold()
    assert after == before
    assert full_after >= 10 * full_before
