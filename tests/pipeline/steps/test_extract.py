"""A transcript becomes insights that passed the gate, once."""

from dataclasses import replace

import pytest

from pipeline.adapters.extractive.picks import ExtractivePicks
from pipeline.domain.episode import Episode
from pipeline.domain.errors import ModelRefused, NoTranscript, UnknownEpisode
from pipeline.domain.insight import Author, Proposal
from pipeline.domain.transcript import Transcript
from pipeline.ports import InsightProposer
from pipeline.steps.extract import extract_insights
from tests.peers.made_talks import heating_episode, heating_talk
from tests.peers.memory_stores import (
    CountingEmbedder,
    MemoryEpisodes,
    MemoryInsights,
    MemoryRejections,
    MemoryTranscripts,
    SetProposer,
)
from tests.pipeline.domain.talk.test_evidence import GOOD


class DecliningProposer(SetProposer):
    """A model that will not work on this episode."""

    async def propose(self, episode: Episode, transcript: Transcript) -> tuple[Proposal, ...]:
        """Never."""
        raise ModelRefused("small declined to work on this text.")


class World:
    """The stores of one test."""

    def __init__(self) -> None:
        self.episodes = MemoryEpisodes({"e1": heating_episode()})
        self.transcripts = MemoryTranscripts({"e1": heating_talk()})
        self.insights = MemoryInsights()
        self.rejections = MemoryRejections()

    async def extract(
        self,
        proposer: InsightProposer,
        *,
        author: Author = Author.MODEL,
        episode: str = "e1",
        fallback: InsightProposer | None = None,
    ) -> int:
        return await extract_insights(
            episode,
            episodes=self.episodes,
            transcripts=self.transcripts,
            insights=self.insights,
            rejections=self.rejections,
            proposer=proposer,
            author=author,
            fallback=fallback,
        )


async def test_stores_what_passed_and_counts_what_fell() -> None:
    world = World()
    never = replace(GOOD, quote="a sentence that nobody in this talk has ever said")
    proposer = SetProposer((GOOD, never, never, replace(GOOD, headline=""), GOOD))

    assert await world.extract(proposer) == 1
    assert [i.headline for i in await world.insights.current("e1")] == [GOOD.headline]
    assert world.insights.rejected["e1"] == {"quote not found": 2, "headline length": 1, "said twice": 1}


async def test_what_fell_can_be_looked_at_with_its_reason() -> None:
    world = World()
    never = replace(GOOD, quote="a sentence that nobody in this talk has ever said")
    await world.extract(SetProposer((never, replace(GOOD, body="Short.\u200b\nToo short."))))

    unsaid, short = await world.rejections.of("e1")
    assert (unsaid.reason, unsaid.detail) == ("quote not found", never.quote)
    assert (short.headline, short.body, short.detail) == (GOOD.headline, "Short. Too short.", "3 words")


async def test_an_episode_that_the_model_declines_gets_picks_that_are_labelled_as_such() -> None:
    world = World()
    picks = ExtractivePicks(CountingEmbedder())
    count = await world.extract(DecliningProposer(), fallback=picks)

    assert count > 1
    assert {i.author for i in await world.insights.current("e1")} == {Author.EXTRACT}
    assert world.insights.rejected["e1"] == {"declined by the model": 1}
    assert await world.extract(DecliningProposer(), fallback=SetProposer()) == count


async def test_without_a_fallback_the_refusal_is_told() -> None:
    with pytest.raises(ModelRefused):
        await World().extract(DecliningProposer())


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
