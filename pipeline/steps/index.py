"""Make an episode searchable."""

import asyncio
import logging

from pipeline.domain.episode import Episode, EpisodeState
from pipeline.domain.errors import NoTranscript
from pipeline.domain.talk.adverts import without_adverts
from pipeline.ports import EpisodeLedger, Index, InsightStore, TranscriptStore

_log = logging.getLogger(__name__)


async def index_episode(
    episode_id: str,
    *,
    episodes: EpisodeLedger,
    transcripts: TranscriptStore,
    insights: InsightStore,
    index: Index,
) -> None:
    """Put the episode's transcript, without its adverts, and its insights into the index and mark it ready.

    Raises NoTranscript, UnknownEpisode or IndexUnavailable.
    """
    episode = await add_to_index(episode_id, episodes=episodes, transcripts=transcripts, insights=insights, index=index)
    if episode.state is not EpisodeState.READY:
        await episodes.settle(episode_id, EpisodeState.READY)
    _log.info("Indexed an episode.", extra={"episode": episode_id})


async def add_to_index(
    episode_id: str,
    *,
    episodes: EpisodeLedger,
    transcripts: TranscriptStore,
    insights: InsightStore,
    index: Index,
) -> Episode:
    """The same without a word about it in the catalogue; returns the episode."""
    episode = await episodes.get(episode_id)
    transcript = await transcripts.load(episode_id)
    if transcript is None:
        raise NoTranscript(("It has no transcript yet.",))
    shown = await asyncio.to_thread(without_adverts, transcript)
    await index.add(episode, shown, await insights.current(episode_id))
    return episode
