"""Replies to messages, each part with a nonce of its own: said twice it arrives once."""

import logging
from collections.abc import Sequence
from typing import Any, Final

import discord

from bot.discord.failures import INVALID_BODY
from bot.discord.layouts import layout, marker_of
from bot.discord.lines import pieces
from bot.discord.panels import Panel, Words, panels
from bot.texts.message import Message

_ANSWER: Final = "answer:"

_log = logging.getLogger(__name__)


async def reply_to(message: discord.Message, reply: Message, *, within: discord.abc.Messageable) -> None:
    """Answer a message; said twice within minutes it arrives once. Raises what `FAILURES` names."""
    is_same_place = getattr(within, "id", None) == message.channel.id
    await send_all(within, panels(reply), key=f"{_ANSWER}{message.id}", reference=message if is_same_place else None)


async def is_answered(message: discord.Message, within: discord.abc.Messageable, me: discord.ClientUser) -> bool:
    """Whether an answer to this message is there: a reply of ours, or anything of ours in its own thread."""
    in_thread = getattr(within, "id", None) == message.id
    async for later in within.history(limit=50, after=message, oldest_first=True):
        meant = later.reference.message_id if later.reference else None
        if later.author.id == me.id and (in_thread or meant == message.id):
            return True
    return False


async def send_all(
    place: discord.abc.Messageable, parts: Sequence[Panel], *, key: str, reference: discord.Message | None = None
) -> None:
    """Send the panels one after the other. Raises what `FAILURES` names.

    From the first one on that Discord refuses they become plain text; what was shown before is not said again.
    """
    for number, panel in enumerate(parts):
        more = _referring(reference) if number == 0 else {}
        nonce = marker_of(f"{key}#{number}#{len(parts)}")
        try:
            await place.send(view=layout(panel), nonce=nonce, suppress_embeds=True, **more)
        except discord.HTTPException as error:
            if error.code != INVALID_BODY:
                raise
            _log.exception("Discord refused a layout; the reply goes on as plain text.")
            await _send_plain(place, parts[number:], key=f"{key}#{number}", more=more)
            return


async def _send_plain(
    place: discord.abc.Messageable, parts: Sequence[Panel], *, key: str, more: dict[str, Any]
) -> None:
    words = (part.markdown for panel in parts for part in panel.parts if isinstance(part, Words))
    for number, piece in enumerate(pieces(line for said in words for line in said.split("\n"))):
        nonce = marker_of(f"{key}/{number}")
        await place.send(piece, nonce=nonce, suppress_embeds=True, **(more if number == 0 else {}))


def _referring(message: discord.Message | None) -> dict[str, Any]:
    if message is None:
        return {}
    return {"reference": message.to_reference(fail_if_not_exists=False), "mention_author": False}
