"""The process that posts dies by `kill -9`; tests/chaos/discord_kills.py does the same a hundred times."""

from pathlib import Path

import pytest

from tests.chaos.discord_kills import hunt
from tests.chaos.mortal import POINTS


@pytest.mark.parametrize("in_forum", [False, True])
async def test_each_digest_is_there_once_wherever_its_process_was_killed(tmp_path: Path, in_forum: bool) -> None:
    points = ("claimed", "sent") if in_forum else ("claimed", "while sending", "sent")
    assert set(points) < set(POINTS)
    tally = await hunt(points, tmp_path, in_forum=in_forum)
    assert (tally.digests, tally.doubled, tally.missing) == (len(points), 0, 0)
    assert tally.killed == len(points)
