"""OpenThreads: where a driver reads up after a gap."""

from datetime import timedelta

from pipeline.adapters.catalog import Threads
from pipeline.adapters.catalog.open_threads import OpenThread, OpenThreads
from pipeline.domain.conversation import Talk
from tests.peers.catalog import NOW, OURS, STRANGER, Stores


async def test_threads_with_something_going_on_come_latest_first_and_for_one_platform(stores: Stores) -> None:
    threads, opened = Threads(stores.db, clock=stores.clock), OpenThreads(stores.db)
    await threads.save("slack:T1/C1", "old", Talk(("why?",)), workspace=OURS)
    stores.clock.time = NOW + timedelta(hours=1)
    await threads.save("slack:T1/C1", "new", Talk(("how?",)), workspace=OURS)
    await threads.save("discord:9/1", "elsewhere", Talk(("who?",)), workspace=STRANGER)
    found = await opened.changed_since(NOW, platform="slack")
    assert found == (OpenThread(OURS, "slack:T1/C1", "new"), OpenThread(OURS, "slack:T1/C1", "old"))
    assert await opened.changed_since(NOW, platform="slack", limit=1) == found[:1]
    assert await opened.changed_since(NOW + timedelta(minutes=1), platform="slack") == found[:1]
