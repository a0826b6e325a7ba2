"""Answer a question from what was said."""

import logging
from dataclasses import replace
from typing import Final

from pipeline.domain.answer import Answer, Grade, Question, Widened
from pipeline.domain.passage import Query
from pipeline.domain.talk.asking import wish_of
from pipeline.ports import AnswerWriter, Index, Told

_PASSAGES: Final = 12
"""How many passages a writer chooses from: more than it may cite, so that it can drop weak ones."""
_FOR_A_DEFINITION: Final = 24
"""What a thing is may be said once, and its name a hundred times."""

_log = logging.getLogger(__name__)


async def answer_question(
    question: Question, *, index: Index, writer: AnswerWriter, told: Told | None = None
) -> Answer:
    """Search anew for this very question and have the writer word what was found.

    A question about an insight is looked for in its episode first and then in all shows; the answer says so. `told`
    hears of the answer while it grows. Raises IndexUnavailable or ModelError.
    """
    answer = await _near(question, index=index, writer=writer, told=told) if question.about else None
    if answer is None or (answer.grade is not Grade.ANSWERED and not answer.statements):
        wide = await _from_all_shows(question, index=index, writer=writer, told=told)
        answer = wide if answer is None or _is_better(wide, answer) else answer
    extra = {"grade": answer.grade.value, "citations": len(answer.citations), "widened": answer.widened}
    _log.info("Answered a question.", extra=extra)
    return answer


async def _near(question: Question, *, index: Index, writer: AnswerWriter, told: Told | None) -> Answer | None:
    """The answer from the episodes of the insights that are meant, None when they hold nothing of it."""
    episodes = tuple(dict.fromkeys(moment.episode_id for moment in question.about))
    # The channel was shown these episodes, so it may hear of them though it no longer follows their shows.
    query = Query(_asked(question), question.workspace, episodes=episodes, limit=_most(question))
    answer = await writer.write(question, await index.search(query), told=told)
    if answer.grade is Grade.NOT_FOUND:
        return None
    cited = [citation.passage for citation in answer.citations]
    is_near = any(moment.is_near(passage) for moment in question.about for passage in cited)
    return answer if is_near else replace(answer, widened=Widened.EPISODE)


async def _from_all_shows(question: Question, *, index: Index, writer: AnswerWriter, told: Told | None) -> Answer:
    query = Query(_asked(question), question.workspace, feeds=question.feeds, limit=_most(question))
    answer = await writer.write(question, await index.search(query), told=told)
    told_elsewhere = question.about and answer.grade is not Grade.NOT_FOUND
    return replace(answer, widened=Widened.SHOWS) if told_elsewhere else answer


def _most(question: Question) -> int:
    return _FOR_A_DEFINITION if wish_of(question.text).is_definition else _PASSAGES


def _asked(question: Question) -> str:
    return f"{question.context}\n{question.text}".strip()


def _is_better(wide: Answer, near: Answer) -> bool:
    return wide.grade is Grade.ANSWERED and near.grade is not Grade.ANSWERED
