"""Audio on its way to a transcript: a plan of chunks, and what was heard in each."""

from dataclasses import dataclass
from typing import Final

from pipeline.domain.transcript import Segment

SURE_OF_LANGUAGE: Final = 0.8
"""From this confidence on, what is heard decides the language, also of the rest of the episode."""
_PLAUSIBLE: Final = 0.1
"""The feed's language must be at least this likely, measured by the likeliest."""


@dataclass(frozen=True, slots=True)
class AudioPlan:
    """Decoded audio, cut into chunks at pauses.

    `audio` names the downloaded bytes (32 hex digits). `folder` is where the decoded audio lies. `borders` are
    seconds from the start, one more than there are chunks. `decoded` is how many seconds could be decoded,
    `expected` how many the file or the feed promised (None when neither says), `skipped` how many damaged
    packets were left out. `warnings` are sentences for people, such as that the audio is partial. `language` is a
    code such as «de» where the feed gives one: a hint, no more.
    """

    episode_id: str
    audio: str
    folder: str
    borders: tuple[float, ...]
    decoded: float
    expected: float | None = None
    skipped: int = 0
    warnings: tuple[str, ...] = ()
    language: str | None = None

    @property
    def chunks(self) -> int:
        """How many chunks there are to transcribe."""
        return len(self.borders) - 1

    def span(self, number: int) -> tuple[float, float]:
        """Start and end in seconds of the chunk with this number, counted from 0."""
        return self.borders[number], self.borders[number + 1]


@dataclass(frozen=True, slots=True)
class HeardChunk:
    """What was said in one chunk; no segments is an answer too: there was no speech.

    `language` is a code such as «en», None where nobody spoke; `confidence` in it runs from 0 to 1. `is_guessed`
    says that the times within the chunk were not measured but spread over it.
    """

    segments: tuple[Segment, ...]
    language: str | None = None
    confidence: float = 0.0
    is_guessed: bool = False


def settle_language(detected: str, confidence: float, *, hint: str | None, chance: float) -> str:
    """The language to transcribe in: the one that is heard, or the feed's where the sound leaves it open.

    `confidence` is the likelihood of the detected language, `chance` that of the hint, both from 0 to 1. Many feeds
    state a language that is nobody's choice, so a hint that the sound speaks against is not followed.
    """
    if hint is None or confidence >= SURE_OF_LANGUAGE:
        return detected
    return hint if chance >= _PLAUSIBLE * confidence else detected


def language_code(tag: str | None) -> str | None:
    """«de» of a feed's language tag such as «de-AT»; None where it names no language."""
    code = (tag or "").strip().lower().replace("_", "-").partition("-")[0]
    code = _OTHER_CODES.get(code, code)
    return code if code.isascii() and code.isalpha() and len(code) in {2, 3} and code not in _NO_LANGUAGE else None


_OTHER_CODES: Final = {
    "iw": "he",
    "in": "id",
    "ji": "yi",
    "nb": "no",
    "fil": "tl",
    "cmn": "zh",
    "deu": "de",
    "eng": "en",
}
"""Old and long codes of languages that speech models know under another."""
_NO_LANGUAGE: Final = frozenset({"mul", "und", "zxx", "mis"})


def spoken_language(chunks: tuple[HeardChunk, ...]) -> str | None:
    """The language of most of the text, None when nothing was said."""
    weight: dict[str, int] = {}
    for chunk in chunks:
        if chunk.language is not None:
            letters = sum(len(segment.text) for segment in chunk.segments)
            weight[chunk.language] = weight.get(chunk.language, 0) + letters
    return max(sorted(weight), key=lambda language: weight[language], default=None)
