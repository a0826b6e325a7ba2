"""Read this first: what happens to an episode, to a question and on a channel's day, in order.

    feed ─ scan ─► episode ─ ingest ─► transcript ─ analyse ─► insights ─ index ─► searchable, and ready for a digest
                                └─ transcribe ─┘ (only where the publisher has no transcript)

The stages of an episode are separate, so that any process may run the next one. Each is safe to run twice: what is
expensive is looked up in the catalogue first. The engine that runs them durably is plugged in at the edge.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from pipeline.domain.answer import Answer, Question
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.digest import Digest
from pipeline.domain.episode import EpisodeState
from pipeline.domain.errors import NoTranscript, PodsiftError
from pipeline.domain.insight import Author
from pipeline.domain.intake.another_try import after_giving_up, may_still_come
from pipeline.domain.passage import Query, SearchResult
from pipeline.ports import (
    AnswerWriter,
    ChannelBook,
    ChapterReader,
    Clock,
    DigestBook,
    Embedder,
    EpisodeLedger,
    EpisodeLine,
    FeedHistory,
    FeedKeys,
    FeedLedger,
    FeedLine,
    FeedParser,
    Fetcher,
    Index,
    InsightProposer,
    InsightStore,
    RejectionBook,
    RetryBook,
    Siblings,
    Told,
    Transcriber,
    TranscriptReader,
    TranscriptStore,
    VoteBook,
)
from pipeline.steps.answer import answer_question
from pipeline.steps.better_transcript import take_better_transcript
from pipeline.steps.digest import make_digest
from pipeline.steps.extract import extract_insights
from pipeline.steps.index import add_to_index, index_episode
from pipeline.steps.place import place_passages
from pipeline.steps.scan import Scan, scan_feed
from pipeline.steps.transcribe import fetch_published_transcript, transcribe_audio


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Everything the flows draw on. `transcriber` is None where transcription is switched off.

    `fallback` proposes where the proposer, a model, declines an episode; None where there is nothing to fall back on.
    """

    clock: Clock
    fetcher: Fetcher
    parser: FeedParser
    reader: TranscriptReader
    transcriber: Transcriber | None
    proposer: InsightProposer
    author: Author
    fallback: InsightProposer | None
    writer: AnswerWriter
    embedder: Embedder
    index: Index
    keys: FeedKeys
    feeds: FeedLedger
    feed_line: FeedLine
    history: FeedHistory
    episodes: EpisodeLedger
    episode_line: EpisodeLine
    siblings: Siblings
    chapters: ChapterReader
    retries: RetryBook
    transcripts: TranscriptStore
    insights: InsightStore
    rejections: RejectionBook
    channels: ChannelBook
    digests: DigestBook
    votes: VoteBook


class Stage(StrEnum):
    """The stages of an episode's way; each has a queue of its own."""

    INGEST = "ingest"
    TRANSCRIBE = "transcribe"
    ANALYSE = "analyse"
    INDEX = "index"


FIRST_STAGE: Final = Stage.INGEST


async def scan(feed_id: str, pipeline: Pipeline, *, hold_after: int, jitter: float = 0.5) -> Scan:
    """Read a feed and store what it says; its waiting episodes are then due for their first stage.

    At the first reading the newest `hold_after` episodes wait and the older ones are held. `jitter`, from 0 to 1,
    spreads the next readings of many feeds.
    """
    return await scan_feed(
        feed_id,
        feeds=pipeline.feeds,
        history=pipeline.history,
        fetcher=pipeline.fetcher,
        parser=pipeline.parser,
        keys=pipeline.keys,
        clock=pipeline.clock,
        hold_after=hold_after,
        jitter=jitter,
    )


async def run_stage(stage: Stage, episode_id: str, pipeline: Pipeline) -> Stage | None:
    """Run one stage of an episode and name the next one, None after the last.

    Raises PodsiftError: a retryable one may go well later, after any other `give_up` is due.
    """
    run = {
        Stage.INGEST: _ingest,
        Stage.TRANSCRIBE: _transcribe,
        Stage.ANALYSE: _analyse,
        Stage.INDEX: _index,
    }[stage]
    return await run(episode_id, pipeline)


