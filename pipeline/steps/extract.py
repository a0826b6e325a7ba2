"""Extract: a transcript becomes insights that passed the evidence gate."""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence

from pipeline.domain.adverts import find_adverts
from pipeline.domain.episode import Episode
from pipeline.domain.errors import NoTranscript
from pipeline.domain.evidence import Rejection, judge
from pipeline.domain.insight import Author, Insight, Proposal
from pipeline.domain.transcript import Transcript
from pipeline.ports import EpisodeLedger, InsightProposer, InsightStore, TranscriptStore

_log = logging.getLogger(__name__)


async def extract_insights(
    episode_id: str,
    *,
    episodes: EpisodeLedger,
    transcripts: TranscriptStore,
    insights: InsightStore,
    proposer: InsightProposer,
    author: Author,
) -> int:
    """Propose, judge and store the episode's insights; returns how many are in force.

    What this proposer's version made of this very transcript is never made again. Raises UnknownEpisode,
    NoTranscript when none is stored yet, and what the proposer raises.
    """
    transcript = await transcripts.load(episode_id)
    if transcript is None:
        raise NoTranscript(("No transcript of this episode is stored yet.",))
    source = await asyncio.to_thread(lambda: transcript.hash)
    stored = await insights.load(episode_id, source=source, version=proposer.version)
    if stored is not None:
        return len(stored)
    episode = await episodes.get(episode_id)
    proposals = await proposer.propose(episode, transcript)
    kept, rejected = await asyncio.to_thread(_judged, proposals, episode=episode, transcript=transcript, author=author)
    await insights.save(episode_id, kept, source=source, version=proposer.version, rejected=rejected)
    _log.info(
        "Extracted insights.",
        extra={"episode": episode_id, "proposer": proposer.version, "kept": len(kept), "rejected": dict(rejected)},
    )
    return len(kept)


def _judged(
    proposals: Sequence[Proposal], *, episode: Episode, transcript: Transcript, author: Author
) -> tuple[tuple[Insight, ...], Counter[str]]:
    """The insights in the order proposed, each place once, and how many fell for which reason."""
    adverts = find_adverts(transcript)
    kept: dict[str, Insight] = {}
    rejected: Counter[str] = Counter()
    for proposal in proposals:
        verdict = judge(proposal, episode=episode, transcript=transcript, adverts=adverts, author=author)
        if isinstance(verdict, Rejection):
            rejected[verdict.reason.value] += 1
        elif verdict.id in kept:
            rejected["said twice"] += 1
        else:
            kept[verdict.id] = verdict
    return tuple(kept.values()), rejected
