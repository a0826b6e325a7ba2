"""DigestBook and DeliveryBook: a digest is frozen once and sent once."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest

from pipeline.domain.digest import Delivery, DeliveryState, Digest, Label, Passed, Pick, ScorePart, Shown
from pipeline.domain.episode import EpisodeState
from pipeline.domain.errors import UnknownChannel
from pipeline.ports import DeliveryBook, DigestBook
from tests.peers.catalog import NOW, OURS, STRANGER, Stores, channel, found, insight

DAY = date(2026, 11, 22)


@pytest.fixture
async def digest(stores: Stores) -> Digest:
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, (found(1), found(2)))
    for episode in await stores.episodes.waiting():
        await stores.insights.save(episode.id, (insight(episode.id),), source="h", version="1", rejected={})
        await stores.episodes.settle(episode.id, EpisodeState.READY)
    candidates = await stores.channels.candidates(channel().id, workspace=OURS, since=NOW - timedelta(days=7))
    picks = (
        Pick(1, candidates[0], 0.1 + 0.2, (ScorePart("fit", 0.5, "ocean"),), Label.FOLLOW_UP, date(2026, 11, 1), 3),
        Pick(2, candidates[1], 0.25, (), Label.ALSO_ON, also_on=("Night Trains 🌊",)),
    )
    passed = (Passed("x", "Headline", 0.1, "Too like no. 1."),)
    return Digest(channel().id, DAY, picks, passed, considered=9, episodes=2)


async def test_a_digest_comes_back_bit_for_bit(stores: Stores, digest: Digest) -> None:
    book: DigestBook = stores.digests
    assert await book.load(digest.channel_id, DAY, workspace=OURS) is None
    assert await book.save(digest, workspace=OURS) == digest
    assert await book.load(digest.channel_id, DAY, workspace=OURS) == (digest, None)


async def test_the_first_digest_of_a_day_stays(stores: Stores, digest: Digest) -> None:
    other = replace(digest, picks=(), considered=0)
    saved = await asyncio.gather(*(stores.digests.save(d, workspace=OURS) for d in (digest, other, digest)))
    assert len(set(saved)) == 1
    assert await stores.digests.load(digest.channel_id, DAY, workspace=OURS) == (saved[0], None)


async def test_a_digest_is_shown_as_it_was_whatever_became_of_its_insights(stores: Stores, digest: Digest) -> None:
    await stores.digests.save(digest, workspace=OURS)
    for pick in digest.picks:
        await stores.insights.save(pick.candidate.episode.id, (), source="h2", version="1", rejected={})
    loaded = await stores.digests.load(digest.channel_id, DAY, workspace=OURS)
    assert loaded == (digest, None)


async def test_a_digest_of_a_strangers_channel_is_refused(stores: Stores, digest: Digest) -> None:
    with pytest.raises(UnknownChannel):
        await stores.digests.save(digest, workspace=STRANGER)
    with pytest.raises(UnknownChannel):
        await stores.digests.save(replace(digest, channel_id="nope"), workspace=OURS)


async def test_only_one_of_many_may_send(stores: Stores, digest: Digest) -> None:
    book: DeliveryBook = stores.deliveries
    claims = await asyncio.gather(
        *(book.claim(digest.channel_id, DAY, workspace=OURS, at=NOW + timedelta(seconds=n)) for n in range(8))
    )
    assert sum(c.is_new for c in claims) == 1
    assert len({c.delivery for c in claims}) == 1
    (winner,) = (c.delivery for c in claims if c.is_new)
    assert winner.state is DeliveryState.CLAIMED
    assert winner.at is not None
    assert winner.at >= NOW


async def test_what_was_sent_stays_sent(stores: Stores, digest: Digest) -> None:
    await stores.digests.save(digest, workspace=OURS)
    claimed = (await stores.deliveries.claim(digest.channel_id, DAY, workspace=OURS, at=NOW)).delivery
    sent = replace(claimed, state=DeliveryState.SENT, reference="171.5", note="", at=NOW + timedelta(seconds=2))
    await stores.deliveries.settle(sent)
    await stores.deliveries.settle(replace(claimed, state=DeliveryState.FAILED, note="The channel is gone."))
    assert await stores.digests.load(digest.channel_id, DAY, workspace=OURS) == (digest, sent)
    again = await stores.deliveries.claim(digest.channel_id, DAY, workspace=OURS, at=NOW + timedelta(hours=1))
    assert (again.is_new, again.delivery) == (False, sent)


async def test_a_day_may_be_skipped_without_a_claim(stores: Stores, digest: Digest) -> None:
    await stores.deliveries.settle(Delivery(digest.channel_id, DAY, DeliveryState.SKIPPED, note="Too late."))
    claim = await stores.deliveries.claim(digest.channel_id, DAY, workspace=OURS, at=NOW + timedelta(hours=1))
    assert not claim.is_new
    assert claim.delivery == Delivery(digest.channel_id, DAY, DeliveryState.SKIPPED, note="Too late.", at=NOW)


async def test_settled_days_are_those_that_need_no_more_sending(stores: Stores, digest: Digest) -> None:
    states = (DeliveryState.SENT, DeliveryState.SKIPPED, DeliveryState.FAILED, DeliveryState.CLAIMED)
    for back, state in enumerate(states):
        day = DAY - timedelta(days=back)
        await stores.deliveries.claim(digest.channel_id, day, workspace=OURS, at=NOW)
        await stores.deliveries.settle(Delivery(digest.channel_id, day, state))
    settled = await stores.deliveries.settled_days(since=DAY - timedelta(days=9))
    assert settled == {digest.channel_id: {DAY, DAY - timedelta(days=1), DAY - timedelta(days=2)}}
    assert await stores.deliveries.settled_days(since=DAY) == {digest.channel_id: {DAY}}
    assert await stores.deliveries.settled_days(since=DAY + timedelta(days=1)) == {}


async def test_a_day_that_was_skipped_in_the_future_is_still_to_be_sent(stores: Stores, digest: Digest) -> None:
    book, later = stores.deliveries, NOW + timedelta(hours=9)
    skipped = Delivery(digest.channel_id, DAY, DeliveryState.SKIPPED, note="Too late.", at=later)
    await book.settle(skipped)
    assert await book.settled_days(since=DAY) == {}
    assert (await book.claim(digest.channel_id, DAY, workspace=OURS, at=later)).delivery == skipped
    claims = [await book.claim(digest.channel_id, DAY, workspace=OURS, at=NOW) for _ in range(2)]
    assert [claim.is_new for claim in claims] == [True, False]
    assert {claim.delivery for claim in claims} == {Delivery(digest.channel_id, DAY, DeliveryState.CLAIMED, at=NOW)}


async def test_a_day_that_was_sent_in_the_future_stays_sent(stores: Stores, digest: Digest) -> None:
    sent = Delivery(digest.channel_id, DAY, DeliveryState.SENT, reference="171.5", at=NOW + timedelta(hours=9))
    await stores.deliveries.settle(sent)
    assert await stores.deliveries.settled_days(since=DAY) == {digest.channel_id: {DAY}}
    claim = await stores.deliveries.claim(digest.channel_id, DAY, workspace=OURS, at=NOW)
    assert (claim.is_new, claim.delivery) == (False, sent)


async def test_deliveries_of_unknown_channels_are_refused(stores: Stores, digest: Digest) -> None:
    for channel_id, workspace in ((digest.channel_id, STRANGER), ("nope", OURS)):
        with pytest.raises(UnknownChannel):
            await stores.deliveries.claim(channel_id, DAY, workspace=workspace, at=NOW)
    with pytest.raises(UnknownChannel):
        await stores.deliveries.settle(Delivery("nope", DAY, DeliveryState.SENT))


async def test_a_channel_was_shown_what_was_sent_or_may_have_been(stores: Stores, digest: Digest) -> None:
    states = (DeliveryState.CLAIMED, DeliveryState.SENT, DeliveryState.SKIPPED, DeliveryState.FAILED, None)
    for back, state in enumerate(states):
        day = DAY - timedelta(days=back)
        await stores.digests.save(replace(digest, day=day), workspace=OURS)
        if state is not None:
            await stores.deliveries.settle(Delivery(digest.channel_id, day, state))
    shown = await stores.digests.shown(digest.channel_id, workspace=OURS, since=NOW - timedelta(days=60))
    expected = [
        Shown(pick.candidate.insight.id, pick.candidate.insight.text, day, pick.number)
        for day in (DAY - timedelta(days=1), DAY)
        for pick in digest.picks
    ]
    assert list(shown) == expected
    assert len(await stores.digests.shown(digest.channel_id, workspace=OURS, since=NOW)) == 2
