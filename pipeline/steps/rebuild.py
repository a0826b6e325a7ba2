"""Bring the index level with the catalogue: the index is a cache."""

import logging
from collections.abc import Callable

from pipeline.ports import EpisodeLedger, FillableIndex, InsightStore, ReadyEpisodes, TranscriptStore

OnEpisode = Callable[[int, int, str], None]
"""Called after every episode with how many are done, how many there are, and its title."""

_log = logging.getLogger(__name__)


async def fill_index(
    report: OnEpisode,
    *,
    ready: ReadyEpisodes,
    episodes: EpisodeLedger,
    transcripts: TranscriptStore,
    insights: InsightStore,
    index: FillableIndex,
) -> int:
    """Add every ready episode that the index lacks; returns how many. Nothing is fetched or asked of a model.

    Cut short, the next call goes on. Raises IndexUnavailable.
    """
    there = await index.indexed_episode_ids()
    missing = [episode_id for episode_id in await ready.ready_ids() if episode_id not in there]
    for done, episode_id in enumerate(missing, start=1):
        episode = await episodes.get(episode_id)
        transcript = await transcripts.load(episode_id)
        if transcript is not None:
            await index.add(episode, transcript, await insights.current(episode_id))
        report(done, len(missing), episode.title)
    if missing:
        _log.info("Filled the index.", extra={"episodes": len(missing)})
    return len(missing)
