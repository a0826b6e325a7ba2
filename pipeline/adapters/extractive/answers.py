"""Answers without a language model: the best passages, headed as passages, with not a word of ours."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Final

from pipeline.domain.answer import Answer, Citation, Grade, Question
from pipeline.domain.insight import Author
from pipeline.domain.passage import Passage, SearchResult
from pipeline.domain.talk.asking import names_versions, wish_of
from pipeline.domain.talk.cutting import Reading, cut, holds_reply, read_passage
from pipeline.domain.talk.grading import NOT_FOUND_BELOW, PARTLY_BELOW, asks_nothing
from pipeline.domain.talk.keywords import stems
from pipeline.domain.talk.placing import moved
from pipeline.ports import Embedder, Told

_MOST: Final = 5
_CLOSEST: Final = 3
"""So many passages are shown where none is near enough: what was asked in quite other words is often among them."""
_READ: Final = 8
_READ_FOR_A_DEFINITION: Final = 24
"""So many are read, because adverts and repetitions among them are not shown, and what a thing is may be said late."""
_ALWAYS: Final = 2
_LEAST_SHARE: Final = 0.3
"""After the first two a passage must match this share of the best one, or it only fills the page."""
_SAME_WORDS: Final = 0.6
_FORM: Final = 0.3
"""What the form of an answer moves a passage up by."""
_NEAR: Final = 0.4
"""What the nearness of its best sentence moves a passage up by: the search has seen the passage as a whole."""
_EPISODE: Final = 0.3
"""What its episode moves it up by, when all that was found is there: a question mostly means one of them."""
_STEEP: Final = 4
"""The power of a score by which it counts for its episode, so that many weak passages are none."""
_NAMED: Final = 3
_ENOUGH_NAMED: Final = 2
_AS_WELL: Final = 0.6
"""The share of the best match from which a passage may move up."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A passage cut to what matters, the whole of it, how far it has the form of an answer, its nearest sentence."""

    passage: Passage
    whole: Passage
    form: float
    near: float


class PassageAnswers:
    """An `AnswerWriter` that shows what was said and claims nothing. Raises IndexUnavailable when the embedder does.

    Below `not_found_below` at most three passages are shown, as the closest; below `partly_below` the grade is PARTLY.
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

    async def write(self, question: Question, found: SearchResult, *, told: Told | None = None) -> Answer:
        """Up to five passages, each cut to the one to four sentences that matter, best first; never an advert.

        A question with nothing to look for («hello») gets no passage. Nothing is told before all is known.
        """
        del told
        asked = f"{question.context}\n{question.text}".strip()
        most = _READ_FOR_A_DEFINITION if wish_of(question.text).is_definition else _READ
        passages = () if asks_nothing(asked) else found.passages[:most]
        read = [one for one in await self._read(asked, passages) if one is not None]
        grade = self._grade(question, read)
        shown = _worth_showing(_best_first(read), asked=stems(asked))[: _CLOSEST if grade is Grade.NOT_FOUND else _MOST]
        citations = tuple(Citation(number, passage) for number, passage in enumerate(shown, start=1))
        return Answer(question.text, grade, Author.EXTRACT, (), citations, found.searched, found.degraded)

    async def _read(self, asked: str, passages: Sequence[Passage]) -> list[_Read | None]:
        """The passages cut to what matters, None in place of an advert."""
        readings = await asyncio.to_thread(lambda: [read_passage(passage) for passage in passages])
        vectors = await self._embedder.embed([asked, *(text for reading in readings for text in reading.candidates)])
        near = iter((vectors[1:] @ vectors[0]).tolist())
        nearness = [[next(near) for _ in reading.candidates] for reading in readings]
        return await asyncio.to_thread(lambda: list(map(_cut, repeat(asked), passages, readings, nearness)))

    def _grade(self, question: Question, read: Sequence[_Read]) -> Grade:
        match = max((one.whole.match for one in read), default=0.0)
        if match < self._not_found_below:
            return Grade.NOT_FOUND
        sure = [one for one in read if one.whole.match >= self._partly_below]
        is_sure = (
            sure
            and _covers(question.text, [one.whole for one in read])
            and _names_asked(question.text, sure)
            and names_versions(question.text, [f"{one.whole.text}\n{one.whole.episode_title}" for one in read])
        )
        return Grade.ANSWERED if is_sure else Grade.PARTLY


def _cut(asked: str, passage: Passage, reading: Reading, nearness: Sequence[float]) -> _Read | None:
    if reading.is_advert and not holds_reply(reading, asked):
        return None
    if not reading.own:
        return _Read(passage, passage, 0.0, 0.0)
    best = cut(reading, asked, nearness=nearness)
    shown = replace(
        passage,
        text=best.text,
        start=best.start,
        end=best.end,
        speaker=best.speaker,
        url=moved(passage.url, best.start),
        before=None,
        after=None,
        turns=(),
    )
    return _Read(shown, passage, best.form, max(nearness))


def _best_first(read: Sequence[_Read]) -> list[Passage]:
    """By score, nearest sentence and episode; one with the form of an answer goes up among those that match as well."""
    best = max((one.passage.match for one in read), default=0.0)
    episodes: dict[str, float] = defaultdict(float)
    for one in read:
        episodes[one.passage.episode_id] += one.passage.score**_STEEP
    total = sum(episodes.values()) or 1.0

    def worth(one: _Read) -> float:
        form = one.form if one.passage.match >= _AS_WELL * best else 0.0
        share = episodes[one.passage.episode_id] / total
        return one.passage.score + _NEAR * one.near + _EPISODE * share + _FORM * form

    return [one.passage for one in sorted(read, key=lambda one: -worth(one))]


def _covers(question: str, passages: Sequence[Passage]) -> bool:
    """Whether the passages that match name a third of what the question names; two things of a long one suffice."""
    wanted = stems(question)
    named = {stem for p in passages if p.match >= NOT_FOUND_BELOW for stem in stems(f"{p.text}\n{p.episode_title}")}
    return len(wanted & named) >= min(_ENOUGH_NAMED, len(wanted) / _NAMED)


def _names_asked(question: str, read: Sequence[_Read]) -> bool:
    """Whether an amount or a date is among what is shown, where one is asked for."""
    wish = wish_of(question)
    return not (wish.is_amount or wish.is_date) or any(wish.granted(one.passage.text) for one in read)


def _worth_showing(passages: Sequence[Passage], *, asked: frozenset[str]) -> list[Passage]:
    """Without those that repeat an earlier one or hardly match."""
    shown: list[tuple[Passage, frozenset[str]]] = []
    best = max((passage.match for passage in passages), default=0.0)
    for passage in passages:
        weak = len(shown) >= _ALWAYS and passage.match < _LEAST_SHARE * best
        named = frozenset() if weak else stems(passage.text)
        if not weak and not any(_is_repeated(named, other, asked=asked) for _, other in shown):
            shown.append((passage, named))
    return [passage for passage, _ in shown]


def _is_repeated(here: frozenset[str], there: frozenset[str], *, asked: frozenset[str]) -> bool:
    """Whether they say the same; the words of the question are in both anyway, where anything else is."""
    if here - asked and there - asked:
        here, there = here - asked, there - asked
    return bool(here and there) and len(here & there) >= _SAME_WORDS * min(len(here), len(there))
