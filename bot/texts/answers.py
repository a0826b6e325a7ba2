"""Answers and search results: what was found, each with its place, and out of how much."""

from collections.abc import Sequence
from typing import Final

from bot.texts import phrases
from bot.texts.message import Block, Divider, Heading, Message, Paragraph, Quote, Small, Text, bold, link, text
from bot.texts.reading import shortened
from bot.texts.sources import source_of_passage
from pipeline.domain.answer import Answer, Citation, Grade, Statement
from pipeline.domain.insight import Author
from pipeline.domain.passage import Passage, SearchResult
from pipeline.domain.talk.grading import asks_nothing

_PASSAGE: Final = 420
_QUERY: Final = 120


def answer_post(answer: Answer, *, key: str = "") -> Message:
    """The reply to a question. Passages that no model has read are headed as passages, never as an answer."""
    if answer.grade is Grade.NOT_FOUND and not answer.citations and asks_nothing(answer.question):
        return Message((Paragraph(text(phrases.ASK_AWAY)), Small(text(phrases.FOR_EXAMPLE))), phrases.ASK_AWAY, key)
    if answer.grade is Grade.NOT_FOUND:
        blocks = _not_found(answer)
    elif answer.author is Author.EXTRACT:
        blocks = _passages(answer)
    else:
        blocks = _statements(answer)
    notes = [phrases.answer_coverage(answer)] if answer.citations else [f"{answer.searched:,} passages searched"]
    notes += [phrases.widened(answer.widened)] if answer.widened is not None else []
    notes += [answer.degraded] if answer.degraded else []
    return Message((*blocks, Small(text(" · ".join(notes)))), _fallback(answer), key)


def growing_post(answer: Answer) -> Message:
    """An answer that is still being written: its first statements, without sources and notes."""
    by_number = {citation.number: citation for citation in answer.citations}
    return Message(tuple(Paragraph(_statement(s, by_number)) for s in answer.statements), _fallback(answer))


def search_post(query: str, result: SearchResult, *, are_near: bool = True) -> Message:
    """The passages found for `query`, best first; unless they `are_near` they only came closest."""
    title = f"Passages on “{shortened(query, _QUERY)}”"
    blocks: list[Block] = [Heading(text(title))]
    if not result.passages:
        blocks += [Paragraph(text(phrases.NO_PASSAGE)), Small(text(phrases.TRY_OTHERWISE))]
    elif not are_near:
        blocks += [Paragraph(text(phrases.NOTHING_MATCHES)), Small(text(phrases.TRY_OTHERWISE))]
    for number, passage in enumerate(result.passages, start=1):
        blocks += _passage(number, passage)
    episodes = len({passage.episode_id for passage in result.passages})
    notes = [phrases.found_in(len(result.passages), episodes, result.searched)]
    notes += [result.degraded] if result.degraded else []
    return Message((*blocks, Divider(), Small(text(" · ".join(notes)))), title)


def _not_found(answer: Answer) -> tuple[Block, ...]:
    blocks: tuple[Block, ...] = (Paragraph(text(bold(phrases.FOUND_NOTHING))),)
    if answer.citations:
        heading = phrases.CLOSEST if len(answer.citations) == 1 else phrases.CLOSEST_FEW
        passages = [citation.passage for citation in answer.citations]
        closest = (block for p in passages for block in (Quote(_said(p)), Small(source_of_passage(p))))
        blocks = (*blocks, Paragraph(text(heading)), *closest)
    return (*blocks, Divider(), Small(text(phrases.TRY_OTHERWISE)))


def _passages(answer: Answer) -> tuple[Block, ...]:
    blocks: list[Block] = [Heading(text("Passages"))]
    if answer.grade is Grade.PARTLY:
        blocks.append(Paragraph(text(phrases.ONLY_PARTLY)))
    for citation in answer.citations:
        blocks += _passage(citation.number, citation.passage)
    return (*blocks, Divider(), Small(text(phrases.PASSAGES_ONLY if answer.fell_back else phrases.PASSAGES_NOT_ANSWER)))


def _statements(answer: Answer) -> tuple[Block, ...]:
    partly: tuple[Block, ...] = (Small(text(phrases.ONLY_PARTLY)),) if answer.grade is Grade.PARTLY else ()
    by_number = {citation.number: citation for citation in answer.citations}
    said = (Paragraph(_statement(statement, by_number)) for statement in answer.statements)
    return (*partly, *said, Divider(), *(Small(_listed(citation)) for citation in answer.citations))


def _statement(statement: Statement, citations: dict[int, Citation]) -> Text:
    marks = (
        link(f"[{number}]", citations[number].passage.url) for number in statement.citations if number in citations
    )
    return text(statement.text, *(part for mark in marks for part in (" ", mark)))


def _listed(citation: Citation) -> Text:
    return text(f"[{citation.number}] ", source_of_passage(citation.passage))


def _passage(number: int, passage: Passage) -> tuple[Block, ...]:
    return Paragraph(text(bold(f"{number}. "), source_of_passage(passage))), Quote(_said(passage))


def _said(passage: Passage) -> Text:
    return text(shortened(passage.text, _PASSAGE))


def _fallback(answer: Answer) -> str:
    if answer.grade is Grade.NOT_FOUND:
        return phrases.FOUND_NOTHING
    spoken: Sequence[str] = [statement.text for statement in answer.statements]
    return shortened(spoken[0], _PASSAGE) if spoken else f"Passages on “{shortened(answer.question, _QUERY)}”"
