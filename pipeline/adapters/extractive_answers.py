"""Answers without a language model: the best passages, headed as passages, with not a word of ours."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pipeline.domain.answer import Answer, Citation, Grade, Question
from pipeline.domain.english import STOP_WORDS
from pipeline.domain.grading import NOT_FOUND_BELOW, PARTLY_BELOW
from pipeline.domain.insight import Author
from pipeline.domain.passage import Passage, SearchResult
from pipeline.domain.sentences import Sentence, sentences
from pipeline.domain.speech import Word, normalised, spoken_words, word_count
from pipeline.domain.transcript import Basis, Segment, Transcript
from pipeline.ports import Embedder

_MOST: Final = 5
_SENTENCES: Final = 4
_WORDS: Final = 70
"""A citation is trimmed to about this many words, so that five can be read at a glance."""
_ENOUGH: Final = 25
"""From this many words on a neighbour must be half as near as the best sentence to be added."""
_LEAST_WORDS: Final = 12
"""Shorter sentences seldom say anything without their neighbour."""
_STEM: Final = 5
"""Letters by which two forms of a word count as one."""


class PassageAnswers:
    """An `AnswerWriter` that shows what was said and claims nothing. Raises IndexUnavailable when the embedder does.

    Below `not_found_below` only the closest passage is shown; below `partly_below` the grade is PARTLY.
    """

    def __init__(
        self,
        embedder: Embedder,
        *,
        not_found_below: float = NOT_FOUND_BELOW,
        partly_below: float = PARTLY_BELOW,
    ) -> None:
        self._embedder = embedder
        self._not_found_below = not_found_below
        self._partly_below = partly_below

    async def write(self, question: Question, found: SearchResult) -> Answer:
        """Up to five passages, each cut to the one to four sentences that matter, best first."""
        grade = self._grade(found)
        kept = found.passages[: 1 if grade is Grade.NOT_FOUND else _MOST]
        cut = await asyncio.gather(*(self._cut(question.text, passage) for passage in kept))
        citations = tuple(Citation(number, passage) for number, passage in enumerate(cut, start=1))
        return Answer(question.text, grade, Author.EXTRACT, (), citations, found.searched, found.degraded)

    def _grade(self, found: SearchResult) -> Grade:
        match = max((p.match for p in found.passages), default=0.0)
        if match < self._not_found_below:
            return Grade.NOT_FOUND
        return Grade.PARTLY if match < self._partly_below else Grade.ANSWERED

    async def _cut(self, question: str, passage: Passage) -> Passage:
        words, said = _read(passage)
        if len(said) < 2:  # noqa: PLR2004  nothing to leave out
            return passage
        vectors = await self._embedder.embed([question, *(s.text for s in said)])
        nearness = [float(v) for v in vectors[1:] @ vectors[0]]
        scores = [near + _shared(question, s.text) for near, s in zip(nearness, said, strict=True)]
        first, last = _window(said, scores)
        text = " ".join(w.text for w in words[said[first].first : said[last].last + 1])
        start = said[first].start
        return replace(passage, text=text, start=start, end=said[last].end, url=_moved(passage.url, start))


def _moved(url: str | None, start: float | None) -> str | None:
    """The link to a moment with the new second; other links stay."""
    if url is None or start is None or "#t=" not in url:
        return url
    return f"{url.split('#t=')[0]}#t={int(start)}"


def _read(passage: Passage) -> tuple[tuple[Word, ...], tuple[Sentence, ...]]:
    segment = Segment(passage.text, passage.start, passage.end, passage.speaker)
    words = spoken_words(Transcript((segment,), Basis.PUBLISHED))
    return words, sentences(words)


def _shared(question: str, text: str) -> float:
    """The share of the question's telling words that the text has, from 0 to 1."""
    wanted = {w[:_STEM] for w in normalised(question).split() if w not in STOP_WORDS}
    has = {w[:_STEM] for w in normalised(text).split()}
    return len(wanted & has) / len(wanted) if wanted else 0.0


def _window(said: Sequence[Sentence], scores: Sequence[float]) -> tuple[int, int]:
    """The sentences around the best one: its neighbours are added while they fit, the better one first."""
    best = max(range(len(said)), key=lambda i: (scores[i] * min(1.0, word_count(said[i].text) / _LEAST_WORDS), -i))
    first = last = best
    while last - first + 1 < _SENTENCES:
        sides = [(scores[i], i) for i in (first - 1, last + 1) if 0 <= i < len(said)]
        sides = [(score, i) for score, i in sides if _length(said, min(first, i), max(last, i)) <= _WORDS]
        score, added = max(sides, default=(0.0, best))
        enough = _length(said, first, last) >= _ENOUGH and score < scores[best] / 2
        if not sides or enough:
            break
        first, last = min(first, added), max(last, added)
    return first, last


def _length(said: Sequence[Sentence], first: int, last: int) -> int:
    return sum(word_count(s.text) for s in said[first : last + 1])
