"""The sentences of a transcript, across segments, also where nobody wrote full stops."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.domain.talk.english import word_set
from pipeline.domain.talk.speech import Word

_ENDS: Final = re.compile(r"[.?!…\u3002\uff01\uff1f][\"'”’)\]]*$")
_ABBREVIATION: Final = re.compile(
    r"^(?:[A-Za-z]\.)+$|^(?:mr|mrs|ms|dr|st|vs|etc|inc|no|jr|sr|prof|e\.g|i\.e)\.$", re.IGNORECASE
)
_JOINS: Final = word_set("and but so because then or which where when if while although")
_COORDINATORS: Final = word_set("and but so")
_SUBJECTS: Final = word_set(
    "i you we they he she it its that thats there theres this the a an if when people youre were theyre"
)
_NOTHING: Final = (Word("", "", -1, None, None, None),) * 2
_LONG: Final = 45
"""Words after which a sentence is looked at for borders that its punctuation hides."""
_INITIAL: Final = 3
"""Letters of an abbreviation that nobody listed; longer words before a full stop end a sentence."""
_PAUSE: Final = 0.7
_GAP: Final = 4.0
"""Seconds of silence that end a sentence whatever the punctuation."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """Consecutive words of one voice; `first` and `last` are positions among the words, both included.

    `turn` counts the changes of voice before it. `whole` says that it begins and ends at a written full stop,
    question or exclamation mark, or, where a long sentence was cut, at a comma with «and», «but» or «so» and a clause.
    """

    text: str
    first: int
    last: int
    start: float | None
    end: float | None
    speaker: str | None
    turn: int
    whole: bool

    @property
    def is_question(self) -> bool:
        """Whether it ends with a question mark."""
        return self.text.rstrip("\"'”’)]").endswith(("?", "\uff1f"))


def sentences(words: Sequence[Word]) -> tuple[Sentence, ...]:
    """The words as sentences: no word is lost, none is in two."""
    found: list[Sentence] = []
    turn = 0
    for first, last in _stretches(words):
        if found and words[first].speaker != words[first - 1].speaker:
            turn += 1
        pieces = list(_split_long(words, first, last))
        for begin, end in pieces:
            whole = _is_clean(words, end) and (begin == 0 or _is_clean(words, begin - 1))
            found.append(_sentence(words, begin, end, turn, whole=whole))
    return tuple(found)


def _stretches(words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    first = 0
    for position in range(len(words)):
        if position + 1 == len(words) or _is_end(words, position) or _is_break(words, position):
            yield first, position
            first = position + 1


def _is_end(words: Sequence[Word], position: int) -> bool:
    text = words[position].text
    if not _ENDS.search(text):
        return False
    if position + 1 == len(words):
        return True
    following = words[position + 1]
    if _ABBREVIATION.match(text) and following.speaker == words[position].speaker:
        return False
    letter = following.text.lstrip("\"'“\u2018([")[:1]
    if letter.islower() and len(text) > _INITIAL and not text.endswith(("..", "…")):
        return True
    return not letter.islower() or following.segment != words[position].segment


def _is_clean(words: Sequence[Word], position: int) -> bool:
    """Whether a sentence may end after this word, by what is written."""
    if _is_end(words, position):
        return True
    joint, subject = (w.plain for w in (*words[position + 1 : position + 3], *_NOTHING)[:2])
    return words[position].text.endswith((",", ";")) and joint in _COORDINATORS and subject in _SUBJECTS


def _is_break(words: Sequence[Word], position: int) -> bool:
    here, following = words[position], words[position + 1]
    if here.speaker != following.speaker:
        return True
    return here.end is not None and following.start is not None and following.start - here.end > _GAP


def _split_long(words: Sequence[Word], first: int, last: int) -> Iterator[tuple[int, int]]:
    if last - first < _LONG:
        yield first, last
        return
    begin = first
    for position in range(first + 1, last - 6):
        if _is_hidden_border(words, position, length=position - begin):
            yield begin, position - 1
            begin = position
    yield begin, last


def _is_hidden_border(words: Sequence[Word], position: int, *, length: int) -> bool:
    before, word = words[position - 1], words[position]
    if length < 10:  # noqa: PLR2004  shorter pieces are fragments
        return False
    if before.segment != word.segment:
        silent = before.end is not None and word.start is not None and word.start - before.end >= _PAUSE
        if silent or (length >= 18 and word.plain in _JOINS):  # noqa: PLR2004  about one breath
            return True
    joins = word.plain in _JOINS
    return joins and (before.text.endswith((",", ";")) or length >= 22)  # noqa: PLR2004  nobody speaks longer ones


def _sentence(words: Sequence[Word], first: int, last: int, turn: int, *, whole: bool) -> Sentence:
    text = " ".join(w.text for w in words[first : last + 1])
    return Sentence(text, first, last, words[first].start, words[last].end, words[first].speaker, turn, whole)
