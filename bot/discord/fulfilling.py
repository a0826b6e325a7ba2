"""Answers to interactions: deferred at once, filled in by edits, which may be made twice without doubling anything."""

import asyncio
import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Final

import discord

from bot.discord import phrases
from bot.discord.failures import FAILURES, INVALID_BODY
from bot.discord.layouts import button_rows, layout
from bot.discord.lines import all_buttons, chunks
from bot.discord.panels import MOST_CHARACTERS, MOST_COMPONENTS, Panel, Words, panels
from bot.discord.replying import send_all
from bot.texts.message import Message, plain

_ACKNOWLEDGED: Final = 40060
_TRIES: Final = 3
_PAUSE: Final = 0.2
"""Seconds before an edit whose fate is unknown is made again."""
_FILE: Final = "reply.txt"
_NOTE: Final = 40
"""Characters of the line that points to the file, at most."""

_log = logging.getLogger(__name__)
Interaction = discord.Interaction[Any]


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that goes with a reply."""

    name: str
    body: bytes


async def defer(interaction: Interaction, *, private: bool) -> bool:
    """Say at once that an answer comes. False when Discord gave the interaction to another process of ours."""
    try:
        await interaction.response.defer(ephemeral=private, thinking=True)
    except discord.HTTPException as error:
        if error.code == _ACKNOWLEDGED:
            return False
        # Discord refuses some in time too; the answer is worth a message of its own.
        _log.warning("Could not defer an interaction.", extra={"code": error.code})
    except FAILURES as error:
        _log.warning("Could not defer an interaction.", extra={"reason": str(error)})
    return True


async def fulfil(interaction: Interaction, reply: Message, *, private: bool, attached: Attached | None = None) -> None:
    """Put the reply where the deferral stands; where that is gone, as a message: a private one to the person.

    What does not fit goes on in messages; a private reply has its whole text in a file, because a second private
    message could double.
    """
    first, *rest = panels(reply)
    if rest and private and attached is None:
        attached, first = Attached(_FILE, plain(reply).encode()), _with_note(first)
        rest = []
    try:
        await _edit(interaction, reply, first, attached)
        if rest and not await _instead(interaction, rest, private=False):  # where we are a guest we may not write
            await _edit(interaction, reply, _with_note(first), Attached(_FILE, plain(reply).encode()))
    except FAILURES as error:
        _log.warning("Could not fill in an answer.", extra={"reason": str(error)})
        if _is_refused(error):  # else it may be there, and silence is better than a double
            await _instead(interaction, panels(reply), private=private)


async def announce(interaction: Interaction, line: Message) -> None:
    """Tell the channel, as far as we may write there."""
    if isinstance(interaction.channel, discord.abc.Messageable):
        try:
            await send_all(interaction.channel, panels(line), key=f"change:{interaction.id}")
        except FAILURES as error:
            _log.info("Could not tell the channel of a change.", extra={"reason": str(error)})


async def _edit(interaction: Interaction, reply: Message, panel: Panel, attached: Attached | None) -> None:
    view = layout(panel, attachment=attached.name if attached else "")
    try:
        await _edit_surely(interaction, attached, view=view)
    except discord.HTTPException as error:
        if error.code != INVALID_BODY:
            raise
        _log.exception("Discord refused a layout; it is shown as plain text.")
        said, *more = chunks(reply)
        attached = Attached(_FILE, plain(reply).encode()) if more else None
        await _edit_surely(interaction, attached, content=said, view=button_rows(all_buttons(reply)))


async def _edit_surely(interaction: Interaction, attached: Attached | None, **shown: Any) -> None:
    for number in range(1, _TRIES + 1):
        files = [discord.File(io.BytesIO(attached.body), attached.name)] if attached else []
        try:
            none = discord.AllowedMentions.none()
            await interaction.edit_original_response(attachments=files, allowed_mentions=none, **shown)
        except discord.DiscordException:
            raise
        except FAILURES:
            if number == _TRIES:
                raise
            await asyncio.sleep(_PAUSE)
        else:
            return


async def _instead(interaction: Interaction, parts: Sequence[Panel], *, private: bool) -> bool:
    place = interaction.user if private else interaction.channel
    if not isinstance(place, discord.abc.Messageable):
        return False
    try:
        await send_all(place, parts, key=f"answer:{interaction.id}")
    except FAILURES as error:
        _log.warning("Could not answer in a message either.", extra={"reason": str(error)})
        return False
    return True


def _is_refused(error: BaseException) -> bool:
    return isinstance(error, discord.HTTPException) and error.status < HTTPStatus.INTERNAL_SERVER_ERROR


def _with_note(panel: Panel) -> Panel:
    """The panel with room for a file, and a line that says what is in it."""
    parts = panel.parts
    while parts and not _has_room(Panel(parts)):
        parts = parts[:-1]
    return replace(panel, parts=(*parts, Words(f"-# {phrases.THE_REST}")))


def _has_room(panel: Panel) -> bool:
    return panel.components <= MOST_COMPONENTS - 2 and panel.characters <= MOST_CHARACTERS - _NOTE
