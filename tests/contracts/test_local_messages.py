"""LocalMessages: the board of the local channel."""

import asyncio

from pipeline.domain.local_message import LocalMessage
from tests.peers.catalog import NOW, OURS, STRANGER, Stores


async def test_a_key_is_posted_once(stores: Stores) -> None:
    posts = await asyncio.gather(
        *(stores.board.post("digest:1", workspace=OURS, channel_id="c", body=f'{{"n": {n}}}') for n in range(4))
    )
    assert len(set(posts)) == 1
    assert await stores.board.find("digest:1", workspace=OURS) == posts[0]
    assert posts[0] == LocalMessage(posts[0].number, "digest:1", "c", posts[0].body, NOW)
    assert await stores.board.latest(workspace=OURS, channel_id="c") == (posts[0],)


async def test_the_latest_messages_come_oldest_first(stores: Stores) -> None:
    for n in range(5):
        await stores.board.post(f"k{n}", workspace=OURS, channel_id="c", body="{}")
    await stores.board.post("elsewhere", workspace=OURS, channel_id="d", body="{}")
    latest = await stores.board.latest(workspace=OURS, channel_id="c", limit=3)
    assert [m.key for m in latest] == ["k2", "k3", "k4"]


async def test_each_workspace_has_a_board_of_its_own(stores: Stores) -> None:
    await stores.board.post("k", workspace=OURS, channel_id="c", body='"ours"')
    assert await stores.board.find("k", workspace=STRANGER) is None
    assert await stores.board.latest(workspace=STRANGER, channel_id="c") == ()
    theirs = await stores.board.post("k", workspace=STRANGER, channel_id="c", body='"theirs"')
    assert theirs.body == '"theirs"'
