"""Bring the index level with the catalogue: the index is a cache."""

import asyncio
import logging
from collections.abc import Callable

from pipeline.domain.errors import IndexUnavailable, SettingsError, UnknownEpisode
from pipeline.domain.talk.adverts import without_adverts
from pipeline.ports import (
    EpisodeLedger,
    FillableIndex,
    InsightStore,
    ReadyEpisodes,
    RebuildableIndex,
    TranscriptStore,
)

OnEpisode = Callable[[int, int, str], None]
"""Called after every episode with how many are done, how many there are, and its title."""

_log = logging.getLogger(__name__)


async def level_index(
    report: OnEpisode,
    *,
    ready: ReadyEpisodes,
    episodes: EpisodeLedger,
    transcripts: TranscriptStore,
    insights: InsightStore,
    index: RebuildableIndex,
) -> int:
    """Bring the index level: rebuild it if it has to be, or if that was begun, else add what it lacks.

    Returns how many episodes were added.

    Raises IndexUnavailable, also when another process does it just now; nothing is lost, and the next call goes on.
    """
    await index.check()
    if index.problem and not index.needs_rebuild:
        raise IndexUnavailable(index.problem)
    if index.needs_rebuild or index.was_cut:
        return await rebuild_index(
            report, ready=ready, episodes=episodes, transcripts=transcripts, insights=insights, index=index
        )
    missing = await _missing(ready, index)
    index.expect(len(missing))
    if not missing:
        return 0
    async with index.filling():  # of many processes one does it, or each would embed everything
        return await fill_index(
            report, ready=ready, episodes=episodes, transcripts=transcripts, insights=insights, index=index
        )


async def rebuild_index(
    report: OnEpisode,
    *,
    ready: ReadyEpisodes,
    episodes: EpisodeLedger,
    transcripts: TranscriptStore,
    insights: InsightStore,
    index: RebuildableIndex,
) -> int:
    """Make the index anew beside the one in use, which it then replaces; returns how many episodes were added.

    Raises IndexUnavailable; the one in use then stays.
    """
    async with index.rebuilding() as beside:
        added = await fill_index(
            report, ready=ready, episodes=episodes, transcripts=transcripts, insights=insights, index=beside
        )
    # What became ready while the last ones were added.
    return added + await fill_index(
        report, ready=ready, episodes=episodes, transcripts=transcripts, insights=insights, index=index
    )


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

    A private feed whose key is lost is left out and told in the log. Cut short, the next call goes on. Raises
    IndexUnavailable.
    """
    missing = await _missing(ready, index)
    index.expect(len(missing))
    closed: list[SettingsError] = []
    for done, episode_id in enumerate(missing, start=1):
        try:
            episode = await episodes.get(episode_id)
        except UnknownEpisode:
            continue  # its feed was removed meanwhile
        except SettingsError as error:
            closed.append(error)
            continue
        transcript = await transcripts.load(episode_id)
        if transcript is not None:
            shown = await asyncio.to_thread(without_adverts, transcript)
            await index.add(episode, shown, await insights.current(episode_id))
        report(done, len(missing), episode.title)
    index.expect(0)
    if closed:
        _log.warning("Episodes are left out of the index.", extra={"episodes": len(closed), "problem": str(closed[0])})
    if added := len(missing) - len(closed):
        _log.info("Filled the index.", extra={"episodes": added})
    return added


async def _missing(ready: ReadyEpisodes, index: FillableIndex) -> list[str]:
    there = await index.indexed_episode_ids()
    return [episode_id for episode_id in await ready.ready_ids() if episode_id not in there]
