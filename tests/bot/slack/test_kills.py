"""The process that posts dies by `kill -9`; tests/chaos/slack_kills.py does the same a hundred times."""

from pathlib import Path

from tests.chaos.mortal import POINTS
from tests.chaos.slack_kills import hunt


async def test_each_digest_is_there_once_wherever_its_process_was_killed(tmp_path: Path) -> None:
    points = ("claimed", "while sending", "sent")
    assert set(points) < set(POINTS)
    tally = await hunt(points, tmp_path)
    assert (tally.digests, tally.doubled, tally.missing, tally.killed) == (3, 0, 0, 3)
