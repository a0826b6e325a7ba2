"""Inbox, Threads and Curators: what a chat platform's driver remembers."""

import asyncio
from datetime import timedelta

import pytest

from pipeline.adapters.catalog import Curators, Inbox, Threads
from pipeline.domain.conversation import Arrived, Talk
from tests.peers.catalog import NOW, OURS, STRANGER, Stores

_ONE = Arrived(OURS, "message:C1:1.1", '{"a": 1}')


@pytest.fixture
def inbox(stores: Stores) -> Inbox:
    return Inbox(stores.db, clock=stores.clock)


async def test_what_arrives_several_times_at_once_is_kept_once(inbox: Inbox) -> None:
    assert sorted(await asyncio.gather(*(inbox.put(_ONE) for _ in range(4)))) == [False, False, False, True]
    assert await inbox.put(Arrived(STRANGER, _ONE.event_id, "{}"))


async def test_what_nobody_finished_is_taken_up_once(inbox: Inbox) -> None:
    await inbox.put(_ONE)
    await inbox.put(Arrived(STRANGER, "elsewhere", "{}"))
    assert await inbox.open_since(NOW - timedelta(hours=1), platform="slack") == (_ONE,)
    assert await inbox.open_since(NOW + timedelta(seconds=1), platform="slack") == ()
    taken = await asyncio.gather(*(inbox.take_again(_ONE) for _ in range(3)))
    assert [one.attempt for one in taken if one] == [2]


async def test_what_is_finished_is_not_open_and_is_not_kept_again(inbox: Inbox) -> None:
    await inbox.put(_ONE)
    await inbox.finish(_ONE)
    assert await inbox.open_since(NOW - timedelta(hours=1), platform="slack") == ()
    assert await inbox.take_again(_ONE) is None
    assert not await inbox.put(_ONE)


async def test_old_events_are_forgotten(inbox: Inbox) -> None:
    await inbox.put(_ONE)
    await inbox.forget(NOW + timedelta(seconds=1))
    assert await inbox.put(_ONE)


async def test_a_thread_comes_back_as_it_was_saved_and_to_its_workspace_alone(stores: Stores) -> None:
    threads = Threads(stores.db, clock=stores.clock)
    assert await threads.find("slack:T1/C1", "1.1", workspace=OURS) is None
    await threads.save("slack:T1/C1", "1.1", Talk(("why?",), "U1", "U2"), workspace=OURS)
    await threads.save("slack:T1/C1", "1.1", Talk(("why?", "møre?"), "U1", ""), workspace=OURS)
    assert await threads.find("slack:T1/C1", "1.1", workspace=OURS) == Talk(("why?", "møre?"), "U1", "")
    assert await threads.find("slack:T1/C1", "1.1", workspace=STRANGER) is None


async def test_curators_are_a_channels_own(stores: Stores) -> None:
    curators = Curators(stores.db, clock=stores.clock)
    await curators.add("slack:T1/C1", "U1", workspace=OURS)
    await curators.add("slack:T1/C1", "U1", workspace=OURS)
    await curators.add("slack:T1/C1", "U0", workspace=OURS)
    assert await curators.of("slack:T1/C1", workspace=OURS) == ("U0", "U1")
    assert await curators.of("slack:T1/C2", workspace=OURS) == ()
    assert await curators.of("slack:T1/C1", workspace=STRANGER) == ()
