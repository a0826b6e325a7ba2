"""Statements are let into an answer one by one while the model still writes: first the gate, then a second reading."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from pipeline.adapters.openai_model.checking import Checker
from pipeline.adapters.openai_model.meter import Subject
from pipeline.adapters.openai_model.shapes import ProposedStatement
from pipeline.adapters.openai_model.sketch import sketch_of
from pipeline.domain.answer import Answer, Grade, Question
from pipeline.domain.insight import Author
from pipeline.domain.passage import SearchResult
from pipeline.domain.talk.grounding import Draft, Grounded, ground
from pipeline.ports import Told


class Doorkeeper:
    """An Ear. What it lets in stays in, in its order and with its numbers; `told` hears of it at once."""

    def __init__(
        self, question: Question, found: SearchResult, *, checker: Checker, subject: Subject, told: Told | None
    ) -> None:
        self._question = question
        self._found = found
        self._checker = checker
        self._subject = subject
        self._told = told
        self._seen: tuple[Draft, ...] = ()
        self._judged: tuple[Draft, ...] = ()
        self._news = asyncio.Event()
        self._is_over = False

    @property
    def is_committed(self) -> bool:
        """See Ear. A statement on its way in counts."""
        return bool(self._seen)

    @property
    def grounded(self) -> Grounded:
        """What is in."""
        return ground(self._judged, self._found.passages)

    def hear(self, text: str) -> None:
        """See Ear."""
        sketch = sketch_of(text)
        if sketch is not None and Grade.NOT_FOUND.value not in sketch.grade.lower().replace("_", " "):
            self._take(drafts_of(sketch.correction, sketch.statements, self._question))

    def end(self, drafts: Sequence[Draft] = ()) -> None:
        """Nothing comes after these; what was heard of them before is not heard twice."""
        self._take(tuple(drafts))
        self._is_over = True
        self._news.set()

    async def work(self) -> None:
        """Judge what comes, until the end."""
        while True:
            await self._news.wait()
            self._news.clear()
            while fresh := self._seen[len(self._judged) :]:
                await self._judge(fresh)
            if self._is_over:
                return

    def _take(self, drafts: tuple[Draft, ...]) -> None:
        if len(drafts) > len(self._seen) and drafts[: len(self._seen)] == self._seen:
            self._seen = drafts
            self._news.set()

    async def _judge(self, fresh: tuple[Draft, ...]) -> None:
        """Only what passes the gate is read a second time."""
        passages, before = self._found.passages, self.grounded
        sound = [draft for draft in fresh if ground([draft], passages).statements]
        if sound:
            places = await self._checker.refuted(sound, passages, subject=self._subject)
            refuted = [sound[place] for place in places]
            fresh = tuple(replace(draft, is_refuted=True) if draft in refuted else draft for draft in fresh)
        self._judged += fresh
        if self._told is not None and len(self.grounded.statements) > len(before.statements):
            self._told(self._growing())

    def _growing(self) -> Answer:
        now = self.grounded
        return Answer(
            self._question.text,
            Grade.PARTLY,
            Author.MODEL,
            now.statements,
            now.citations,
            self._found.searched,
            self._found.degraded,
        )


def drafts_of(
    correction: ProposedStatement | None, statements: Sequence[ProposedStatement], question: Question
) -> tuple[Draft, ...]:
    """What the model claims, a correction first."""
    drafts = tuple(Draft(s.text, s.passages) for s in statements)
    if correction is None:
        return drafts
    return (Draft(correction.text, correction.passages, about=question.text), *drafts)
