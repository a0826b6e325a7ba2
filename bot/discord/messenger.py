"""Posts into Discord channels, each once: a nonce stops the doubles of minutes, a marker in the buttons all others."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import discord

from bot.discord.brake import Brake
from bot.discord.failures import FAILURES, INVALID_BODY, delivery_error, missing_in
from bot.discord.farewells import Farewells, Stops, owners_of, tell
from bot.discord.fitting import one_panel
from bot.discord.forums import LONGEST_NAME, THREAD_OPEN, our_posts, post_in_forum
from bot.discord.layouts import button_rows, layout, marker_of, markers_in
from bot.discord.lines import all_buttons, chunks
from bot.discord.places import numbers_of
from bot.texts.message import Button, Buttons, Heading, Message, plain_text
from pipeline.domain.channel import Channel
from pipeline.domain.errors import DeliveryDelayed, DeliveryError, DeliveryUnknown, DestinationGone
from pipeline.ports import Clock

_LOOK_BACK: Final = timedelta(days=2)
_MOST_READ: Final = 1_000
"""Messages of a channel that are looked through for a marker."""
_LONGEST_WAIT: Final = 60.0
"""Seconds of a rate limit that are waited out; after a longer one the outbox comes again."""
_PATIENCE: Final = 180.0
"""Seconds for one post, rate limits and the retries of discord.py included."""
_THREAD_IS_THERE: Final = 160004
_THREAD: Final = "Questions"
_HELP: Final = Button("What can I ask?", "help:")

_log = logging.getLogger(__name__)
Place = discord.ForumChannel | discord.abc.Messageable


@asynccontextmanager
async def open_messenger(token: str, *, clock: Clock, stops: Stops) -> AsyncIterator["DiscordMessenger"]:
    """A messenger that posts as the application with this token."""
    client = discord.Client(
        intents=discord.Intents(guilds=True),
        allowed_mentions=discord.AllowedMentions.none(),
        max_ratelimit_timeout=_LONGEST_WAIT,
        http_trace=Brake().trace(),
    )
    try:
        yield DiscordMessenger(client, token=token, clock=clock, farewells=Farewells(client, stops))
    finally:
        await client.close()


class DiscordMessenger:
    """Messenger over REST alone: it needs no gateway, so the poster may be its own process.

    It logs in when it is first used: a Discord that is down keeps nobody from starting. A channel that is gone is
    stopped, and those who set it up are told.
    """

    def __init__(self, client: discord.Client, *, token: str, clock: Clock, farewells: Farewells) -> None:
        self._client = client
        self._token = token
        self._clock = clock
        self._farewells = farewells
        self._logging_in = asyncio.Lock()

    async def send(self, channel: Channel, message: Message) -> str:
        """Post the message as one panel with a thread under it, in a forum as a post; its number."""
        if message.key and not all_buttons(message):  # the marker needs a button to travel in
            message = replace(message, blocks=(*message.blocks, Buttons((_HELP,))))
        async with self._farewell_if_gone(channel):
            return await self._send(await self._place(channel), channel, message)

    async def find(self, channel: Channel, key: str) -> str | None:
        """The number of the message with this key among the channel's last ones; see `Messenger`.

        Raises DestinationGone where the history may not be read: without it nobody can say that nothing is there.
        """
        async with self._farewell_if_gone(channel):
            place = await self._place(channel)
            try:
                return await self._find(place, marker_of(key))
            except FAILURES as error:
                raise _while_looking(error, channel) from error

    async def lacking(self, channel: Channel) -> tuple[str, ...]:
        """What the channel does not allow us, as Discord's settings name it. Raises DeliveryError."""
        guild_id, number = numbers_of(channel.id)
        try:
            await self._log_in()
            guild = await self._client.fetch_guild(guild_id, with_counts=False)
            place = await guild.fetch_channel(number)
            me = await guild.fetch_member(self._me)
        except FAILURES as error:
            raise _while_looking(error, channel) from error
        return missing_in(place.permissions_for(me), is_forum=isinstance(place, discord.ForumChannel))

    async def tell_owner(self, note: Message, people: Sequence[int]) -> None:
        """Tell whoever the application belongs to, and these people, each by a direct message. Raises DeliveryDelayed.

        Somebody who takes no messages is passed over.
        """
        try:
            await self._log_in()
            belongs_to = owners_of(await self._client.application_info())
        except FAILURES as error:
            raise DeliveryDelayed("Discord does not answer just now.") from error
        for person in dict.fromkeys((*belongs_to, *people)):
            await tell(self._client, person, note, key=f"{note.key}:{person}")

    @asynccontextmanager
    async def _farewell_if_gone(self, channel: Channel) -> AsyncIterator[None]:
        try:
            yield
        except DestinationGone as gone:
            await self._farewells.say(channel, gone)
            raise

    @property
    def _me(self) -> int:
        return 0 if self._client.user is None else self._client.user.id

    async def _place(self, channel: Channel) -> Place:
        _, number = numbers_of(channel.id)
        try:
            await self._log_in()
            place = await self._client.fetch_channel(number)
        except FAILURES as error:
            raise _while_looking(error, channel) from error
        if isinstance(place, discord.ForumChannel | discord.abc.Messageable):
            return place
        raise DestinationGone(f"“{channel.name}” is a category: there is nowhere to post.")

    async def _log_in(self) -> None:
        async with self._logging_in:
            if self._client.user is None:
                await self._client.login(self._token)

    async def _send(self, place: Place, channel: Channel, message: Message) -> str:
        try:
            async with asyncio.timeout(_PATIENCE):
                if isinstance(place, discord.ForumChannel):
                    return await self._send_to_forum(place, message)
                sent = await self._post(place, message)
        except FAILURES as error:
            raise delivery_error(error, channel) from error
        await self._open_thread(sent, _title_of(message))
        return str(sent.id)

    async def _send_to_forum(self, forum: discord.ForumChannel, message: Message) -> str:
        marker = marker_of(message.key) if message.key else ""
        title = _title_of(message)[:LONGEST_NAME].strip() or _THREAD
        try:
            view = layout(one_panel(message), marker=marker)
            return str((await post_in_forum(forum, title=title, topics=message.topics, view=view)).id)
        except discord.HTTPException as error:
            _only_for_a_refused_layout(error)
        # Only the opening message is looked at for the marker.
        first, *rest = chunks(message)
        rows = button_rows(all_buttons(message), marker=marker)
        thread = await post_in_forum(forum, title=title, topics=message.topics, view=rows, content=first)
        for number, chunk in enumerate(rest):
            await thread.send(chunk, nonce=_nonce(message, number), suppress_embeds=True)
        return str(thread.id)

    async def _post(self, place: discord.abc.Messageable, message: Message) -> discord.Message:
        marker = marker_of(message.key) if message.key else ""
        try:
            view = layout(one_panel(message), marker=marker)
            return await place.send(view=view, nonce=marker or secrets.token_hex(12), suppress_embeds=True)
        except discord.HTTPException as error:
            _only_for_a_refused_layout(error)
        return await self._post_plain(place, message, marker)

    async def _post_plain(self, place: discord.abc.Messageable, message: Message, marker: str) -> discord.Message:
        *first, last = chunks(message)
        since = self._clock.now() - _LOOK_BACK
        # An earlier try may have come to some of them; a nonce helps for minutes only.
        shown = {sent.content.strip() async for sent in self._ours(place, since)} if message.key and first else set()
        for number, chunk in enumerate(first):
            if chunk.strip() not in shown:
                await place.send(chunk, nonce=_nonce(message, number), suppress_embeds=True)
        rows = button_rows(all_buttons(message), marker=marker)
        return await place.send(last, view=rows, nonce=marker or secrets.token_hex(12), suppress_embeds=True)

    async def _find(self, place: Place, marker: str) -> str | None:
        async for message in self._ours(place, self._clock.now() - _LOOK_BACK):
            if marker in markers_in(message.components):
                if not isinstance(place, discord.ForumChannel) and not message.flags.has_thread:
                    await self._open_thread(message, _THREAD)
                return str(message.id)
        return None

    async def _ours(self, place: Place, since: datetime) -> AsyncIterator[discord.Message]:
        """What we wrote there since then, the latest first."""
        if isinstance(place, discord.ForumChannel):
            async for message in our_posts(place, since=since, me=self._me):
                yield message
            return
        async for message in place.history(limit=_MOST_READ):
            if message.created_at < since:
                return
            if message.author.id == self._me:
                yield message

    async def _open_thread(self, sent: discord.Message, title: str) -> None:
        name = title[:LONGEST_NAME].strip() or _THREAD
        try:
            await self._client.http.start_thread_with_message(
                sent.channel.id, sent.id, name=name, auto_archive_duration=THREAD_OPEN
            )
        except FAILURES as error:  # the post is there, and questions can still be asked by mention
            if not (isinstance(error, discord.HTTPException) and error.code == _THREAD_IS_THERE):
                _log.warning("Opened no thread under a post.", extra={"post": sent.id, "reason": str(error)})


def _title_of(message: Message) -> str:
    titles = (plain_text(block.text) for block in message.blocks if isinstance(block, Heading))
    return next(titles, message.fallback)


def _nonce(message: Message, number: int) -> str:
    return marker_of(f"{message.key}#{number}") if message.key else secrets.token_hex(12)


def _only_for_a_refused_layout(error: discord.HTTPException) -> None:
    """Raise all others. This one is our own mistake, but the day's post is worth more than its looks."""
    if error.code != INVALID_BODY:
        raise error
    _log.error("Discord refused a layout; it is posted as plain text.", exc_info=error)


def _while_looking(error: BaseException, channel: Channel) -> DeliveryError:
    """Looking changes nothing, so what is unknown is only late."""
    ours = delivery_error(error, channel)
    return DeliveryDelayed(str(ours)) if isinstance(ours, DeliveryUnknown) else ours
