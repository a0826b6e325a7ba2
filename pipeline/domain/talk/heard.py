"""What a recogniser wrote down and how sure it is: whether that stands for something that was said."""

import zlib
from dataclasses import dataclass
from typing import Final

from pipeline.domain.talk.spoken_words import SpokenWord

_LOOPING: Final = 2.4
"""Text that shrinks more than this when compressed repeats itself (OpenAI's own threshold, as the next two)."""
_GUESSING: Final = -1.0
_NO_SPEECH: Final = 0.6
_MAYBE_NO_SPEECH: Final = 0.3
_PHANTOMS: Final = frozenset(
    {"thank you", "thanks for watching", "thank you for watching", "please subscribe", "you", "bye", "bye bye"}
)
"""What Whisper learned from subtitles to write where nobody speaks."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A stretch of text with how sure the model is of it.

    `log_probability` is the mean of its tokens, `repetition` how many times it shrinks when compressed, `silence`
    the probability that nobody spoke.
    """

    text: str
    words: tuple[SpokenWord, ...]
    log_probability: float
    repetition: float
    silence: float


def is_doubtful(heard: Heard) -> bool:
    """Whether the text repeats itself or is a guess, so that the window deserves another try."""
    return heard.repetition > _LOOPING or heard.log_probability < _GUESSING


def is_speech(heard: Heard) -> bool:
    """Whether the text stands for something that was said."""
    letters = "".join(c if c.isalnum() or c.isspace() else " " for c in heard.text.lower())
    phrase = " ".join(letters.split())
    if not phrase or heard.repetition > _LOOPING:
        return False
    if heard.silence > _NO_SPEECH and heard.log_probability < _GUESSING:
        return False
    return not (phrase in _PHANTOMS and heard.silence > _MAYBE_NO_SPEECH)


def repetition_of(text: str) -> float:
    """How many times the text shrinks when compressed, for recognisers that do not say it."""
    raw = text.encode(errors="replace")
    return len(raw) / len(zlib.compress(raw)) if raw else 0.0
