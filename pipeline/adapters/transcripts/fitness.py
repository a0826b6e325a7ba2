"""Whether a transcript can be of this episode at all."""

from collections.abc import Sequence
from typing import Final

from pipeline.adapters.transcripts.language import guess_language, same_language
from pipeline.domain.episode import Episode
from pipeline.domain.feed import TranscriptOffer
from pipeline.domain.transcript import Segment

_JUDGEABLE: Final = 300.0
"""Seconds: shorter episodes may well be music, a trailer or a greeting."""
_FEWEST_PER_MINUTE: Final = 20
_MOST_PER_MINUTE: Final = 400
_LATE_SHARE: Final = 1.25
_LATE_SECONDS: Final = 300.0
_EARLY_SHARE: Final = 0.5
_ENOUGH_WORDS: Final = 100


def why_unfit(segments: Sequence[Segment], episode: Episode, offer: TranscriptOffer) -> str | None:
    """A clause that completes «it cannot be used: …», or None when nothing speaks against it."""
    if not segments:
        return "it holds no words"
    return _why_wrong_length(segments, episode.found.duration) or _why_wrong_language(segments, episode, offer)


def spoken(segments: Sequence[Segment]) -> str:
    """All the words as one text."""
    return " ".join(segment.text for segment in segments)


def described_language(episode: Episode) -> str | None:
    """The language of the episode's title and notes, None when they do not tell."""
    return guess_language(f"{episode.title} {episode.found.summary}")


def _why_wrong_length(segments: Sequence[Segment], duration: float | None) -> str | None:
    if duration is None or duration < _JUDGEABLE:
        return None
    minutes = duration / 60
    words = _word_count(segments)
    if words < _FEWEST_PER_MINUTE * minutes:
        return f"it has only {words} words for {minutes:.0f} minutes"
    if words > _MOST_PER_MINUTE * minutes:
        return f"it looks like another episode's: {words} words do not fit into {minutes:.0f} minutes"
    last = max((segment.end or segment.start or 0.0 for segment in segments), default=0.0)
    if last > max(duration * _LATE_SHARE, duration + _LATE_SECONDS):
        return f"it looks like another episode's: it goes on to minute {last / 60:.0f} of {minutes:.0f}"
    if segments[0].start is not None and last < duration * _EARLY_SHARE:
        return f"it looks cut or like another episode's: it ends in minute {last / 60:.0f} of {minutes:.0f}"
    return None


def _word_count(segments: Sequence[Segment]) -> int:
    """Words; in scripts that put no spaces between them two letters count as one."""
    return sum(max(len(s.text.split()), sum(ord(c) >= 0x2E80 for c in s.text) // 2) for s in segments)  # noqa: PLR2004 - where the East Asian blocks begin


def _why_wrong_language(segments: Sequence[Segment], episode: Episode, offer: TranscriptOffer) -> str | None:
    text = spoken(segments)
    if len(text.split()) < _ENOUGH_WORDS:
        return None
    language, expected = guess_language(text), described_language(episode)
    if language is None or expected is None or same_language(language, expected):
        return None
    offers = episode.found.transcripts
    if offer.language and same_language(offer.language, language) and all(o.language == offer.language for o in offers):
        return None  # the publisher says so and offers nothing else: then it is the notes that are translated
    return f"it is in another language ({language}) than the episode ({expected})"
