"""A transcript becomes insights that passed the gate, once."""

from dataclasses import replace

import pytest

from pipeline.adapters.extractive import ExtractivePicks
from pipeline.domain.errors import NoTranscript, UnknownEpisode
from pipeline.domain.insight import Author
from pipeline.ports import InsightProposer
from pipeline.steps.extract import extract_insights
from tests.peers.made_talks import heating_episode, heating_talk
from tests.peers.memory_stores import CountingEmbedder, MemoryEpisodes, MemoryInsights, MemoryTranscripts, SetProposer
from tests.pipeline.domain.test_evidence import GOOD


class World:
    """The stores of one test."""

    def __init__(self) -> None:
        self.episodes = MemoryEpisodes({"e1": heating_episode()})
        self.transcripts = MemoryTranscripts({"e1": heating_talk()})
        self.insights = MemoryInsights()

    async def extract(self, proposer: InsightProposer, *, author: Author = Author.MODEL, episode: str = "e1") -> int:
        return await extract_insights(
            episode,
            episodes=self.episodes,
            transcripts=self.transcripts,
            insights=self.insights,
            proposer=proposer,
            author=author,
        )


async def test_stores_what_passed_and_counts_what_fell() -> None:
    world = World()
    never = replace(GOOD, quote="a sentence that nobody in this talk has ever said")
    proposer = SetProposer((GOOD, never, never, replace(GOOD, headline=""), GOOD))

    assert await world.extract(proposer) == 1
    assert [i.headline for i in await world.insights.current("e1")] == [GOOD.headline]
    assert world.insights.rejected["e1"] == {"quote not found": 2, "headline length": 1, "said twice": 1}


async def test_a_transcript_that_was_read_is_not_read_again() -> None:
    world, proposer = World(), SetProposer((GOOD,))

    assert [await world.extract(proposer) for _ in range(3)] == [1, 1, 1]
    assert proposer.calls == 1


async def test_that_nothing_passed_is_remembered_too() -> None:
    world, proposer = World(), SetProposer()

    assert [await world.extract(proposer) for _ in range(2)] == [0, 0]
    assert proposer.calls == 1


async def test_a_new_version_or_a_new_transcript_is_read_anew() -> None:
    world, proposer = World(), SetProposer((GOOD,))
    await world.extract(proposer)
    proposer.version = "set-2"
    await world.extract(proposer)
    talk = heating_talk()
    world.transcripts.stored["e1"] = replace(talk, segments=talk.segments[:-1])
    await world.extract(proposer)

    assert proposer.calls == 3


async def test_a_missing_transcript_or_episode_is_said() -> None:
    world = World()
    world.transcripts.stored["e2"] = heating_talk()

    with pytest.raises(NoTranscript):
        await world.extract(SetProposer(), episode="nowhere")
    with pytest.raises(UnknownEpisode):
        await world.extract(SetProposer(), episode="e2")


async def test_picks_without_a_model_are_stored_as_extracts() -> None:
    world = World()
    count = await world.extract(ExtractivePicks(CountingEmbedder()), author=Author.EXTRACT)

    assert count > 1
    assert {i.author for i in await world.insights.current("e1")} == {Author.EXTRACT}
    assert world.insights.rejected["e1"] == {}
