"""Who writes down what is said in an episode: a model on this machine, a hosted one, or nobody."""

from contextlib import AsyncExitStack
from typing import Final

from bot.settings import Settings
from pipeline.adapters.audio.chunk_files import ChunkFiles
from pipeline.adapters.audio.intake import AudioLimits, Downloader
from pipeline.adapters.audio.transcriber import ChunkTranscriber
from pipeline.adapters.audio.whisper import WhisperEar, WhisperSettings
from pipeline.adapters.openai_model import HostedEar

_SENT: Final = 120.0
"""Seconds of sound that are sent at once: small uploads, times that are near where a server gives none, and less text
than some models stop at (gpt-4o-transcribe writes 2,000 tokens at the most)."""
_SENT_REACH: Final = 15.0


async def open_transcriber(
    settings: Settings, stack: AsyncExitStack, *, downloader: Downloader, hosted: HostedEar | None
) -> ChunkTranscriber | None:
    """The transcriber that the settings name, None where transcription is switched off."""
    if hosted is None and settings.whisper_model == "off":
        return None
    return await stack.enter_async_context(
        ChunkTranscriber(
            hosted or WhisperEar(WhisperSettings(model=settings.whisper_model)),
            _limits(settings, is_hosted=hosted is not None),
            downloader=downloader,
            chunks=ChunkFiles(settings.data / "chunks"),
            folder=settings.data / "audio",
        )
    )


def _limits(settings: Settings, *, is_hosted: bool) -> AudioLimits:
    if is_hosted:
        return AudioLimits(chunk_length=_SENT, chunk_reach=_SENT_REACH, reserve=settings.disk_reserve)
    return AudioLimits(reserve=settings.disk_reserve)
