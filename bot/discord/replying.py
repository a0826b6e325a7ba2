"""Replies: to a message with a nonce of its own, to an interaction by filling in what was deferred."""

import logging
from collections.abc import Sequence
from typing import Final

import discord

from bot.discord.failures import FAILURES
from bot.discord.layouts import layout, marker_of
from bot.discord.panels import Panel, panels
from bot.message import Message

_ANSWER: Final = "answer:"
_ACKNOWLEDGED: Final = 40060
_EXPIRED: Final = frozenset({10008, 10015, 10062, 50027})

_log = logging.getLogger(__name__)


async def reply_to(message: discord.Message, reply: Message, *, within: discord.abc.Messageable) -> None:
    """Answer a message; said twice within minutes it arrives once. Raises what `FAILURES` names."""
    is_same_place = getattr(within, "id", None) == message.channel.id
    await _send_all(within, panels(reply), key=f"{_ANSWER}{message.id}", reference=message if is_same_place else None)


async def is_answered(message: discord.Message, within: discord.abc.Messageable, me: discord.ClientUser) -> bool:
    """Whether an answer to this message is there: a reply of ours, or anything of ours in its own thread."""
    in_thread = getattr(within, "id", None) == message.id
    async for later in within.history(limit=50, after=message, oldest_first=True):
        meant = later.reference.message_id if later.reference else None
        if later.author.id == me.id and (in_thread or meant == message.id):
            return True
    return False


async def defer(interaction: discord.Interaction[discord.Client], *, private: bool) -> bool:
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


async def fulfil(interaction: discord.Interaction[discord.Client], reply: Message, *, private: bool) -> None:
    """Put the reply where the deferral stands; where that is gone, as a message: a private one to the person."""
    first, *rest = panels(reply)
    try:
        await interaction.edit_original_response(view=layout(first), allowed_mentions=discord.AllowedMentions.none())
    except FAILURES as error:
        if not (isinstance(error, discord.HTTPException) and error.code in _EXPIRED):
            _log.warning("Could not answer an interaction.", extra={"reason": str(error)})
        await _instead(interaction, (first, *rest), private=private)
        return
    if rest:
        await _continue(interaction, rest, private=private)


async def announce(interaction: discord.Interaction[discord.Client], line: Message) -> None:
    """Tell the channel, as far as we may write there."""
    if isinstance(interaction.channel, discord.abc.Messageable):
        try:
            await _send_all(interaction.channel, panels(line), key=f"change:{interaction.id}")
        except FAILURES as error:
            _log.info("Could not tell the channel of a change.", extra={"reason": str(error)})


async def _continue(interaction: discord.Interaction[discord.Client], rest: Sequence[Panel], *, private: bool) -> None:
    if not private:
        await _instead(interaction, rest, private=False)
        return
    try:
        for panel in rest:  # only a followup can be private; it has no nonce, so the worst is a repeated last part
            await interaction.followup.send(view=layout(panel), ephemeral=True)
    except FAILURES as error:
        _log.warning("Could not finish a private answer.", extra={"reason": str(error)})


async def _instead(interaction: discord.Interaction[discord.Client], parts: Sequence[Panel], *, private: bool) -> None:
    place = interaction.user if private else interaction.channel
    if not isinstance(place, discord.abc.Messageable):
        return
    try:
        await _send_all(place, parts, key=f"{_ANSWER}{interaction.id}")
    except FAILURES as error:
        _log.warning("Could not answer in a message either.", extra={"reason": str(error)})


async def _send_all(
    place: discord.abc.Messageable, parts: Sequence[Panel], *, key: str, reference: discord.Message | None = None
) -> None:
    for number, panel in enumerate(parts):
        nonce = marker_of(f"{key}#{number}#{len(parts)}")
        view = layout(panel)
        if reference is not None and number == 0:
            found = reference.to_reference(fail_if_not_exists=False)
            await place.send(view=view, nonce=nonce, suppress_embeds=True, reference=found, mention_author=False)
        else:
            await place.send(view=view, nonce=nonce, suppress_embeds=True)
