"""One insight: its card, votes, and what a member saves."""

import logging
from typing import Any, Final, Literal

from bot.app import App
from bot.handover import Report
from bot.operations.latest import latest_digest
from bot.operations.outcome import Member, Outcome
from bot.shapes.commands import TextShape
from bot.texts import phrases
from bot.texts.cards import REASONS, insight_card, reason_buttons
from bot.texts.message import Block, Message, Paragraph, Small, plain, text
from pipeline.domain.choice.sources import show_of
from pipeline.domain.digest import Candidate
from pipeline.domain.errors import BadInput
from pipeline.domain.talk.excerpt import around

_THANKS: Final = {1: "Noted: more like this.", -1: "Noted: less like this."}

_log = logging.getLogger(__name__)


async def card(app: App, member: Member, arguments: dict[str, Any], _report: Report) -> Outcome:
    """The evidence behind an insight. Argument: insight, its id or its number in the latest digest."""
    candidate = await _meant(app, member, str(arguments["insight"]))
    transcript = await app.pipeline.transcripts.load(candidate.episode.id)
    near = await app.index.related(candidate.insight, workspace=member.workspace)
    related = await app.evidence.candidates([r.insight_id for r in near], workspace=member.workspace)
    message = insight_card(
        candidate,
        around=() if transcript is None else around(transcript, candidate.insight),
        related=[other for other in related if show_of(other.episode) != show_of(candidate.episode)],
        basis=None if transcript is None else transcript.basis,
        objections=await app.reactions.reasons(candidate.insight.id, workspace=member.workspace),
    )
    return Outcome(TextShape(text=plain(message)), message)


async def vote(app: App, member: Member, arguments: dict[str, Any], _report: Report) -> Outcome:
    """Say whether the channel wants more or less of this. Arguments: insight, vote (1 or -1), reason (see REASONS)."""
    candidate = await _meant(app, member, str(arguments["insight"]))
    value: Literal[-1, 1] = 1 if arguments["vote"] == 1 else -1
    reason = str(arguments.get("reason") or "")
    if reason and reason not in REASONS:
        raise BadInput(f"“{reason}” is no reason; there are {', '.join(REASONS)}.")
    await app.reactions.vote(
        member.channel_id,
        candidate.insight.id,
        workspace=member.workspace,
        member=member.name,
        vote=value,
        reason=reason,
    )
    if reason:
        _log.info("A member objects to an insight.", extra={"insight": candidate.insight.id, "reason": reason})
        return _said(f"Noted: {REASONS[reason].lower()}. Its card says so to the members here.")
    thanks = f"{_THANKS[value]} It counts for this channel's next posts; press the other thumb to change it."
    return _said(thanks) if value > 0 else _said(thanks, *_asked_why(candidate, "Do you want to say why?"))


async def report(app: App, member: Member, arguments: dict[str, Any], _report: Report) -> Outcome:
    """Ask what is wrong with an insight. Argument: insight."""
    candidate = await _meant(app, member, str(arguments["insight"]))
    return _said(f"What is wrong with “{candidate.insight.headline}”?", *_asked_why(candidate, ""))


async def save(app: App, member: Member, arguments: dict[str, Any], _report: Report) -> Outcome:
    """Keep an insight for this member. Argument: insight."""
    candidate = await _meant(app, member, str(arguments["insight"]))
    await app.reactions.save(member.channel_id, candidate.insight.id, workspace=member.workspace, member=member.name)
    return _said("Saved. “saved” shows what you kept.")


async def saved(app: App, member: Member, _arguments: dict[str, Any], _report: Report) -> Outcome:
    """What this member kept."""
    ids = await app.reactions.saved(member.name, workspace=member.workspace)
    kept = await app.evidence.candidates(ids, workspace=member.workspace)
    if not kept:
        return _said("You have saved nothing yet. The card of an insight has a button for it.")
    blocks = tuple(Paragraph(text(one.insight.headline, f" – {one.episode.feed_title}")) for one in kept)
    message = Message(blocks, f"{len(kept)} saved insights")
    return Outcome(TextShape(text=plain(message)), message)


async def _meant(app: App, member: Member, name: str) -> Candidate:
    """The insight with this id, or this number in the channel's latest digest."""
    if name.isdecimal() and len(name) == 1:
        return await _numbered(app, member, int(name))
    found = await app.evidence.insight(name, workspace=member.workspace)
    if found is None:
        raise BadInput("That insight is not here (any more). “top” shows today's.")
    return found


async def _numbered(app: App, member: Member, number: int) -> Candidate:
    channel = await app.pipeline.channels.get(member.channel_id, workspace=member.workspace)
    latest = await latest_digest(app, channel)
    if latest is None:
        following = None if channel.paused else channel.next_post(app.clock.now())
        raise BadInput(phrases.no_post_yet(following, zone=channel.zone))
    found = next((pick.candidate for pick in latest.picks if pick.number == number), None)
    if found is None:
        raise BadInput(phrases.no_such_number(number, count=len(latest.picks), day=latest.day))
    return found


def _asked_why(candidate: Candidate, question: str) -> tuple[Block, ...]:
    asked: tuple[Block, ...] = (Small(text(question)),) if question else ()
    return (*asked, reason_buttons(candidate.insight.id))


def _said(sentence: str, *more: Block) -> Outcome:
    return Outcome(TextShape(text=sentence), Message((Paragraph(text(sentence)), *more), sentence))
