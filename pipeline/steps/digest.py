"""Make one channel's digest of a day."""

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import numpy as np

from pipeline.domain.audience import WorkspaceId
from pipeline.domain.channel import Channel
from pipeline.domain.choice.scoring import CARRY_OVER
from pipeline.domain.choice.selection import NO_VOTES, select
from pipeline.domain.choice.wishes import wishes_of
from pipeline.domain.digest import Candidate, Digest, Shown
from pipeline.ports import ChannelBook, Clock, DigestBook, Embedder

MEMORY: Final = timedelta(days=60)
"""How far back an item must not repeat what the channel was shown."""

_log = logging.getLogger(__name__)


async def make_digest(
    channel_id: str,
    day: date,
    *,
    workspace: WorkspaceId,
    channels: ChannelBook,
    digests: DigestBook,
    embedder: Embedder,
    clock: Clock,
    keep: bool = True,
    votes: Mapping[str, int] = NO_VOTES,
) -> Digest:
    """The channel's digest of its local `day`; the stored one if there is one.

    Candidates are the insights of episodes published since the last digest that was sent, and up to seven days
    before it, for transcripts that came late. Of a day that is over, what was found after its end is not among them,
    and it is judged as it was at its end. `keep=False` builds without storing; a digest without items is never
    stored, so that a later run on the same day may still find some. `votes` maps ids of shown insights to thumbs
    up less thumbs down.

    Raises UnknownChannel or IndexUnavailable.
    """
    stored = await digests.load(channel_id, day, workspace=workspace)
    if stored is not None:
        return stored[0]
    channel = await channels.get(channel_id, workspace=workspace)
    shown = await _shown(channel, day, digests)
    end = channel.day_end(day)
    now = min(clock.now(), end)
    since = _since(channel, shown, now=now)
    found = await channels.candidates(channel_id, workspace=workspace, since=since)
    # An episode's own time is never later than that at which it was found.
    candidates = [candidate for candidate in found if candidate.episode.first_seen < end]
    digest = await _selected(channel, day, candidates, shown, embedder=embedder, now=now, votes=votes)
    _log.info("Made a digest.", extra={"channel": channel_id, "day": day, "picks": len(digest.picks)})
    return await digests.save(digest, workspace=workspace) if keep and digest.picks else digest


async def _shown(channel: Channel, day: date, digests: DigestBook) -> tuple[Shown, ...]:
    """What the channel was shown before this day: a later post must not change an earlier day's choice."""
    memory = datetime.combine(day, time(), tzinfo=UTC) - MEMORY
    shown = await digests.shown(channel.id, workspace=channel.workspace, since=memory)
    return tuple(post for post in shown if post.day < day)


def _since(channel: Channel, shown: tuple[Shown, ...], *, now: datetime) -> datetime:
    last = max((channel.post_time(post.day) for post in shown), default=now)
    return min(last, now) - CARRY_OVER


async def _selected(
    channel: Channel,
    day: date,
    candidates: Sequence[Candidate],
    shown: Sequence[Shown],
    *,
    embedder: Embedder,
    now: datetime,
    votes: Mapping[str, int],
) -> Digest:
    wishes = wishes_of(channel)
    texts = [c.insight.text for c in candidates] + [s.text for s in shown] + [w.topic for w in wishes]
    vectors = await embedder.embed(texts) if texts else np.zeros((0, 0), dtype=np.float32)
    border = len(candidates) + len(shown)
    return select(
        channel,
        day,
        candidates,
        vectors=vectors[: len(candidates)],
        shown=shown,
        shown_vectors=vectors[len(candidates) : border],
        now=now,
        wish_vectors=vectors[border:],
        votes=votes,
    )
