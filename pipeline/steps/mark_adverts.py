"""Mark the adverts of a transcript that its words alone do not show, before it is stored."""

import asyncio
import logging
from typing import Final

from pipeline.domain.episode import Episode
from pipeline.domain.talk.advert_marks import marked_adverts
from pipeline.domain.transcript import Transcript
from pipeline.ports import ChapterReader, Siblings, TranscriptStore

_COMPARED: Final = 4
"""Other episodes whose words are looked at."""

_log = logging.getLogger(__name__)


async def mark_adverts(
    episode: Episode,
    transcript: Transcript,
    *,
    chapters: ChapterReader,
    siblings: Siblings,
    transcripts: TranscriptStore,
) -> Transcript:
    """The transcript with what the publisher's chapters call an advert, and pitches that other episodes have too."""
    near = [one.episode_id for one in await siblings.around(episode) if one.transcript is not None][:_COMPARED]
    others = [loaded for one in near if (loaded := await transcripts.load(one)) is not None]
    named = await chapters.chapters(episode)
    marked = await asyncio.to_thread(marked_adverts, transcript, chapters=named, others=others)
    if number := sum(segment.advert for segment in marked.segments):
        _log.info("Marked adverts.", extra={"episode": episode.id, "segments": number})
    return marked
