"""ReplyStore and RejectionBook: what the model said is kept with its episode, and why proposals fell."""

from typing import Any

import pytest

from pipeline.domain.errors import UnknownEpisode
from pipeline.domain.insight import Proposal
from pipeline.domain.rejected import RejectedProposal, rejected_proposal
from pipeline.ports import RejectionBook, ReplyStore
from tests.peers.catalog import Stores, found
from tests.peers.memory_stores import MemoryRejections
from tests.peers.spending_book import MemoryReplies

FELL = (
    RejectedProposal("Whales fly", "They do.", "whales can fly", "quote not found", "whales can fly"),
    RejectedProposal("Tides \U0001f30a", "Short.", "the moon pulls", "body length", "1 words"),
)


@pytest.fixture
async def episode_id(stores: Stores) -> str:
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, (found(1),))
    (episode,) = await stores.episodes.waiting()
    return episode.id


@pytest.fixture(params=["catalogue", "memory"])
def replies(request: pytest.FixtureRequest, stores: Stores) -> ReplyStore:
    return stores.replies if request.param == "catalogue" else MemoryReplies()


@pytest.fixture(params=["catalogue", "memory"])
def rejections(request: pytest.FixtureRequest, stores: Stores) -> RejectionBook:
    return stores.rejections if request.param == "catalogue" else MemoryRejections()


async def test_a_reply_is_kept_under_its_key(replies: ReplyStore, episode_id: str) -> None:
    assert await replies.load("k" * 32) is None
    await replies.save("k" * 32, '{"keep": []}', episode_id=episode_id)
    await replies.save("l" * 32, "other", episode_id=episode_id)
    await replies.save("k" * 32, '{"keep": [1]}', episode_id=episode_id)
    assert await replies.load("k" * 32) == '{"keep": [1]}'


async def test_what_fell_comes_back_in_its_order(rejections: RejectionBook, episode_id: str) -> None:
    assert await rejections.of(episode_id) == ()
    await rejections.record(episode_id, FELL)
    assert await rejections.of(episode_id) == FELL
    await rejections.record(episode_id, FELL[1:])
    assert await rejections.of(episode_id) == FELL[1:]
    await rejections.record(episode_id, ())
    assert await rejections.of(episode_id) == ()


async def test_an_unknown_episode_is_named(stores: Stores) -> None:
    with pytest.raises(UnknownEpisode):
        await stores.replies.save("k" * 32, "x", episode_id="nope")
    with pytest.raises(UnknownEpisode):
        await stores.rejections.record("nope", FELL)


@pytest.mark.parametrize("field", ["headline", "body", "quote"])
def test_what_is_kept_of_a_proposal_is_one_line_of_bounded_length(field: str) -> None:
    words: dict[str, Any] = {"headline": "a", "body": "b", "quote": "c"} | {field: "x\u200b\n" * 5_000}
    fell = rejected_proposal(Proposal(first_segment=0, last_segment=0, **words), reason="advert", detail="y" * 999)
    kept = getattr(fell, field)
    assert len(kept) <= 600
    assert kept.isprintable()
    assert len(fell.detail) == 200
