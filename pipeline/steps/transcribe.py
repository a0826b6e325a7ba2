"""Get an episode's transcript: the publisher's own, or ours from the audio."""

import logging
from typing import Final

from pipeline.domain.episode import Episode
from pipeline.domain.errors import NoTranscript
from pipeline.domain.transcript import Transcript
from pipeline.ports import EpisodeLedger, Transcriber, TranscriptReader, TranscriptStore

_PATIENT_FOR: Final = 3
"""So often an episode goes again for a server that is down, before its audio is to serve."""

_log = logging.getLogger(__name__)


async def fetch_published_transcript(
    episode_id: str,
    *,
    episodes: EpisodeLedger,
    transcripts: TranscriptStore,
    reader: TranscriptReader,
) -> NoTranscript | None:
    """Store the publisher's transcript unless one is stored; None when there is one now, else why there is not.

    Raises NoTranscript only where a later try may go well, and UnknownEpisode.
    """
    if await transcripts.load(episode_id) is not None:
        return None
    episode = await episodes.get(episode_id)
    try:
        transcript = await reader.read(episode)
    except NoTranscript as missing:
        if missing.retryable and episode.retries < _PATIENT_FOR:
            raise
        return missing
    await _keep(episode, transcript, transcripts=transcripts)
    return None


async def transcribe_audio(
    episode_id: str,
    *,
    episodes: EpisodeLedger,
    transcripts: TranscriptStore,
    transcriber: Transcriber,
) -> None:
    """Store our own transcript unless one is stored, also by the publisher while we listened.

    Raises FetchError, AudioUnreadable, NoTranscript or UnknownEpisode.
    """
    if await transcripts.load(episode_id) is None:
        episode = await episodes.get(episode_id)
        transcript = await transcriber.transcribe(episode)
        if await transcripts.load(episode_id) is None:
            await _keep(episode, transcript, transcripts=transcripts)


async def _keep(episode: Episode, transcript: Transcript, *, transcripts: TranscriptStore) -> None:
    await transcripts.save(episode.id, transcript)
    _log.info(
        "Stored a transcript.",
        extra={"episode": episode.id, "basis": transcript.basis.value, "segments": len(transcript.segments)},
    )
