"""The replies about finding, importing, exporting and taking up old episodes."""

from collections.abc import Sequence

from bot.shapes.lists import (
    BackfillShape,
    ChoiceShape,
    ExportShape,
    FoundShowShape,
    ImportShape,
    ListedShape,
    SeveralAddedShape,
)
from bot.texts.hints import command, with_commands
from bot.texts.message import Block, Bullets, Heading, Message, Paragraph, Small, Text, bold, code, text
from bot.texts.phrases import NOBODY_READS

_LISTED = 30
"""So many shows are told one by one; the rest is counted."""


def choice_reply(choice: ChoiceShape) -> Message:
    """Several shows may be meant."""
    lines = tuple(map(_choice, choice.shows))
    return Message((Paragraph(text(choice.sentence)), Bullets(lines), Small(text(choice.hint))), choice.sentence)


def several_added_reply(result: SeveralAddedShape, *, is_read_now: bool) -> Message:
    """What became of each of several addresses."""
    new = [one.feed for one in result.added if one.is_new]
    known = [one.feed for one in result.added if not one.is_new]
    head = f"{_count(len(new), 'show')} added, {len(known)} followed already, {len(result.failed)} not added."
    blocks: list[Block] = [Paragraph(text(head))]
    blocks += _titled("Now following:", [text(bold(feed.title or feed.url)) for feed in new])
    blocks += _titled("Followed already:", [text(bold(feed.title or feed.url)) for feed in known])
    blocks += _titled("Not added:", [text(bold(one.title or one.url), f" – {one.reason}") for one in result.failed])
    if not is_read_now and any(feed.waiting for feed in new):
        blocks.append(Small(text(NOBODY_READS)))
    return Message(tuple(blocks), head)


def import_reply(result: ImportShape, *, is_read_now: bool = True) -> Message:
    """What of a list is new, was there already and could not be read. Unless `is_read_now`, the new shows wait."""
    would = "would be added" if result.dry_run else "added"
    head = (
        f"{_count(len(result.new), 'show')} {would}, {len(result.duplicate)} followed already, "
        f"{len(result.unreachable)} not readable."
    )
    blocks: list[Block] = [Paragraph(text(head))]
    if result.new:
        title = "New:" if result.dry_run else "Added:"
        blocks += _titled(title, list(map(_listed, result.new)))
    blocks += _titled("Followed already:", list(map(_listed, result.duplicate)))
    if result.unreachable:
        lines = [text(bold(feed.title), f" – {feed.reason}") for feed in result.unreachable]
        again = "Import the list again later for these; nothing is added twice."
        blocks += [*_titled("Not readable now:", lines), Small(text(again))]
    if result.dry_run:
        blocks.append(Small(text("Nothing was changed: this was a dry run.")))
    elif result.new and not is_read_now:
        blocks.append(Small(text(NOBODY_READS)))
    return Message(tuple(blocks), head)


def export_reply(export: ExportShape) -> Message:
    """The shows of the list, with their addresses."""
    if not export.shows:
        return Message((Paragraph(text("There is no public show to export.")), *_left_out(export)), "Nothing to export")
    head = f"{_count(len(export.shows), 'show')} exported"
    lines = tuple(text(bold(show.title), " – ", code(show.url)) for show in export.shows)
    return Message((Heading(text(head)), Bullets(_cut(lines)), *_left_out(export)), head)


def backfill_reply(plan: BackfillShape, *, name: str) -> Message:
    """What reading older episodes means, before it happens, or that it has begun."""
    if not plan.episodes:
        sentence = f"No older episodes of {plan.title} are held; everything in its feed was taken up."
        return Message((Paragraph(text(sentence)),), sentence)
    older = _count(plan.episodes, "older episode")
    back = f" (back to {plan.oldest:%d %b %Y})" if plan.oldest else ""
    verb = "are on their way" if plan.started else "would be read"
    head = f"{older} of {plan.title}{back} {verb}; {plan.held} were held in all."
    means = Bullets(tuple(text(line) for line in _meaning(plan)))
    start = () if plan.started else (Paragraph(text("To start: ", command(f"backfill {name} {plan.episodes} --yes"))),)
    return Message((Paragraph(text(head)), means, *start), head)


def _meaning(plan: BackfillShape) -> list[str]:
    lines = [f"{plan.published} with a transcript of the publisher."] if plan.published else []
    if plan.to_transcribe:
        hours = f"about {plan.hours:.0f} h of audio" if plan.hours and plan.hours >= 1 else "audio of unknown length"
        where = f"by {plan.hosted}" if plan.hosted else "on this machine"
        lines.append(f"{plan.to_transcribe} to be transcribed {where} ({hours}).")
    if plan.unreadable:
        lines.append(f"{plan.unreadable} without a transcript; they will fail, as transcription is switched off.")
    lines.append(_costs(plan.dollars))
    lines.append("They can be searched and asked about; what was old when the show was added is never posted.")
    return lines


def _costs(dollars: float | None) -> str:
    if dollars is None:
        return "The language model reads each of them; what that costs cannot be told yet."
    if not dollars:
        return "It is free: the models run on this machine or have no price."
    amount = f"about {dollars:.2f} dollars" if dollars >= 0.01 else "less than a cent"  # noqa: PLR2004
    return f"The language model reads each of them: {amount} in all."


def _choice(show: FoundShowShape) -> Text:
    by = f" by {show.author}" if show.author else ""
    episodes = f", {_count(show.episodes, 'episode')}" if show.episodes else ""
    return text(bold(show.title), f"{by}{episodes} – ", code(show.url))


def _listed(show: ListedShape) -> Text:
    private = " · private: its address is a key" if show.audience == "private" else ""
    return text(bold(show.title), private)


def _titled(title: str, lines: Sequence[Text]) -> tuple[Block, ...]:
    return (Paragraph(text(title)), Bullets(_cut(tuple(lines)))) if lines else ()


def _cut(lines: tuple[Text, ...]) -> tuple[Text, ...]:
    more = len(lines) - _LISTED
    return (*lines[:_LISTED], text(f"and {more} more")) if more > 0 else lines


def _left_out(export: ExportShape) -> tuple[Block, ...]:
    private = any(show.audience == "private" for show in export.shows)
    if private:
        return (Small(text("The private shows are in it without what opens them: add that again where you import.")),)
    if not export.left_out:
        return ()
    shows = _count(export.left_out, "private show")
    return (Small(with_commands(f"{shows} left out; “export --private” lists them too, without what opens them.")),)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
