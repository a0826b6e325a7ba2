"""Answers by a language model, from passages alone; what the passages do not carry goes."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pipeline.adapters.openai_model.language_model import LanguageModel
from pipeline.adapters.openai_model.meter import Subject
from pipeline.adapters.openai_model.patience import Patience
from pipeline.adapters.openai_model.prompting import harmless, prompt
from pipeline.adapters.openai_model.shapes import ProposedAnswer
from pipeline.adapters.openai_model.wire import ContextTooLong, Unusable
from pipeline.domain.answer import Answer, Grade, Question
from pipeline.domain.errors import ModelBusy, ModelError, ModelQuota
from pipeline.domain.identity import stable_id
from pipeline.domain.insight import Author
from pipeline.domain.passage import Passage, SearchResult
from pipeline.domain.spending import Purpose
from pipeline.domain.talk.grading import grade_of
from pipeline.domain.talk.grounding import Draft, Grounded, ground
from pipeline.ports import AnswerWriter

DEADLINE: Final = 60.0
"""Seconds after which the passages are shown instead: somebody is waiting."""
_SECONDS: Final = 40.0
_PATIENCE: Final = Patience(tries=3, seconds=45.0, first=1.0, most=8.0)
_PASSAGE: Final = 2_500
_CONTEXT: Final = 2_000
_QUESTION: Final = 1_000
_FEWEST: Final = 2

_log = logging.getLogger(__name__)


class ModelAnswers:
    """An AnswerWriter. Where the model fails, `fallback` shows the passages, and the answer says why."""

    def __init__(self, model: LanguageModel, fallback: AnswerWriter, *, deadline: float = DEADLINE) -> None:
        self._model = model
        self._fallback = fallback
        self._deadline = deadline

    async def write(self, question: Question, found: SearchResult) -> Answer:
        """An answer of which every statement is carried by the passages it cites.

        No model is asked where the index found nothing near enough. Raises what the fallback raises.
        """
        best = grade_of(max((p.match for p in found.passages), default=0.0))
        if best is Grade.NOT_FOUND:
            return await self._fallback.write(question, found)
        try:
            async with asyncio.timeout(self._deadline):
                reply = await self._ask(question, found.passages)
        except (ModelError, TimeoutError) as error:
            _log.warning("Answered with passages.", extra={"reason": str(error) or "it took too long"})
            answer = await self._fallback.write(question, found)
            return replace(answer, degraded=f"{found.degraded} {_why(error)}".strip(), fell_back=True)
        grounded = ground(_drafts(reply, question), found.passages)
        if grounded.dropped:
            reasons = sorted(reason.value for reason in grounded.dropped)
            _log.info("Dropped statements of an answer.", extra={"reasons": reasons})
        if reply.grade is Grade.NOT_FOUND or not grounded.statements:
            return await self._not_found(question, found)
        return Answer(
            question.text,
            _grade(reply, grounded, best),
            Author.MODEL,
            grounded.statements,
            grounded.citations,
            found.searched,
            found.degraded,
        )

    async def _ask(self, question: Question, passages: Sequence[Passage]) -> ProposedAnswer:
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
                subject=Subject(Purpose.ANSWER, stable_id("question", question.workspace, question.text)),
                patience=_PATIENCE,
                seconds=_SECONDS,
            )
        except (ContextTooLong, Unusable):
            if len(passages) <= _FEWEST:
                raise
        return await self._ask(question, passages[: len(passages) // 2])

    async def _not_found(self, question: Question, found: SearchResult) -> Answer:
        """The model read the passages and they say nothing of it, or nothing that it said of them was true."""
        closest = await self._fallback.write(question, found)
        return replace(closest, grade=Grade.NOT_FOUND, author=Author.MODEL, citations=closest.citations[:1])


def _drafts(reply: ProposedAnswer, question: Question) -> list[Draft]:
    drafts = [Draft(s.text, s.passages) for s in reply.statements]
    if reply.correction is not None:
        drafts.insert(0, Draft(reply.correction.text, reply.correction.passages, about=question.text))
    return drafts


def _grade(reply: ProposedAnswer, grounded: Grounded, best: Grade) -> Grade:
    whole = reply.grade is Grade.ANSWERED and best is Grade.ANSWERED and not grounded.lost_substance
    return Grade.ANSWERED if whole else Grade.PARTLY


def _shown(number: int, passage: Passage) -> str:
    speaker = f", {harmless(passage.speaker)[:40]}" if passage.speaker else ""
    source = f"{harmless(passage.feed_title)}, {harmless(passage.episode_title)}, {passage.published:%d %B %Y}{speaker}"
    return f"[{number}] ({source}) {harmless(passage.text)[:_PASSAGE]}"


def _why(error: ModelError | TimeoutError) -> str:
    if isinstance(error, ModelQuota):
        return "The language model is paused, so these are passages and no answer."
    if isinstance(error, ModelBusy | TimeoutError):
        return "The language model did not answer in time, so these are passages and no answer."
    return "The language model could not be used, so these are passages and no answer."
