"""Posts into Discord channels, each once: a nonce stops the doubles of minutes, a marker in the buttons all others."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Final

import discord

from bot.discord.failures import FAILURES, delivery_error
from bot.discord.fitting import one_panel
from bot.discord.layouts import button_rows, layout, marker_of, markers_in
from bot.discord.lines import all_buttons, chunks
from bot.discord.places import numbers_of
from bot.message import Button, Buttons, Heading, Message, plain_text
from pipeline.domain.channel import Channel
from pipeline.domain.errors import DeliveryDelayed, DeliveryError, DeliveryUnknown
from pipeline.ports import Clock

_LOOK_BACK: Final = timedelta(days=2)
_MOST_READ: Final = 1_000
"""Messages of a channel that are looked through for a marker."""
_LONGEST_WAIT: Final = 60.0
"""Seconds of a rate limit that are waited out; after a longer one the outbox comes again."""
_PATIENCE: Final = 180.0
"""Seconds for one post, rate limits and the retries of discord.py included."""
_THREAD_OPEN: Final = 1_440
"""Minutes without a word after which Discord folds the thread away."""
_INVALID_BODY: Final = 50035
_THREAD_IS_THERE: Final = 160004
_LONGEST_THREAD_NAME: Final = 100
_THREAD: Final = "Questions"
_HELP: Final = Button("What can I ask?", "help:")

_log = logging.getLogger(__name__)


@asynccontextmanager
async def open_messenger(token: str, *, clock: Clock) -> AsyncIterator["DiscordMessenger"]:
    """A messenger that posts as the application with this token."""
    client = discord.Client(
        intents=discord.Intents(guilds=True),
        allowed_mentions=discord.AllowedMentions.none(),
        max_ratelimit_timeout=_LONGEST_WAIT,
    )
    try:
        yield DiscordMessenger(client, token=token, clock=clock)
    finally:
        await client.close()


class DiscordMessenger:
    """Messenger over REST alone: it needs no gateway, so the poster may be its own process.

    It logs in when it is first used: a Discord that is down keeps nobody from starting.
    """

    def __init__(self, client: discord.Client, *, token: str, clock: Clock) -> None:
        self._client = client
        self._token = token
        self._clock = clock
        self._logging_in = asyncio.Lock()

    async def send(self, channel: Channel, message: Message) -> str:
        """Post the message as one panel with a thread under it; the message's number."""
        if message.key and not all_buttons(message):  # the marker needs a button to travel in
            message = replace(message, blocks=(*message.blocks, Buttons((_HELP,))))
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._log_in()
                sent = await self._post(channel, message)
        except FAILURES as error:
            raise delivery_error(error, channel) from error
        await self._open_thread(sent, _title_of(message))
        return str(sent.id)

    async def find(self, channel: Channel, key: str) -> str | None:
        """The number of the message with this key among the channel's last ones; see `Messenger`.

        Raises DestinationGone where the history may not be read: without it nobody can say that nothing is there.
        """
        marker = marker_of(key)
        since = self._clock.now() - _LOOK_BACK
        try:
            await self._log_in()
            async for message in self._place(channel).history(limit=_MOST_READ):
                if message.created_at < since:
                    return None
                if message.author == self._client.user and marker in markers_in(message.components):
                    if not message.flags.has_thread:
                        await self._open_thread(message, _THREAD)
                    return str(message.id)
        except FAILURES as error:
            raise _while_looking(error, channel) from error
        return None

    async def _log_in(self) -> None:
        async with self._logging_in:
            if self._client.user is None:
                await self._client.login(self._token)

    async def _post(self, channel: Channel, message: Message) -> discord.Message:
        marker = marker_of(message.key) if message.key else ""
        place = self._place(channel)
        try:
            return await place.send(
                view=layout(one_panel(message), marker=marker),
                nonce=marker or secrets.token_hex(12),
                suppress_embeds=True,
            )
        except discord.HTTPException as error:
            if error.code != _INVALID_BODY:
                raise
            # Our own mistake, but the day's post is worth more than its looks.
            _log.exception("Discord refused a layout; it is posted as plain text.")
        return await self._post_plain(place, message, marker)

    async def _post_plain(self, place: discord.PartialMessageable, message: Message, marker: str) -> discord.Message:
        *first, last = chunks(message)
        for number, chunk in enumerate(first):
            nonce = marker_of(f"{message.key}#{number}") if marker else secrets.token_hex(12)
            await place.send(chunk, nonce=nonce, suppress_embeds=True)
        rows = button_rows(all_buttons(message), marker=marker)
        return await place.send(last, view=rows, nonce=marker or secrets.token_hex(12), suppress_embeds=True)

    async def _open_thread(self, sent: discord.Message, title: str) -> None:
        name = title[:_LONGEST_THREAD_NAME].strip() or _THREAD
        try:
            await self._client.http.start_thread_with_message(
                sent.channel.id, sent.id, name=name, auto_archive_duration=_THREAD_OPEN
            )
        except FAILURES as error:  # the post is there, and questions can still be asked by mention
            if not (isinstance(error, discord.HTTPException) and error.code == _THREAD_IS_THERE):
                _log.warning("Opened no thread under a post.", extra={"post": sent.id, "reason": str(error)})

    def _place(self, channel: Channel) -> discord.PartialMessageable:
        guild, number = numbers_of(channel.id)
        return self._client.get_partial_messageable(number, guild_id=guild)


def _title_of(message: Message) -> str:
    titles = (plain_text(block.text) for block in message.blocks if isinstance(block, Heading))
    return next(titles, message.fallback)


def _while_looking(error: BaseException, channel: Channel) -> DeliveryError:
    """Looking changes nothing, so what is unknown is only late."""
    ours = delivery_error(error, channel)
    return DeliveryDelayed(str(ours)) if isinstance(ours, DeliveryUnknown) else ours
