"""The minute around a quote as paragraphs: one for each turn of speech, several for a long one, cut after sentences."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from bot.texts.message import Quote, bold, text
from bot.texts.reading import clock, shortened
from pipeline.domain.transcript import Segment

_MINUTE: Final = 1_400
"""Characters of all paragraphs together."""
_FULL: Final = 240
"""A paragraph of so many characters ends with its sentence."""
_OVERFULL: Final = 480
"""Speech without punctuation: a paragraph of so many ends wherever a segment does."""
_TELLING: Final = 3
"""A sentence of so many words may be anybody's."""
_BETWEEN_SENTENCES: Final = re.compile(r"(?<=[.!?…])(?<!\b[A-Z]\.)\s+(?=[^\sa-z])")
_ENDS_SENTENCE: Final = re.compile(r"[.!?…][\"”’»)]?$")


@dataclass(frozen=True, slots=True)
class _Said:
    """A sentence, or what a segment holds of it; `start` in seconds is known where a segment begins."""

    text: str
    start: float | None
    speaker: str


def minute(around: Sequence[Segment], *, quote: str) -> tuple[Quote, ...]:
    """As many whole paragraphs around the one with the quote as there is room for.

    Each is opened by its time where that is known, and by its speaker where that changes.
    """
    quotes: list[Quote] = []
    speaker = ""
    for paragraph in _nearest(list(_paragraphs(around)), quote):
        first = paragraph[0]
        at = "" if first.start is None else clock(first.start)
        name = first.speaker if first.speaker != speaker else ""
        opening = " ".join(part for part in (at, f"{name}:" if name else "") if part)
        words = shortened(_words(paragraph), _MINUTE)
        quotes.append(Quote(text(bold(f"{opening} "), words) if opening else text(words)))
        speaker = first.speaker
    return tuple(quotes)


def _nearest(paragraphs: Sequence[list[_Said]], quote: str) -> list[list[_Said]]:
    """The paragraphs of the quote and, as far as there is room, those before and after it in turn."""
    lengths = [len(_words(paragraph)) for paragraph in paragraphs]
    quoted = [number for number, paragraph in enumerate(paragraphs) if _holds(paragraph, quote)]
    first, last = (quoted[0], quoted[-1]) if quoted else (0, 0)
    kept = set(range(first, last + 1))
    room = _MINUTE - sum(lengths[first : last + 1])
    sides = zip_longest(range(first - 1, -1, -1), range(last + 1, len(paragraphs)))
    for number in (number for pair in sides for number in pair if number is not None):
        if lengths[number] <= room and {number - 1, number + 1} & kept:
            kept.add(number)
            room -= lengths[number]
    return [paragraph for number, paragraph in enumerate(paragraphs) if number in kept]


def _holds(paragraph: Sequence[_Said], quote: str) -> bool:
    """Whether a sentence of it is the quote's, or the quote is a part of it."""
    sought = _plain(quote)
    sentences = [_plain(part.text) for part in paragraph]
    is_part = any(len(each.split()) > _TELLING and each in sought for each in sentences)
    return is_part or (bool(sought) and sought in _plain(_words(paragraph)))


def _plain(words: str) -> str:
    return " ".join(re.findall(r"\w+", words.casefold()))


def _words(paragraph: Sequence[_Said]) -> str:
    return " ".join(part.text for part in paragraph)


def _paragraphs(around: Sequence[Segment]) -> Iterator[list[_Said]]:
    paragraph: list[_Said] = []
    for part in _said(around):
        if paragraph and _opens_another(paragraph, part):
            yield paragraph
            paragraph = []
        paragraph.append(part)
    if paragraph:
        yield paragraph


def _said(around: Sequence[Segment]) -> Iterator[_Said]:
    """A segment without a speaker goes on with the one before."""
    speaker = ""
    for segment in around:
        speaker = segment.speaker or speaker
        for number, words in enumerate(_BETWEEN_SENTENCES.split(" ".join(segment.text.split()))):
            if words:
                yield _Said(words, None if number else segment.start, speaker)


def _opens_another(paragraph: Sequence[_Said], part: _Said) -> bool:
    if part.speaker != paragraph[-1].speaker:
        return True
    length = sum(len(each.text) + 1 for each in paragraph)
    if _ENDS_SENTENCE.search(paragraph[-1].text):
        return length + len(part.text) > _OVERFULL or length >= _FULL
    return length >= _OVERFULL
