"""Take the publisher's transcript in place of ours, and check again what rests on ours."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

from pipeline.domain.episode import Episode
from pipeline.domain.errors import NoTranscript
from pipeline.domain.insight import Insight, Proposal
from pipeline.domain.talk.adverts import find_adverts
from pipeline.domain.talk.evidence import judge
from pipeline.domain.transcript import Basis, Transcript
from pipeline.ports import (
    ChapterReader,
    EpisodeLedger,
    InsightProposer,
    InsightStore,
    Siblings,
    TranscriptReader,
    TranscriptStore,
)
from pipeline.steps.mark_adverts import mark_adverts

_log = logging.getLogger(__name__)


async def take_better_transcript(
    episode_id: str,
    *,
    episodes: EpisodeLedger,
    transcripts: TranscriptStore,
    insights: InsightStore,
    reader: TranscriptReader,
    siblings: Siblings,
    chapters: ChapterReader,
    proposer: InsightProposer,
) -> bool:
    """Whether the publisher's transcript has just replaced ours; where it cannot be had, ours stays.

    Insights whose quote and particulars the new transcript supports too keep their ids, so that nothing is posted
    twice. When that is fewer than half of them, the episode is read anew instead. Raises UnknownEpisode.
    """
    ours = await transcripts.load(episode_id)
    if ours is None or ours.basis is Basis.PUBLISHED:
        return False
    episode = await episodes.get(episode_id)
    if not episode.found.transcripts:
        return False
    try:
        theirs = await reader.read(episode, siblings=await siblings.around(episode))
    except NoTranscript as missing:
        _log.info("Kept our own transcript.", extra={"episode": episode_id, "tries": len(missing.reasons)})
        return False
    if not theirs.is_better_than(ours):
        return False
    theirs = await mark_adverts(episode, theirs, chapters=chapters, siblings=siblings, transcripts=transcripts)
    before = await insights.current(episode_id)
    kept = await asyncio.to_thread(_still_supported, before, episode=episode, transcript=theirs)
    await transcripts.save(episode_id, theirs)
    if kept and 2 * len(kept) >= len(before):
        source = await asyncio.to_thread(lambda: theirs.hash)
        fell = {"not in the publisher's transcript": len(before) - len(kept)}
        await insights.save(episode_id, kept, source=source, version=proposer.version, rejected=fell)
    _log.info("Replaced our transcript.", extra={"episode": episode_id, "insights": len(before), "kept": len(kept)})
    return True


def _still_supported(before: Sequence[Insight], *, episode: Episode, transcript: Transcript) -> tuple[Insight, ...]:
    """The insights that pass the evidence gate again, with their old ids and their new places."""
    adverts = find_adverts(transcript)
    checked = (
        (old, judge(_proposed(old), episode=episode, transcript=transcript, adverts=adverts, author=old.author))
        for old in before
    )
    return tuple(replace(new, id=old.id) for old, new in checked if isinstance(new, Insight))


def _proposed(insight: Insight) -> Proposal:
    return Proposal(
        headline=insight.headline,
        body=insight.body,
        quote=insight.quote,
        first_segment=insight.first_segment,
        last_segment=insight.last_segment,
        kind=insight.kind,
        topics=insight.topics,
        specificity=insight.specificity,
        worth=insight.worth,
    )
