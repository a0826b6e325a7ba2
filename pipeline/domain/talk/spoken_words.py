"""Words with times become segments: sentences, in order, inside their stretch of audio."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Final

from pipeline.domain.transcript import Segment

_SENTENCE_ENDS: Final = (".", "?", "!", "…", "。", "\uff1f", "\uff01")
_CLAUSE_ENDS: Final = (",", ";", ":", "—", "、", "\uff0c")
_CLOSING: Final = "\"'”’»)]"
_SHORTEST: Final = 20
"""Characters that a sentence needs to stand alone; «Yes.» goes with what follows."""
_PAUSE: Final = 1.0
_LONG: Final = 12.0
"""From so many seconds on, a segment ends at the next clause."""
_LONGEST: Final = 20.0


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word as it was recognised, with the space that stands before it; times in seconds."""

    text: str
    start: float
    end: float


def segments_from(words: Sequence[SpokenWord], *, start: float, end: float) -> tuple[Segment, ...]:
    """The words as sentences. Every character is kept; times lie between `start` and `end` and never go back."""
    made = []
    for group in _sentences(_in_order(words, start=start, end=end)):
        text = " ".join("".join(word.text for word in group).split())
        if text:
            made.append(Segment(text, round(group[0].start, 2), round(group[-1].end, 2)))
    return tuple(made)


def spread_words(text: str, *, start: float, end: float) -> tuple[SpokenWord, ...]:
    """Words of which only the stretch is known, evenly over it by their letters."""
    words = [f" {word}" for word in text.split()]
    each = (end - start) / max(sum(map(len, words)), 1)
    ends = [start + each * letters for letters in accumulate(map(len, words))]
    return tuple(SpokenWord(word, end - each * len(word), end) for word, end in zip(words, ends, strict=True))


def _in_order(words: Sequence[SpokenWord], *, start: float, end: float) -> list[SpokenWord]:
    """Starts rise, and no word lasts into the next: a recogniser's alignment promises neither."""
    clock, placed = start, []
    for word in words:
        clock = min(max(word.start, clock), end)
        placed.append(replace(word, start=clock, end=min(max(word.end, clock), end)))
    cut = [replace(word, end=min(word.end, after.start)) for word, after in pairwise(placed)]
    return cut + placed[-1:]


def _sentences(words: Sequence[SpokenWord]) -> Iterator[list[SpokenWord]]:
    group: list[SpokenWord] = []
    for i, word in enumerate(words):
        group.append(word)
        after = words[i + 1] if i + 1 < len(words) else None
        if after is None or _ends_here(group, after):
            yield group
            group = []


def _ends_here(group: Sequence[SpokenWord], after: SpokenWord) -> bool:
    last = group[-1].text.rstrip().rstrip(_CLOSING)
    length = group[-1].end - group[0].start
    if after.start - group[-1].end >= _PAUSE or after.end - group[0].start > _LONGEST:
        return True
    if last.endswith(_SENTENCE_ENDS):
        return sum(len(word.text) for word in group) >= _SHORTEST
    return last.endswith(_CLAUSE_ENDS) and length >= _LONG
