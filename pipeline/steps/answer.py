"""Answer a question from what was said."""

import asyncio
import logging
from dataclasses import dataclass, replace
from typing import Final

from pipeline.domain.answer import Answer, Citation, Grade, Question, Widened
from pipeline.domain.insight import Author
from pipeline.domain.passage import Passage, Query, SearchResult
from pipeline.domain.talk.asking import asks_for_evidence, wish_of
from pipeline.domain.talk.placing import quoted
from pipeline.ports import AnswerWriter, Index, Told, TranscriptStore
from pipeline.steps.place import ReadOnce, place_passages

_PASSAGES: Final = 12
"""How many passages a writer chooses from: more than it may cite, so that it can drop weak ones."""
_FOR_A_DEFINITION: Final = 24
"""What a thing is may be said once, and its name a hundred times."""
_MOST: Final = 5

_log = logging.getLogger(__name__)


async def answer_question(
    question: Question, *, index: Index, transcripts: TranscriptStore, writer: AnswerWriter, told: Told | None = None
) -> Answer:
    """Search anew for this very question and have the writer word what was found.

    A question about an insight is looked for in its episode first, one that names shows in these, and then in all
    shows; the answer says so. Who said it, and when, is what the transcript tells. `told` hears of the answer while it
    grows. Raises IndexUnavailable or ModelError.
    """
    desk = _Desk(index, ReadOnce(transcripts), writer, told)
    answer = await desk.near(question) if question.about else None
    if answer is None or (answer.grade is not Grade.ANSWERED and not answer.statements):
        wide = await desk.from_named_shows(question) if question.shows else None
        wide = await desk.from_all_shows(question) if wide is None else wide
        answer = wide if answer is None or _is_better(wide, answer) else answer
    extra = {"grade": answer.grade.value, "citations": len(answer.citations), "widened": answer.widened}
    _log.info("Answered a question.", extra=extra)
    return answer


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where a question is looked up and written about."""

    index: Index
    transcripts: ReadOnce
    writer: AnswerWriter
    told: Told | None

    async def near(self, question: Question) -> Answer | None:
        """The answer from the episodes of the insights that are meant, None when they hold nothing of it."""
        episodes = tuple(dict.fromkeys(moment.episode_id for moment in question.about))
        # The channel was shown these episodes, so it may hear of them though it no longer follows their shows.
        found = await self._find(Query(_asked(question), question.workspace, episodes=episodes, limit=_most(question)))
        proofs = await self._proofs(question, found)
        answer = await self._written(question, replace(found, passages=(*proofs, *found.passages)))
        if proofs and asks_for_evidence(question.text) and not answer.statements:
            answer = _with_proofs(answer, proofs)
        if answer.grade is Grade.NOT_FOUND:
            return None
        cited = [citation.passage for citation in answer.citations]
        is_near = any(moment.is_near(passage) for moment in question.about for passage in cited)
        return answer if is_near else replace(answer, widened=Widened.EPISODE)

    async def from_named_shows(self, question: Question) -> Answer | None:
        """The answer from the shows that the question names, without their titles; None when they hold nothing."""
        named = replace(question, text=question.subject, feeds=question.shows)
        answer = await self.from_all_shows(named)
        return None if answer.grade is Grade.NOT_FOUND else replace(answer, question=question.text)

    async def from_all_shows(self, question: Question) -> Answer:
        """The answer from all that the asker may draw on."""
        found = await self._find(
            Query(_asked(question), question.workspace, feeds=question.feeds, limit=_most(question))
        )
        answer = await self._written(question, found)
        told_elsewhere = question.about and answer.grade is not Grade.NOT_FOUND
        return replace(answer, widened=Widened.SHOWS) if told_elsewhere else answer

    async def _find(self, query: Query) -> SearchResult:
        return await place_passages(await self.index.search(query), transcripts=self.transcripts)

    async def _written(self, question: Question, found: SearchResult) -> Answer:
        return await self.writer.write(question, found, told=self.told)

    async def _proofs(self, question: Question, found: SearchResult) -> tuple[Passage, ...]:
        """The words that the insights rest on, as passages that match like the best one."""
        proofs: list[Passage] = []
        for moment in question.about:
            beside = next((p for p in found.passages if p.episode_id == moment.episode_id), None)
            transcript = await self.transcripts.load(moment.episode_id) if beside and moment.quote else None
            if beside is None or transcript is None:
                continue
            proof = await asyncio.to_thread(quoted, beside, moment.quote, transcript)
            if proof is not None:
                proofs.append(proof)
        best = max((p.match for p in found.passages), default=0.0)
        return tuple(replace(proof, score=1.0, match=best) for proof in proofs)


def _with_proofs(answer: Answer, proofs: tuple[Passage, ...]) -> Answer:
    """The answer with these words first: they are what was asked for."""
    others = (c.passage for c in answer.citations if not any(proof.overlaps(c.passage) for proof in proofs))
    citations = tuple(Citation(number, p) for number, p in enumerate((*proofs, *others), start=1))[:_MOST]
    return replace(answer, grade=Grade.ANSWERED, author=Author.EXTRACT, citations=citations)


def _most(question: Question) -> int:
    return _FOR_A_DEFINITION if wish_of(question.text).is_definition else _PASSAGES


def _asked(question: Question) -> str:
    return f"{question.context}\n{question.text}".strip()


def _is_better(wide: Answer, near: Answer) -> bool:
    return wide.grade is Grade.ANSWERED and near.grade is not Grade.ANSWERED
