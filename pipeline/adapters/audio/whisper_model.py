"""faster-whisper: one loaded model that hears one chunk of sound. Runs only inside the transcription process.

The library's batched mode neither falls back nor filters, so both are done here: a window of sound that gave a
loop or a guess is tried again alone, and what was no speech gives no text.
"""

import os
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import ctranslate2
import numpy as np
from faster_whisper import BatchedInferencePipeline, WhisperModel
from faster_whisper.vad import VadOptions, get_speech_timestamps

from pipeline.adapters.audio.decoding import RATE, Samples
from pipeline.domain.audio import SURE_OF_LANGUAGE, HeardChunk, settle_language
from pipeline.domain.errors import NoTranscript
from pipeline.domain.talk.heard import Heard, is_doubtful, is_speech
from pipeline.domain.talk.spoken_words import SpokenWord, segments_from, spread_words
from pipeline.domain.transcript import Segment

Window = tuple[float, float]
"""Start and end in seconds within the chunk, at most thirty seconds apart."""

_WINDOW: Final = 30.0
_BATCH: Final = 8
_FRAME: Final = 0.02
_DETECTED_ON: Final = 4
"""Windows that are listened to for the language, when the first leaves it open."""
_LONG_SILENCE: Final = 3.0
"""A window never spans a longer silence: Whisper writes invented words into it."""
_REMEDY: Final = (
    "Name a folder with a faster-whisper model or a size such as “small”, and let this machine download it once."
)
_TEMPERATURES: Final = (0.0, 0.2, 0.4, 0.6, 0.8)


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """Which model to load, by name or folder, and where: device «auto», «cpu» or «cuda»; 0 threads are all cores."""

    name: str
    device: str = "auto"
    compute_type: str = "auto"
    threads: int = 0


class SpeechModel:
    """A loaded Whisper model."""

    def __init__(self, choice: ModelChoice) -> None:
        """Load it. Raises NoTranscript that says what to do."""
        device, compute_type = _device(choice)
        self._model = _loaded(choice, device=device, compute_type=compute_type)
        self._batched = BatchedInferencePipeline(self._model)

    def hear(
        self,
        samples: Samples,
        *,
        start: float,
        language: str | None = None,
        hint: str | None = None,
        careful: bool = False,
        on_progress: Callable[[float], None] = lambda _: None,
    ) -> HeardChunk:
        """What is said in the samples, which begin `start` seconds into the episode.

        Without a `language` it is detected; the `hint` decides where that leaves it open. With `careful` it takes
        less memory and skips the alignment of words: for a chunk that ended the process. `on_progress` is told the
        part that is done, from 0 to 1.
        """
        on_progress(0.0)
        windows = _windows(samples)
        if not windows:
            return HeardChunk(())
        ctranslate2.set_random_seed(0)
        settled, confidence = self._language(samples, windows, language=language, hint=hint)
        raw, info = self._batched.transcribe(
            samples,
            language=settled,
            batch_size=1 if careful else _BATCH,
            word_timestamps=not careful,
            clip_timestamps=[{"start": begin, "end": end} for begin, end in windows],
        )
        segments: list[Segment] = []
        chances = max(2, len(windows) // 4)
        for part in raw:
            number = max(bisect_right([begin for begin, _ in windows], part.seek / 100 + _FRAME) - 1, 0)
            judged = [_heard(part)]
            if chances and is_doubtful(judged[0]):
                chances -= 1
                judged = self._again(samples, windows[number], language=info.language, careful=careful)
            segments += _segments(judged, windows[number], start=start)
            on_progress((number + 1) / len(windows))
        return HeardChunk(tuple(segments), info.language, round(confidence, 3))

    def _language(
        self, samples: Samples, windows: Sequence[Window], *, language: str | None, hint: str | None
    ) -> tuple[str, float]:
        """The language of the speech in the windows, and how likely it is."""
        if not self._model.model.is_multilingual:
            return "en", 1.0
        if language is not None:
            return language, 1.0
        first = windows[: 2 * _DETECTED_ON]
        spoken = np.concatenate([samples[int(begin * RATE) : int(end * RATE)] for begin, end in first])
        detected, confidence, chances = self._model.detect_language(
            spoken, language_detection_segments=_DETECTED_ON, language_detection_threshold=SURE_OF_LANGUAGE
        )
        chance = dict(chances).get(hint or "", 0.0)
        settled = settle_language(detected, confidence, hint=hint, chance=chance)
        return settled, float(confidence if settled == detected else chance)

    def _again(self, samples: Samples, window: Window, *, language: str, careful: bool) -> list[Heard]:
        """The window alone, with rising temperature until the text no longer repeats itself."""
        begin, end = window
        again, _ = self._model.transcribe(
            samples[int(begin * RATE) : int(end * RATE)],
            language=language,
            temperature=_TEMPERATURES,
            condition_on_previous_text=False,
            word_timestamps=not careful,
        )
        return [_heard(part, after=begin) for part in again]


def packed(pieces: Sequence[Window]) -> tuple[Window, ...]:
    """Stretches of speech, in order, joined into windows of up to thirty seconds without a long silence inside."""
    windows: list[Window] = []
    for begin, end in pieces:
        if windows and end - windows[-1][0] <= _WINDOW and begin - windows[-1][1] <= _LONG_SILENCE:
            windows[-1] = (windows[-1][0], end)
        else:
            windows.append((begin, end))
    return tuple(windows)


def _windows(samples: Samples) -> tuple[Window, ...]:
    """Where somebody speaks."""
    found = get_speech_timestamps(samples, VadOptions(max_speech_duration_s=_WINDOW, min_silence_duration_ms=160))
    return packed([(piece["start"] / RATE, piece["end"] / RATE) for piece in found])


def _device(choice: ModelChoice) -> tuple[str, str]:
    """The device and how the weights are stored on it: 8-bit, with half precision around them on a GPU."""
    device = choice.device
    if device == "auto":
        device = "cuda" if ctranslate2.get_cuda_device_count() else "cpu"
    if choice.compute_type != "auto":
        return device, choice.compute_type
    return device, "int8_float16" if device == "cuda" else "int8"


def _loaded(choice: ModelChoice, *, device: str, compute_type: str) -> WhisperModel:
    """From the disk when it is there, so that a service that has its model never asks the network."""
    options = {"device": device, "compute_type": compute_type, "cpu_threads": choice.threads or _cores()}
    try:
        try:
            return WhisperModel(choice.name, local_files_only=True, **options)
        except FileNotFoundError:
            return WhisperModel(choice.name, **options)
    except (OSError, RuntimeError, ValueError) as error:
        what = f"The speech model “{Path(choice.name).name}” cannot be loaded on {device}."
        raise NoTranscript((what, _REMEDY)) from error


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _heard(part: Any, *, after: float = 0.0) -> Heard:
    """The library's segment as ours; `after` seconds are added to its clock."""
    start, end = float(part.start) + after, float(part.end) + after
    words = tuple(
        SpokenWord(word.word, float(word.start) + after, float(word.end) + after) for word in part.words or ()
    )
    return Heard(
        part.text,
        words or spread_words(part.text, start=start, end=end),
        part.avg_logprob,
        part.compression_ratio,
        part.no_speech_prob,
    )


def _segments(judged: Sequence[Heard], window: Window, *, start: float) -> tuple[Segment, ...]:
    words = [
        SpokenWord(word.text, word.start + start, word.end + start)
        for heard in judged
        if is_speech(heard)
        for word in heard.words
    ]
    return segments_from(words, start=window[0] + start, end=window[1] + start)
