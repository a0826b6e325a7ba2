"""A transcription server's reply becomes what was heard: in times of the episode, without what nobody said.

Nothing of a reply is certain: each field may be missing or of another kind.
"""

import math
from collections.abc import Sequence
from typing import Any, Final

from pipeline.adapters.openai_model.language_names import code_of
from pipeline.adapters.transcripts.language import guess_language, same_language
from pipeline.domain.audio import HeardChunk
from pipeline.domain.talk.heard import Heard, is_speech, repetition_of
from pipeline.domain.talk.spoken_words import segments_from, spread_words

_UNSURE: Final = 0.5
_PIECE: Final = 75
"""Words that are judged together where the server gives no times: about thirty seconds of talk."""
_FEW_WORDS: Final = 0.2
"""So few words in a second, and a phrase that Whisper writes into silence was hardly said."""
_PERHAPS_SILENT: Final = 0.5
_LONG: Final = 60.0
"""A segment of so many seconds says little about when a word in it was said."""
_TOO_LATE: Final = 60.0
"""Times so many seconds after the end are in another unit."""


def heard_chunk(reply: dict[str, Any], *, start: float, end: float, asked: str | None) -> HeardChunk:
    """What was said from `start` to `end` seconds of the episode; `asked` is the language that was asked for."""
    timed = _timed(reply.get("segments"), start=start, length=end - start)
    text = str(reply.get("text") or "")
    parts = timed if timed is not None else _untimed(text, start=start, end=end)
    kept = [part for part in parts if is_speech(part)]
    segments = segments_from([word for part in kept for word in part.words], start=start, end=end)
    if not segments:
        return HeardChunk(())
    language, confidence = _language(reply, " ".join(segment.text for segment in segments), asked)
    is_guessed = timed is None or any(part.words[-1].end - part.words[0].start > _LONG for part in kept if part.words)
    return HeardChunk(segments, language, confidence, is_guessed)


def _timed(segments: object, *, start: float, length: float) -> list[Heard] | None:
    """The segments, None where they cannot be placed."""
    if not isinstance(segments, list) or not segments:
        return None
    parts, last = [], 0.0
    for segment in segments:
        if not isinstance(segment, dict):
            return None
        begin, end = _number(segment.get("start")), _number(segment.get("end"))
        if begin is None or end is None:
            return None
        last = max(last, end)
        words = str(segment.get("text") or "")
        parts.append(_judged(segment, words, start=start + begin, end=start + max(begin, end)))
    return parts if 0 < last <= length + _TOO_LATE else None


def _judged(segment: dict[str, Any], text: str, *, start: float, end: float) -> Heard:
    repetition = _number(segment.get("compression_ratio"))
    return Heard(
        text,
        spread_words(text, start=start, end=end),
        _number(segment.get("avg_logprob")) or 0.0,
        repetition_of(text) if repetition is None else repetition,
        _number(segment.get("no_speech_prob")) or 0.0,
    )


def _untimed(text: str, *, start: float, end: float) -> Sequence[Heard]:
    """The text in pieces, spread over the whole stretch."""
    words = spread_words(text, start=start, end=end)
    silence = _PERHAPS_SILENT if len(words) < _FEW_WORDS * (end - start) else 0.0
    pieces = [words[i : i + _PIECE] for i in range(0, len(words), _PIECE)]
    texts = ["".join(word.text for word in piece) for piece in pieces]
    return [Heard(said, piece, 0.0, repetition_of(said), silence) for said, piece in zip(texts, pieces, strict=True)]


def _language(reply: dict[str, Any], text: str, asked: str | None) -> tuple[str | None, float]:
    """The language and how sure it is: where the words themselves say so, they decide."""
    said, guess = asked or code_of(str(reply.get("language") or "")), guess_language(text)
    if guess is None:
        return said, _UNSURE if said else 0.0
    return guess, 1.0 if said is None or same_language(said, guess) else _UNSURE


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None
