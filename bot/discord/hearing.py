"""Messages that are meant for us: mentions, replies, direct messages, and what follows in our own threads."""

import json
import logging
import re
from datetime import timedelta
from typing import Final

import discord

from bot.discord import phrases
from bot.discord.desk import Desk
from bot.discord.failures import FAILURES
from bot.discord.members import Members, home_of
from bot.discord.places import channel_id_of, workspace_of
from bot.discord.replying import is_answered, reply_to
from bot.message import Message
from bot.reading import shortened
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.conversation import Arrived, Talk
from pipeline.domain.errors import PodsiftError

_SPOKEN: Final = frozenset({discord.MessageType.default, discord.MessageType.reply})
_KEPT_QUESTIONS: Final = 5
_MOST_ATTEMPTS: Final = 3
_THREAD_NAME: Final = 90
_FORGOTTEN_AFTER: Final = timedelta(days=7)
_DIRECT: Final = 0
"""Stands for the server of direct messages."""

_log = logging.getLogger(__name__)


class Hearing:
    """Answers every message that is meant for us once, however often and by whichever way it is heard."""

    def __init__(self, client: discord.Client, desk: Desk, members: Members) -> None:
        self._client = client
        self._desk = desk
        self._members = members

    async def hear(self, message: discord.Message) -> bool:
        """Answer the message if it is meant for us and was not heard before; whether it was."""
        if not await self._is_for_us(message):
            return False
        arrived = Arrived(_workspace(message), f"message:{message.id}", _body(message))
        if not await self._desk.inbox.put(arrived):
            return False
        await self._deal_with(message, arrived)
        return True

    async def take_up(self, arrived: Arrived) -> None:
        """Answer what an earlier process heard and did not finish, unless its answer is there."""
        again = await self._desk.inbox.take_again(arrived)
        if again is None:
            return
        if again.attempt > _MOST_ATTEMPTS:
            await self._desk.inbox.finish(again)
            return
        told = json.loads(again.body)
        try:
            place = await place_of(self._client, told["channel"])
            message = await place.fetch_message(told["message"])
        except discord.NotFound:
            await self._desk.inbox.finish(again)
            return
        await self._deal_with(message, again)

    async def forget_old(self) -> None:
        """Drop what arrived so long ago that nobody reads up on it."""
        await self._desk.inbox.forget(self._desk.clock.now() - _FORGOTTEN_AFTER)

    async def _is_for_us(self, message: discord.Message) -> bool:
        me = self._client.user
        if me is None or message.author.bot or message.webhook_id or message.type not in _SPOKEN:
            return False
        if message.guild is None or me in message.mentions:
            return True
        is_said_to_others = bool(message.mentions or message.mention_everyone)
        return bool(message.content) and not is_said_to_others and await self._is_ours(message)

    async def _is_ours(self, message: discord.Message) -> bool:
        """Whether it stands in a thread that we opened or were asked in. An unknown place is looked up."""
        place = await self._place(message)
        if not isinstance(place, discord.Thread):
            return False
        me = self._client.user
        if me is not None and place.owner_id == me.id:
            return True
        channel_id, workspace = _talk_of(message, place), _workspace(message)
        return await self._desk.threads.find(channel_id, str(place.id), workspace=workspace) is not None

    async def _deal_with(self, message: discord.Message, arrived: Arrived) -> None:
        question = self._words_of(message)
        try:
            within = await self._thread_for(message, question)
            me = self._client.user
            if arrived.attempt == 1 or me is None or not await is_answered(message, within, me):
                async with within.typing():
                    reply = await self._reply(message, question, thread=str(getattr(within, "id", message.id)))
                await reply_to(message, reply, within=within)
            await self._remember(message, within, question, arrived.workspace)
            await self._desk.inbox.finish(arrived)
        except FAILURES as error:  # it stays in the inbox and is taken up at the next connection
            _log.warning("Could not answer a message.", extra={"message_id": message.id, "reason": str(error)})
        except PodsiftError as error:
            _log.warning("Could not remember a message.", extra={"message_id": message.id, "reason": str(error)})

    async def _reply(self, message: discord.Message, question: str, *, thread: str) -> Message:
        member = await self._members.who(message.author, await self._place(message))
        if member is None:
            return phrases.one_line(phrases.NOT_SET_UP if message.guild else phrases.NO_SERVER)
        if not question:
            return phrases.one_line(phrases.NO_QUESTION)
        return await self._desk.reception.hear(question, member, thread=thread)

    async def _place(self, message: discord.Message) -> object:
        """Where it was said. Threads that were folded away are not in the cache, so they are looked up."""
        if not isinstance(message.channel, discord.PartialMessageable):
            return message.channel
        return await place_of(self._client, message.channel.id)

    def _words_of(self, message: discord.Message) -> str:
        me = self._client.user
        own = re.compile(rf"<@!?{me.id}>" if me else r"(?!)")
        return " ".join(own.sub(" ", message.content).split())

    async def _thread_for(self, message: discord.Message, question: str) -> discord.abc.Messageable:
        """Where the answer goes: into a thread under a question in a channel, else where it was asked."""
        if message.guild is None or isinstance(message.channel, discord.Thread | discord.PartialMessageable):
            return message.channel
        try:
            return await message.create_thread(name=shortened(question, _THREAD_NAME) or "Question")
        except discord.HTTPException:  # one is there, threads are off here, or we may not open any
            there = message.guild.get_thread(message.id)
            return there or message.channel

    async def _remember(
        self, message: discord.Message, within: discord.abc.Messageable, question: str, workspace: WorkspaceId
    ) -> None:
        thread, channel_id = str(getattr(within, "id", message.channel.id)), _talk_of(message, within)
        talk = await self._desk.threads.find(channel_id, thread, workspace=workspace) or Talk()
        asked = (*talk.questions, question)[-_KEPT_QUESTIONS:]
        await self._desk.threads.save(
            channel_id, thread, Talk(asked, asker=str(message.author.id)), workspace=workspace
        )


async def place_of(client: discord.Client, number: int) -> discord.abc.Messageable:
    """The channel or thread with this number, from Discord where it is not known. Raises what `FAILURES` names."""
    found = client.get_channel(number) or await client.fetch_channel(number)
    return found if isinstance(found, discord.abc.Messageable) else client.get_partial_messageable(number)


def _workspace(message: discord.Message) -> WorkspaceId:
    return workspace_of(message.guild.id if message.guild else _DIRECT)


def _talk_of(message: discord.Message, within: object) -> str:
    number = home_of(within) if isinstance(within, discord.Thread) else message.channel.id
    return channel_id_of(message.guild.id if message.guild else _DIRECT, number)


def _body(message: discord.Message) -> str:
    return json.dumps({"channel": message.channel.id, "message": message.id})
