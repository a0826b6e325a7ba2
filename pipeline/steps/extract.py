"""Extract: a transcript becomes insights that passed the evidence gate."""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.domain.episode import Episode
from pipeline.domain.errors import ModelRefused, NoTranscript
from pipeline.domain.insight import Author, Insight, Proposal
from pipeline.domain.rejected import RejectedProposal, rejected_proposal
from pipeline.domain.talk.adverts import find_adverts
from pipeline.domain.talk.evidence import Rejection, judge
from pipeline.domain.transcript import Transcript
from pipeline.ports import EpisodeLedger, InsightProposer, InsightStore, RejectionBook, TranscriptStore

_DECLINED: Final = "declined by the model"
_TWICE: Final = "said twice"

_log = logging.getLogger(__name__)


async def extract_insights(
    episode_id: str,
    *,
    episodes: EpisodeLedger,
    transcripts: TranscriptStore,
    insights: InsightStore,
    rejections: RejectionBook,
    proposer: InsightProposer,
    author: Author,
    fallback: InsightProposer | None = None,
) -> int:
    """Propose, judge and store the episode's insights; returns how many are in force.

    What this proposer's version made of this very transcript is never made again. Where a model declines an episode,
    `fallback` picks passages from it, and they are stored as picks. Raises UnknownEpisode, NoTranscript when none is
    stored yet, and what the proposer raises.
    """
    transcript = await transcripts.load(episode_id)
    if transcript is None:
        raise NoTranscript(("No transcript of this episode is stored yet.",))
    source = await asyncio.to_thread(lambda: transcript.hash)
    stored = await insights.load(episode_id, source=source, version=proposer.version)
    if stored is not None:
        return len(stored)
    episode = await episodes.get(episode_id)
    proposed = await _propose(episode, transcript, proposer=proposer, author=author, fallback=fallback)
    kept, fell = await asyncio.to_thread(_judged, proposed, episode=episode, transcript=transcript)
    counts = Counter(one.reason for one in fell)
    if proposed.declined:
        counts[_DECLINED] = 1
    await rejections.record(episode_id, fell)
    await insights.save(episode_id, kept, source=source, version=proposer.version, rejected=counts)
    _log.info(
        "Extracted insights.",
        extra={"episode": episode_id, "proposer": proposer.version, "kept": len(kept), "rejected": dict(counts)},
    )
    return len(kept)


@dataclass(frozen=True, slots=True)
class _Proposed:
    """Proposals and who made them; `declined` says that a model would not."""

    proposals: Sequence[Proposal]
    author: Author
    declined: bool = False


async def _propose(
    episode: Episode,
    transcript: Transcript,
    *,
    proposer: InsightProposer,
    author: Author,
    fallback: InsightProposer | None,
) -> _Proposed:
    try:
        return _Proposed(await proposer.propose(episode, transcript), author)
    except ModelRefused as refused:
        if fallback is None:
            raise
        _log.warning("Picked passages instead.", extra={"episode": episode.id, "reason": str(refused)})
    return _Proposed(await fallback.propose(episode, transcript), Author.EXTRACT, declined=True)


def _judged(
    proposed: _Proposed, *, episode: Episode, transcript: Transcript
) -> tuple[tuple[Insight, ...], tuple[RejectedProposal, ...]]:
    """The insights in the order proposed, each place once; and those that fell, with the reason."""
    adverts = find_adverts(transcript)
    kept: dict[str, Insight] = {}
    fell: list[RejectedProposal] = []
    for proposal in proposed.proposals:
        verdict = judge(proposal, episode=episode, transcript=transcript, adverts=adverts, author=proposed.author)
        if isinstance(verdict, Rejection):
            fell.append(rejected_proposal(proposal, reason=verdict.reason.value, detail=verdict.detail))
        elif verdict.id in kept:
            fell.append(rejected_proposal(proposal, reason=_TWICE, detail=kept[verdict.id].headline))
        else:
            kept[verdict.id] = verdict
    return tuple(kept.values()), tuple(fell)
