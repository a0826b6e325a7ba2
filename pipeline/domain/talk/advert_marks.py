"""Adverts that the words alone do not show: chapters that are named so, and pitches that other episodes have too."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pipeline.domain.talk.adverts import is_pitch
from pipeline.domain.talk.speech import plain_words, spoken_words
from pipeline.domain.transcript import Segment, Transcript

_SPONSOR: Final = re.compile(
    r"\W*(?:(?:today's |this week's |our )?sponsors?|ads?|advert(?:isement|ising|s)?|werbung|anzeige|publicit[eé]"
    r"|promo)"
    r"(?:\s*(?:[:|()\]#–—-]|\d|breaks?\b|reads?\b|spots?\b|messages?\b|segments?\b|block\b)|\W*$)"
    r"|\W*(?:brought to you|sponsored|supported) by\b|.*\b(?:ad|sponsor|commercial) (?:breaks?|reads?|spots?)\W*$",
    re.IGNORECASE,
)
_LONGEST: Final = 300.0
"""Seconds: a chapter that is longer speaks about sponsors."""
_INSIDE: Final = 0.8
"""The share of a segment that must lie in an advert for all of it to be one."""
_RUN: Final = 8
"""Words in a row that are not said twice by chance."""
_WHOLE: Final = 30
"""Words of the shortest passage that is an advert because other episodes have it too."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter of the publisher, from `start` to `end` in seconds; `end` None for the last one."""

    title: str
    start: float
    end: float | None = None

    @property
    def is_advert(self) -> bool:
        """Whether its title says that it is an advert, and it is short enough to be one."""
        return bool(_SPONSOR.match(self.title)) and self.end is not None and self.end - self.start <= _LONGEST


def marked_adverts(transcript: Transcript, *, chapters: Sequence[Chapter], others: Sequence[Transcript]) -> Transcript:
    """The transcript with its adverts marked, as far as chapters and `others` of the show tell.

    A passage that another episode has word for word is an advert when it pitches something: shows repeat their
    greetings too.
    """
    stretches = [(chapter.start, chapter.end) for chapter in chapters if chapter.is_advert and chapter.end is not None]
    repeated = _repeated(transcript, others)
    segments = tuple(
        replace(segment, advert=True) if number in repeated or _is_inside(segment, stretches) else segment
        for number, segment in enumerate(transcript.segments)
    )
    return transcript if segments == transcript.segments else replace(transcript, segments=segments)


def _is_inside(segment: Segment, stretches: Sequence[tuple[float, float]]) -> bool:
    if segment.start is None or segment.end is None or segment.end <= segment.start:
        return False
    start, end = segment.start, segment.end
    inside = sum(max(0.0, min(end, last) - max(start, first)) for first, last in stretches)
    return inside >= _INSIDE * (end - start)


def _repeated(transcript: Transcript, others: Sequence[Transcript]) -> set[int]:
    """The segments that lie in pitches which other episodes have word for word."""
    known = {run for other in others for run in _runs(plain_words(other))}
    words = spoken_words(transcript)
    runs = _runs([word.plain for word in words]) if known else []
    is_known = [False] * len(words)
    for at, run in enumerate(runs):
        if run in known:
            is_known[at : at + _RUN] = [True] * _RUN
    counts = [[0, 0] for _ in transcript.segments]
    for word, repeated in zip(words, is_known, strict=True):
        counts[word.segment][0] += repeated
        counts[word.segment][1] += 1
    whole = [n for n, (same, total) in enumerate(counts) if total and same >= _INSIDE * total]
    return {n for group in _groups(whole) if _is_pitched(group, transcript, counts) for n in group}


def _runs(words: Sequence[str]) -> list[int]:
    """A number for each run. Numbers, since Python's collector would visit every tuple, and everyone waits for it."""
    return [hash(tuple(words[at : at + _RUN])) for at in range(len(words) - _RUN + 1)]


def _groups(numbers: Sequence[int]) -> list[list[int]]:
    groups: list[list[int]] = []
    for number in numbers:
        if groups and number == groups[-1][-1] + 1:
            groups[-1].append(number)
        else:
            groups.append([number])
    return groups


def _is_pitched(group: Collection[int], transcript: Transcript, counts: Sequence[Sequence[int]]) -> bool:
    text = " ".join(transcript.segments[number].text for number in group)
    return sum(counts[number][1] for number in group) >= _WHOLE and is_pitch(text)