async def rehearse_indexing(episode_id: str, pipeline: Pipeline) -> None:
    """Put an episode into an index that nobody searches, and leave the catalogue as it is. Raises as the stage does."""
    await add_to_index(
        episode_id,
        episodes=pipeline.episodes,
        transcripts=pipeline.transcripts,
        insights=pipeline.insights,
        index=pipeline.index,
    )


async def give_up(episode_id: str, error: PodsiftError, pipeline: Pipeline) -> None:
    """Mark an episode as failed with the reason for people; a retryable error lets it go again by itself, later."""
    # Only then: an episode whose key is lost cannot be looked at, and would wait for ever.
    retries = (await pipeline.episodes.get(episode_id)).retries if error.retryable else 0
    given_up = after_giving_up(str(error), may_go_well_later=error.retryable, retries=retries, now=pipeline.clock.now())
    await pipeline.episodes.settle(episode_id, EpisodeState.FAILED, reason=given_up.reason, retry_at=given_up.retry_at)


async def digest(
    channel_id: str, day: date, pipeline: Pipeline, *, workspace: WorkspaceId, keep: bool = True
) -> Digest:
    """The channel's digest of that local day; the stored one if there is one. `keep=False` only tries it out."""
    return await make_digest(
        channel_id,
        day,
        workspace=workspace,
        channels=pipeline.channels,
        digests=pipeline.digests,
        embedder=pipeline.embedder,
        clock=pipeline.clock,
        votes=await pipeline.votes.votes(channel_id, workspace=workspace),
        keep=keep,
    )


async def answer(question: Question, pipeline: Pipeline, *, told: Told | None = None) -> Answer:
    """What the episodes say about the question, with the places where they say it; `told` hears it grow."""
    return await answer_question(
        question, index=pipeline.index, transcripts=pipeline.transcripts, writer=pipeline.writer, told=told
    )


async def search(query: Query, pipeline: Pipeline) -> SearchResult:
    """The passages that speak about it, with who said them and when."""
    return await place_passages(await pipeline.index.search(query), transcripts=pipeline.transcripts)


async def _ingest(episode_id: str, pipeline: Pipeline) -> Stage:
    await take_better_transcript(
        episode_id,
        episodes=pipeline.episodes,
        transcripts=pipeline.transcripts,
        insights=pipeline.insights,
        reader=pipeline.reader,
        siblings=pipeline.siblings,
        chapters=pipeline.chapters,
        proposer=pipeline.proposer,
    )
    missing = await fetch_published_transcript(
        episode_id,
        episodes=pipeline.episodes,
        transcripts=pipeline.transcripts,
        reader=pipeline.reader,
        siblings=pipeline.siblings,
        chapters=pipeline.chapters,
    )
    if missing is None:
        return Stage.ANALYSE
    episode = await pipeline.episodes.get(episode_id)
    is_early = bool(episode.found.transcripts) and may_still_come(episode.when, now=pipeline.clock.now())
    later = missing.retryable or is_early
    if pipeline.transcriber is None:
        raise NoTranscript((*missing.reasons, "Transcription of audio is switched off."), retryable=later)
    if episode.audio_url is None:
        raise NoTranscript((*missing.reasons, "It has no audio."), retryable=later)
    await pipeline.episode_line.must_be_heard(episode_id)
    return Stage.TRANSCRIBE


async def _transcribe(episode_id: str, pipeline: Pipeline) -> Stage:
    if pipeline.transcriber is None:
        raise NoTranscript(("Transcription of audio is switched off.",))
    await transcribe_audio(
        episode_id,
        episodes=pipeline.episodes,
        transcripts=pipeline.transcripts,
        transcriber=pipeline.transcriber,
        siblings=pipeline.siblings,
        chapters=pipeline.chapters,
        clock=pipeline.clock,
    )
    return Stage.ANALYSE


async def _analyse(episode_id: str, pipeline: Pipeline) -> Stage:
    await extract_insights(
        episode_id,
        episodes=pipeline.episodes,
        transcripts=pipeline.transcripts,
        insights=pipeline.insights,
        rejections=pipeline.rejections,
        proposer=pipeline.proposer,
        author=pipeline.author,
        fallback=pipeline.fallback,
    )
    return Stage.INDEX


async def _index(episode_id: str, pipeline: Pipeline) -> None:
    await index_episode(
        episode_id,
        episodes=pipeline.episodes,
        transcripts=pipeline.transcripts,
        insights=pipeline.insights,
        index=pipeline.index,
    )
