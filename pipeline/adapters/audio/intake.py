"""From an episode's audio address to decoded sound on the disk and a plan of its chunks."""

import asyncio
import json
import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, Protocol

from pipeline.adapters.audio.decoding import LONGEST
from pipeline.adapters.audio.folder import AudioFolder
from pipeline.adapters.audio.transcription_process import ProcessEnded, TranscriptionProcess
from pipeline.domain.audio import AudioPlan, language_code
from pipeline.domain.episode import Episode
from pipeline.domain.errors import AudioUnreadable, DiskNearlyFull, FetchError, NoTranscript, TooLarge

Stage = Literal["download", "decode", "transcribe"]
OnProgress = Callable[[str, Stage, float], None]
"""Told (episode id, stage, part that is done from 0 to 1)."""

_WHOLE: Final = 0.98
"""Less of the expected seconds than this is called partial."""
_WORTH_ANOTHER: Final = 0.9
"""Feeds round and adverts vary: only this far below the feed's own figure is the download repeated."""
_DECODE_SECONDS: Final = 3600.0


class Downloader(Protocol):
    """Bytes of any size from a public address into a file."""

    async def download(
        self, url: str, path: Path, *, max_bytes: int, on_progress: Callable[[int, int | None], None] | None = None
    ) -> object:
        """Stream into `path`, which appears only when complete; a second call for the path goes on after a cut.

        `on_progress` is told (bytes so far, bytes in all or None). Raises FetchError.
        """
        ...


@dataclass(frozen=True, slots=True)
class AudioLimits:
    """How audio is cut and what is refused. Lengths in seconds, sizes in bytes.

    Chunks are about `chunk_length` long, each border moved to a pause at most `chunk_reach` away. Audio over
    `longest` or `max_bytes` is refused; `reserve` is how much of the disk a download leaves free.
    """

    chunk_length: float = 600.0
    chunk_reach: float = 30.0
    longest: float = LONGEST
    max_bytes: int = 2_000_000_000
    reserve: int = 2_000_000_000


class AudioIntake:
    """Downloads and decodes, each once if all goes well, into a folder that belongs to it alone.

    Every file is decoded in a process of its own that is held to limits and ended afterwards.
    """

    def __init__(
        self, limits: AudioLimits, *, downloader: Downloader, folder: Path, on_progress: OnProgress = lambda *_: None
    ) -> None:
        self._limits = limits
        self._downloader = downloader
        self._folder = folder
        self._on_progress = on_progress
        self._turn = asyncio.Lock()

    async def plan(self, episode: Episode, *, is_heard: Callable[[AudioPlan], Awaitable[bool]]) -> AudioPlan:
        """The plan of the episode's chunks, with their sound on the disk.

        A plan whose sound was deleted is good as long as `is_heard` says that nothing of it is needed any more.
        Raises FetchError, AudioUnreadable, NoTranscript or DiskNearlyFull.
        """
        url = episode.audio_url
        if url is None:
            raise NoTranscript(("The episode has no audio.",))
        async with self._turn:
            folder = AudioFolder.opened(self._folder, self._source(episode))
            plan = folder.plan()
            if plan is not None and (folder.sound.exists() or await is_heard(plan)):
                return plan
            try:
                plan = _plan(episode, folder, await self._best(episode, url, folder))
            except AudioUnreadable:
                folder.remove()
                raise
            folder.keep(plan)
            return plan

    def begun(self, episode: Episode) -> AudioFolder | None:
        """The folder of this episode, None when there is none (any more)."""
        return AudioFolder.begun(self._folder, self._source(episode))

    def _source(self, episode: Episode) -> str:
        return json.dumps([episode.id, episode.audio_url, self._limits.chunk_length, self._limits.chunk_reach])

    async def _best(self, episode: Episode, url: str, folder: AudioFolder) -> dict[str, Any]:
        """One download, or the better of two when the first was cut."""
        first = await self._decoded(episode, url, folder, attempt=1)
        if not _is_cut(first, episode.found.duration):
            return first
        try:
            second = await self._decoded(episode, url, folder, attempt=2)
        except (FetchError, AudioUnreadable):
            second = None
        if second is not None and second["decoded"] >= first["decoded"]:
            return second
        # The second decoding has overwritten the sound of the first.
        return await self._decoded(episode, url, folder, attempt=1)

    async def _decoded(self, episode: Episode, url: str, folder: AudioFolder, *, attempt: int) -> dict[str, Any]:
        file = folder.download(attempt)
        if not file.exists():
            await self._fetch(episode, url, file)
        process = TranscriptionProcess(is_limited=True)
        try:
            return await process.ask(
                {
                    "what": "decode",
                    "file": str(file),
                    "sound": str(folder.sound),
                    "reserve": self._limits.reserve // 2,
                    "length": self._limits.chunk_length,
                    "reach": self._limits.chunk_reach,
                    "longest": self._limits.longest,
                },
                seconds=_DECODE_SECONDS,
                on_progress=lambda part: self._on_progress(episode.id, "decode", part),
            )
        except DiskNearlyFull as error:
            raise DiskNearlyFull(reserve=self._limits.reserve) from error
        except ProcessEnded as error:
            raise AudioUnreadable("The audio file is damaged in a way that stops the decoder.") from error
        finally:
            await process.close()

    async def _fetch(self, episode: Episode, url: str, file: Path) -> None:
        free = shutil.disk_usage(self._folder).free - self._limits.reserve
        if free <= 0:
            raise DiskNearlyFull(reserve=self._limits.reserve)

        def told(so_far: int, total: int | None) -> None:
            self._on_progress(episode.id, "download", so_far / total if total else 0.0)

        most = min(self._limits.max_bytes, free)
        try:
            await self._downloader.download(url, file, max_bytes=most, on_progress=told)
        except TooLarge as error:
            if most < self._limits.max_bytes:
                raise DiskNearlyFull(reserve=self._limits.reserve) from error
            raise


def _is_cut(decoded: Mapping[str, Any], promised: float | None) -> bool:
    """Whether another download may give more."""
    declared = decoded["declared"]
    is_short = declared is not None and decoded["decoded"] < _WHOLE * declared
    return is_short or (promised is not None and decoded["decoded"] < _WORTH_ANOTHER * promised)


def _plan(episode: Episode, folder: AudioFolder, decoded: Mapping[str, Any]) -> AudioPlan:
    # What the file says of itself counts first: a feed's figure is often another version's, with other adverts.
    expected = decoded["declared"] or episode.found.duration
    warnings = []
    if expected is not None and decoded["decoded"] < _WHOLE * expected:
        part = f"{_minutes(decoded['decoded'])} of {_minutes(expected)}"
        warnings.append(f"The audio is partial: {part} could be read.")
    if decoded["skipped"]:
        warnings.append(f"{decoded['skipped']} damaged places in the audio were left out.")
    return AudioPlan(
        episode_id=episode.id,
        audio=decoded["audio"],
        folder=str(folder.path),
        borders=tuple(decoded["borders"]),
        decoded=round(decoded["decoded"], 3),
        expected=expected,
        skipped=decoded["skipped"],
        warnings=tuple(warnings),
        language=language_code(episode.feed_language),
    )


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d} min"
