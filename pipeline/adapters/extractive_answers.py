"""Answers without a language model: the best passages, headed as passages, with not a word of ours."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from pipeline.domain.answer import Answer, Citation, Grade, Question
from pipeline.domain.insight import Author
from pipeline.domain.passage import Passage, SearchResult
from pipeline.domain.talk.cutting import cut, read_passage
from pipeline.domain.talk.grading import NOT_FOUND_BELOW, PARTLY_BELOW, asks_nothing
from pipeline.domain.talk.keywords import stems
from pipeline.ports import Embedder

_MOST: Final = 5
_READ: Final = 8
"""So many are read, because adverts and repetitions among them are not shown."""
_ALWAYS: Final = 2
_LEAST_SHARE: Final = 0.3
"""After the first two a passage must match this share of the best one, or it only fills the page."""
_SAME_WORDS: Final = 0.6


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
        """Up to five passages, each cut to the one to four sentences that matter, best first; never an advert.

        A question with nothing to look for («hello») gets no passage.
        """
        asked = f"{question.context}\n{question.text}".strip()
        passages = () if asks_nothing(asked) else found.passages[:_READ]
        read = await asyncio.gather(*(self._cut(asked, passage) for passage in passages))
        kept = [passage for passage in read if passage is not None]
        grade = self._grade(kept)
        shown = _worth_showing(kept)[: 1 if grade is Grade.NOT_FOUND else _MOST]
        citations = tuple(Citation(number, passage) for number, passage in enumerate(shown, start=1))
        return Answer(question.text, grade, Author.EXTRACT, (), citations, found.searched, found.degraded)

    async def _cut(self, asked: str, passage: Passage) -> Passage | None:
        """The passage cut to what matters, None when it is an advert."""
        reading = await asyncio.to_thread(
            read_passage, passage.text, start=passage.start, end=passage.end, speaker=passage.speaker
        )
        if reading.is_advert or len(reading.said) < 2:  # noqa: PLR2004  nothing to leave out
            return None if reading.is_advert else passage
        vectors = await self._embedder.embed([asked, *(s.text for s in reading.said)])
        best = cut(reading, asked, nearness=[float(near) for near in vectors[1:] @ vectors[0]])
        url = _moved(passage.url, best.start)
        return replace(passage, text=best.text, start=best.start, end=best.end, url=url)

    def _grade(self, passages: Sequence[Passage]) -> Grade:
        match = max((passage.match for passage in passages), default=0.0)
        if match < self._not_found_below:
            return Grade.NOT_FOUND
        return Grade.PARTLY if match < self._partly_below else Grade.ANSWERED


def _worth_showing(passages: Iterable[Passage]) -> list[Passage]:
    """Without those that repeat an earlier one or hardly match."""
    shown: list[Passage] = []
    for passage in passages:
        best = max((p.match for p in shown), default=0.0)
        weak = len(shown) >= _ALWAYS and passage.match < _LEAST_SHARE * best
        if not weak and not any(_is_repeated(passage.text, other.text) for other in shown):
            shown.append(passage)
    return shown


def _is_repeated(text: str, other: str) -> bool:
    here, there = stems(text), stems(other)
    return bool(here | there) and len(here & there) >= _SAME_WORDS * len(here | there)


def _moved(url: str | None, start: float | None) -> str | None:
    """The link to a moment with the new second; other links stay."""
    if url is None or start is None or "#t=" not in url:
        return url
    return f"{url.split('#t=', maxsplit=1)[0]}#t={int(start)}"
