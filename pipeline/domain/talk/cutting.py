"""The part of a passage that speaks to a question: one to four sentences in a row, without adverts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.domain.talk.adverts import adverts_among
from pipeline.domain.talk.keywords import stems
from pipeline.domain.talk.letters import letters_among
from pipeline.domain.talk.sentences import Sentence, sentences
from pipeline.domain.talk.speech import Word, spoken_words, word_count
from pipeline.domain.talk.trimming import is_tagged, trimmed
from pipeline.domain.transcript import Basis, Segment, Transcript

_MOST: Final = 4
_WORDS: Final = 70
"""A cut has about this many words, so that five can be read at a glance."""
_ENOUGH: Final = 25
"""From this many words on a neighbour must be half as near as the best sentence to be added."""
_LEAST_WORDS: Final = 12
"""Shorter sentences seldom say anything without their neighbour."""
_ASKED: Final = 0.3
"""What is left of a sentence that only asks: the answer comes after it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A passage's words and sentences; `barred` are the places of sentences that belong to an advert."""

    words: tuple[Word, ...]
    said: tuple[Sentence, ...]
    barred: frozenset[int]

    @property
    def is_advert(self) -> bool:
        """Whether adverts are most of it."""
        read = sum(word_count(self.said[place].text) for place in self.barred)
        return 2 * read > len(self.words)


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch of a passage as it was said, with its own times where the passage has times."""

    text: str
    start: float | None
    end: float | None


def read_passage(text: str, *, start: float | None, end: float | None, speaker: str | None) -> Reading:
    """Read a passage's text; times inside it are interpolated."""
    words = spoken_words(Transcript((Segment(text, start, end, speaker),), Basis.PUBLISHED))
    said = sentences(words)
    adverts = adverts_among(words, said)
    barred = (place for place, s in enumerate(said) if any(a.overlaps(s.first, s.last) for a in adverts))
    return Reading(words, said, frozenset(barred))


def cut(reading: Reading, question: str, *, nearness: Sequence[float]) -> Cut:
    """The best sentences; `nearness` is each sentence's cosine with the question.

    Sentences that share the question's words count for more, those that only ask for less.
    """
    wanted = stems(question)
    letters = letters_among(reading.said)
    scores = [
        -1.0 if place in reading.barred else _score(s, near, wanted) * (_ASKED if place in letters else 1.0)
        for place, (s, near) in enumerate(zip(reading.said, nearness, strict=True))
    ]
    first, last = _window(reading.said, scores)
    said = reading.said
    text = " ".join(word.text for word in reading.words[said[first].first : said[last].last + 1])
    return Cut(text, said[first].start, said[last].end)


def _score(sentence: Sentence, near: float, wanted: frozenset[str]) -> float:
    shared = len(wanted & stems(sentence.text)) / len(wanted) if wanted else 0.0
    asks = sentence.is_question and not is_tagged(sentence.text)
    return max(0.0, near + shared) * (_ASKED if asks else 1.0)


def _window(said: Sequence[Sentence], scores: Sequence[float]) -> tuple[int, int]:
    """The sentences around the best one: its neighbours are added while they fit, the better one first."""
    best = max(range(len(said)), key=lambda i: (scores[i] * min(1.0, word_count(said[i].text) / _LEAST_WORDS), -i))
    first = last = best
    while last - first + 1 < _MOST:
        sides = [(scores[i], i) for i in (first - 1, last + 1) if 0 <= i < len(said) and scores[i] >= 0]
        sides = [(score, i) for score, i in sides if _length(said, min(first, i), max(last, i)) <= _WORDS]
        score, added = max(sides, default=(0.0, best))
        enough = _length(said, first, last) >= _ENOUGH and score < scores[best] / 2
        if not sides or enough:
            break
        first, last = min(first, added), max(last, added)
    return _without_nods(said, first, last, best)


def _without_nods(said: Sequence[Sentence], first: int, last: int, best: int) -> tuple[int, int]:
    """Leave out sentences at either end that say nothing («Yeah.») or ask, as long as enough is left."""
    while first < best and _is_nod(said[first]) and _length(said, first + 1, last) >= _LEAST_WORDS:
        first += 1
    while last > best and _is_nod(said[last]) and _length(said, first, last - 1) >= _LEAST_WORDS:
        last -= 1
    return first, last


def _is_nod(sentence: Sentence) -> bool:
    return sentence.is_question or not trimmed([sentence.text])


def _length(said: Sequence[Sentence], first: int, last: int) -> int:
    return sum(word_count(s.text) for s in said[first : last + 1])
