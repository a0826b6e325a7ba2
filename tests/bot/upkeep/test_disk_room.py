"""Room on the disk: what fills it stops before the reserve is touched."""

from pathlib import Path

import pytest

from bot.upkeep.disk_room import DiskRoom
from pipeline.domain.errors import DiskNearlyFull


def test_enough_room_is_no_matter(tmp_path: Path) -> None:
    DiskRoom(tmp_path, 1).expect()
    DiskRoom(tmp_path, 0).expect()


def test_too_little_room_says_how_much_is_to_stay_free(tmp_path: Path) -> None:
    with pytest.raises(DiskNearlyFull, match="of the disk is free"):
        DiskRoom(tmp_path, 10**18).expect()
    with pytest.raises(DiskNearlyFull, match=r"Less than 2\.5 GB of the disk is free"):
        raise DiskNearlyFull(reserve=2_500_000_000)


def test_work_that_is_watched_ends_when_the_room_is_used_up_and_is_told_of_until_then(tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    report = DiskRoom(tmp_path, 10**18).watched(lambda *what: told.append(what))
    with pytest.raises(DiskNearlyFull):
        report(1, 9, "The first")
    assert told == [(1, 9, "The first")]
