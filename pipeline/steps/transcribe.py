"""Get an episode's transcript: the publisher's own, or ours from the audio."""

import logging
from typing import Final

from pipeline.domain.episode import Episode
from pipeline.domain.errors import AudioUnreadable, HttpStatus, NoTranscript
from pipeline.domain.intake.another_try import may_still_come
from pipeline.domain.transcript import Transcript
from pipeline.ports import ChapterReader, Clock, EpisodeLedger, Siblings, Transcriber, TranscriptReader, TranscriptStore
from pipeline.steps.mark_adverts import mark_adverts

_PATIENT_FOR: Final = 3
"""So often an episode goes again for a server that is down, before its audio is to serve."""

_log = logging.getLogger(__name__)


async def fetch_published_transcript(
    episode_id: str,
    *,
    episodes: EpisodeLedger,
    transcripts: TranscriptStore,
    reader: TranscriptReader,
    siblings: Siblings,
    chapters: ChapterReader,
) -> NoTranscript | None:
    """Store the publisher's transcript unless one is stored; None when there is one now, else why there is not.

    Raises NoTranscript only where a later try may go well, and UnknownEpisode.
    """
    if await transcripts.load(episode_id) is not None:
        return None
    episode = await episodes.get(episode_id)
    try:
        transcript = await reader.read(episode, siblings=await siblings.around(episode))
    except NoTranscript as missing:
        if missing.retryable and episode.retries < _PATIENT_FOR:
            raise
        return missing
    await _keep(episode, transcript, transcripts=transcripts, siblings=siblings, chapters=chapters)
    return None


async def transcribe_audio(
    episode_id: str,
    *,
    episodes: EpisodeLedger,
    transcripts: TranscriptStore,
    transcriber: Transcriber,
    siblings: Siblings,
    chapters: ChapterReader,
    clock: Clock,
) -> None:
    """Store our own transcript unless one is stored, also by the publisher while we listened.

    Raises what the transcriber raises, and UnknownEpisode. On an episode's first day, audio that is not there may go
    well later.
    """
    episode = await episodes.get(episode_id)
    if await transcripts.load(episode_id) is None:
        transcript = await _listen(episode, transcriber=transcriber, clock=clock)
        if await transcripts.load(episode_id) is None:
            await _keep(episode, transcript, transcripts=transcripts, siblings=siblings, chapters=chapters)
    # Also where it is stored already: a crash may have come before this.
    await transcriber.forget(episode)


async def _listen(episode: Episode, *, transcriber: Transcriber, clock: Clock) -> Transcript:
    try:
        return await transcriber.transcribe(episode)
    except (HttpStatus, AudioUnreadable) as error:
        status = error.status if isinstance(error, HttpStatus) else None
        error.retryable = error.retryable or may_still_come(episode.when, now=clock.now(), status=status)
        raise


async def _keep(
    episode: Episode,
    transcript: Transcript,
    *,
    transcripts: TranscriptStore,
    siblings: Siblings,
    chapters: ChapterReader,
) -> None:
    marked = await mark_adverts(episode, transcript, chapters=chapters, siblings=siblings, transcripts=transcripts)
    await transcripts.save(episode.id, marked)
    _log.info(
        "Stored a transcript.",
        extra={"episode": episode.id, "basis": transcript.basis.value, "segments": len(transcript.segments)},
    )
