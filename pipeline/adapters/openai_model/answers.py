"""Answers by a language model, from passages alone; what the passages do not carry goes."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from pipeline.adapters.openai_model.checking import Checker
from pipeline.adapters.openai_model.doorkeeping import Doorkeeper, drafts_of
from pipeline.adapters.openai_model.language_model import LanguageModel
from pipeline.adapters.openai_model.meter import Subject
from pipeline.adapters.openai_model.patience import Patience
from pipeline.adapters.openai_model.prompting import harmless, prompt
from pipeline.adapters.openai_model.shapes import ProposedAnswer
from pipeline.adapters.openai_model.wire import ContextTooLong, Ear, Unusable
from pipeline.domain.answer import Answer, Grade, Question
from pipeline.domain.errors import ModelBusy, ModelError, ModelQuota
from pipeline.domain.identity import stable_id
from pipeline.domain.insight import Author
from pipeline.domain.passage import Passage, SearchResult
from pipeline.domain.spending import Purpose
from pipeline.domain.talk.grading import asks_nothing, grade_of
from pipeline.domain.talk.grounding import Grounded
from pipeline.ports import AnswerWriter, Told

DEADLINE: Final = 60.0
"""Seconds after which the passages are shown instead: somebody is waiting."""
_SECONDS: Final = 40.0
_PATIENCE: Final = Patience(tries=3, seconds=45.0, first=1.0, most=8.0)
_PASSAGE: Final = 2_500
_CONTEXT: Final = 2_000
_QUESTION: Final = 1_000
_FEWEST: Final = 2
_SEVERAL: Final = 2
_MOST_PASSAGES: Final = 12
"""About 2,500 tokens: small servers cut a longer prompt without a word."""
ASKED_FROM: Final = 0.1
"""The least match of the best passage for which the model reads the passages: it may know a question in other words
where the index is not sure, and says so when it does not."""
_BROKEN_OFF: Final = "The language model did not finish its answer."

_log = logging.getLogger(__name__)


class ModelAnswers:
    """An AnswerWriter. Where the model fails, `fallback` shows the passages, and the answer says why."""

    def __init__(self, model: LanguageModel, fallback: AnswerWriter, *, deadline: float = DEADLINE) -> None:
        self._model = model
        self._fallback = fallback
        self._checker = Checker(model)
        self._deadline = deadline

    async def write(self, question: Question, found: SearchResult, *, told: Told | None = None) -> Answer:
        """An answer of which every statement is carried by the passages it cites.

        No model is asked where there is nothing to look for, or the index found nothing near: the fallback then shows
        what came closest. Raises what the fallback raises.
        """
        found = replace(found, passages=found.passages[:_MOST_PASSAGES])
        best = max((p.match for p in found.passages), default=0.0)
        if best < ASKED_FROM or asks_nothing(question.text):
            return await self._fallback.write(question, found)
        subject = Subject(Purpose.ANSWER, stable_id("question", question.workspace, question.text))
        door = Doorkeeper(question, found, checker=self._checker, subject=subject, told=told)
        written = await self._written(question, found, door, None if told is None else door, subject=subject)
        if door.grounded.dropped:
            reasons = sorted(reason.value for reason in door.grounded.dropped)
            _log.info("Dropped statements of an answer.", extra={"reasons": reasons})
        if door.grounded.statements:
            return _answer(question, found, door.grounded, written, match=best)
        if isinstance(written, ProposedAnswer):
            return await self._not_found(question, found)
        answer = await self._fallback.write(question, found)
        return replace(answer, degraded=f"{found.degraded} {_why(written)}".strip(), fell_back=True)

    async def _written(
        self, question: Question, found: SearchResult, door: Doorkeeper, ear: Ear | None, *, subject: Subject
    ) -> "ProposedAnswer | ModelError | TimeoutError":
        """The model's reply or why there is none, once all of it was judged at the door."""
        judging = asyncio.create_task(door.work())
        reply: ProposedAnswer | ModelError | TimeoutError
        try:
            try:
                async with asyncio.timeout(self._deadline):
                    reply = await self._ask(question, found.passages, ear, subject=subject)
            except (ModelError, TimeoutError) as error:
                _log.warning("The model wrote no whole answer.", extra={"reason": str(error) or "it took too long"})
                reply = error
            if isinstance(reply, ProposedAnswer) and reply.grade is not Grade.NOT_FOUND:
                door.end(drafts_of(reply.correction, reply.statements, question))
            else:
                door.end()
            await judging
        finally:
            judging.cancel()
        return reply

    async def _ask(
        self, question: Question, passages: Sequence[Passage], ear: Ear | None, *, subject: Subject
    ) -> ProposedAnswer:
        """The model's reply; a request that is too much is made with half of the passages."""
        turns = prompt(
            "answer",
            passages="\n".join(_shown(number, p) for number, p in enumerate(passages, start=1)),
            context=harmless(question.context)[-_CONTEXT:],
            question=harmless(question.text)[:_QUESTION],
        )
        try:
            return await self._model.ask(
                turns,
                ProposedAnswer,
                model=self._model.server.model,
                subject=subject,
                patience=_PATIENCE,
                seconds=_SECONDS,
                ear=ear,
            )
        except (ContextTooLong, Unusable):
            if len(passages) <= _FEWEST or (ear is not None and ear.is_committed):
                raise
        return await self._ask(question, passages[: len(passages) // 2], ear, subject=subject)

    async def _not_found(self, question: Question, found: SearchResult) -> Answer:
        """The model read the passages and they say nothing of it, or nothing that it said of them was true.

        It has read more of them than a person would, so only the closest one is shown.
        """
        closest = await self._fallback.write(question, found)
        return replace(closest, grade=Grade.NOT_FOUND, author=Author.MODEL, citations=closest.citations[:1])


def _answer(
    question: Question,
    found: SearchResult,
    grounded: Grounded,
    written: "ProposedAnswer | ModelError | TimeoutError",
    *,
    match: float,
) -> Answer:
    """What passed the door; what the model could not finish is answered partly."""
    says_all = isinstance(written, ProposedAnswer) and written.grade is Grade.ANSWERED
    is_sure = grade_of(match) is Grade.ANSWERED and not grounded.lost_substance
    is_whole = isinstance(written, ProposedAnswer)
    return Answer(
        question.text,
        Grade.ANSWERED if says_all and is_sure else Grade.PARTLY,
        Author.MODEL,
        grounded.statements,
        grounded.citations,
        found.searched,
        found.degraded if is_whole else f"{found.degraded} {_BROKEN_OFF}".strip(),
    )


def _shown(number: int, passage: Passage) -> str:
    speaker = f", {harmless(passage.speaker)[:40]}" if passage.speaker else ""
    source = f"{harmless(passage.feed_title)}, {harmless(passage.episode_title)}, {passage.published:%d %B %Y}{speaker}"
    return f"[{number}] ({source}) {harmless(_said(passage))[:_PASSAGE]}"


def _said(passage: Passage) -> str:
    """The text, with a name before what each voice says where several are known: nobody is to be quoted for another."""
    voices = {turn.speaker for turn in passage.turns}
    if len(voices) < _SEVERAL or not all(voices):
        return passage.text
    spoken = groupby(passage.turns, key=lambda turn: turn.speaker)
    return " ".join(f"{name}: {' '.join(turn.text for turn in turns)}" for name, turns in spoken)


def _why(error: ModelError | TimeoutError) -> str:
    if isinstance(error, ModelQuota):
        return "The language model is paused, so these are passages and no answer."
    if isinstance(error, ModelBusy | TimeoutError):
        return "The language model did not answer in time, so these are passages and no answer."
    return "The language model could not be used, so these are passages and no answer."
