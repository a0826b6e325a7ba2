"""Reactions: votes and what members keep."""

from datetime import timedelta

import pytest

from pipeline.domain.errors import UnknownChannel
from tests.peers.catalog import OURS, STRANGER, Stores, channel


@pytest.fixture
async def here(stores: Stores) -> str:
    """Our channel's id."""
    await stores.settings.save(channel(), workspace=OURS)
    return channel().id


async def test_a_member_has_one_vote_and_may_change_it(stores: Stores, here: str) -> None:
    for member, vote in (("ann", 1), ("ann", 1), ("bob", 1), ("cem", -1)):
        await stores.reactions.vote(here, "i1", workspace=OURS, member=member, vote=1 if vote > 0 else -1)
    await stores.reactions.vote(here, "i2", workspace=OURS, member="ann", vote=1)
    assert await stores.reactions.votes(here, workspace=OURS) == {"i1": 1, "i2": 1}
    await stores.reactions.vote(here, "i1", workspace=OURS, member="bob", vote=-1)
    await stores.reactions.vote(here, "i2", workspace=OURS, member="ann", vote=0)
    assert await stores.reactions.votes(here, workspace=OURS) == {"i1": -1}


async def test_what_a_member_keeps_comes_back_latest_first_and_to_nobody_else(stores: Stores, here: str) -> None:
    for insight_id in ("i1", "i2"):
        stores.clock.time += timedelta(minutes=1)
        await stores.reactions.save(here, insight_id, workspace=OURS, member="ann")
    assert await stores.reactions.saved("ann", workspace=OURS) == ("i2", "i1")
    assert await stores.reactions.saved("bob", workspace=OURS) == ()
    assert await stores.reactions.saved("ann", workspace=STRANGER) == ()


async def test_keeping_and_voting_do_not_undo_each_other(stores: Stores, here: str) -> None:
    await stores.reactions.vote(here, "i1", workspace=OURS, member="ann", vote=1)
    await stores.reactions.save(here, "i1", workspace=OURS, member="ann")
    await stores.reactions.vote(here, "i1", workspace=OURS, member="ann", vote=-1)
    assert await stores.reactions.saved("ann", workspace=OURS) == ("i1",)
    assert await stores.reactions.votes(here, workspace=OURS) == {"i1": -1}


async def test_a_stranger_has_no_vote_here(stores: Stores, here: str) -> None:
    with pytest.raises(UnknownChannel):
        await stores.reactions.vote(here, "i1", workspace=STRANGER, member="eve", vote=1)
    with pytest.raises(UnknownChannel):
        await stores.reactions.save(here, "i1", workspace=STRANGER, member="eve")
    assert await stores.reactions.votes(here, workspace=STRANGER) == {}


async def test_reasons_are_counted_for_the_workspace_and_go_with_the_vote(stores: Stores, here: str) -> None:
    for member, reason in (("ann", "wrong"), ("bob", "dull"), ("cem", "wrong"), ("dia", "")):
        await stores.reactions.vote(here, "i1", workspace=OURS, member=member, vote=-1, reason=reason)
    assert dict(await stores.reactions.reasons("i1", workspace=OURS)) == {"wrong": 2, "dull": 1}
    await stores.reactions.vote(here, "i1", workspace=OURS, member="ann", vote=1)
    assert list((await stores.reactions.reasons("i1", workspace=OURS)).items()) == [("dull", 1), ("wrong", 1)]
    assert await stores.reactions.reasons("i2", workspace=OURS) == {}
    assert await stores.reactions.reasons("i1", workspace=STRANGER) == {}
