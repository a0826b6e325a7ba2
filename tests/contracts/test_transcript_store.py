"""TranscriptStore: what was said, kept as soon as it is known."""

import asyncio

import pytest

from pipeline.domain.errors import UnknownEpisode
from pipeline.domain.transcript import Basis, Segment, Transcript
from pipeline.ports import TranscriptStore
from tests.peers.catalog import Stores, found, transcript


@pytest.fixture
async def episode_id(stores: Stores) -> str:
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, (found(1),))
    (episode,) = await stores.episodes.waiting()
    return episode.id


async def test_a_transcript_comes_back_as_it_was(stores: Stores, episode_id: str) -> None:
    store: TranscriptStore = stores.transcripts
    odd = Transcript((Segment("A\0 wave 🌊", 0.1), Segment("", None, 2.5, "Ann")), Basis.TRANSCRIBED)
    assert await store.load(episode_id) is None
    await store.save(episode_id, transcript("One.", "Two."))
    assert await store.load(episode_id) == transcript("One.", "Two.")
    for other in (odd, Transcript((), Basis.TRANSCRIBED)):
        await store.save(episode_id, other)
        assert await store.load(episode_id) == other


async def test_a_second_save_replaces_other_words_only(stores: Stores, episode_id: str) -> None:
    await stores.transcripts.save(episode_id, transcript("One."))
    await stores.transcripts.save(episode_id, transcript("One.", basis=Basis.TRANSCRIBED))
    assert await stores.transcripts.load(episode_id) == transcript("One.")
    await stores.transcripts.save(episode_id, transcript("Two.", basis=Basis.TRANSCRIBED))
    assert await stores.transcripts.load(episode_id) == transcript("Two.", basis=Basis.TRANSCRIBED)


async def test_two_who_save_at_once_leave_one_whole_transcript(stores: Stores, episode_id: str) -> None:
    versions = [transcript(*(f"Version {v}, line {n}." for n in range(50))) for v in range(6)]
    await asyncio.gather(*(stores.transcripts.save(episode_id, v) for v in versions))
    assert await stores.transcripts.load(episode_id) in versions


async def test_an_unknown_episode_is_named(stores: Stores) -> None:
    with pytest.raises(UnknownEpisode):
        await stores.transcripts.save("nope", transcript("One."))
    assert await stores.transcripts.load("nope") is None
