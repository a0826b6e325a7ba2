"""Answer a question from what was said."""

import logging
from typing import Final

from pipeline.domain.answer import Answer, Question
from pipeline.domain.passage import Query
from pipeline.ports import AnswerWriter, Index

_PASSAGES: Final = 12
"""How many passages a writer chooses from: more than it may cite, so that it can drop weak ones."""

_log = logging.getLogger(__name__)


async def answer_question(question: Question, *, index: Index, writer: AnswerWriter) -> Answer:
    """Search anew for this very question and have the writer word what was found.

    Raises IndexUnavailable or ModelError.
    """
    text = f"{question.context}\n{question.text}".strip()
    found = await index.search(Query(text, question.workspace, feeds=question.feeds, limit=_PASSAGES))
    answer = await writer.write(question, found)
    _log.info("Answered a question.", extra={"grade": answer.grade.value, "citations": len(answer.citations)})
    return answer
