"""Messages that are meant for us: mentions, replies, direct messages, and what follows in our own threads."""

import json
import logging
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import timedelta
from typing import Final

import discord

from bot.discord import phrases
from bot.discord.desk import Desk
from bot.discord.failures import FAILURES, hindrance
from bot.discord.members import Members, home_of
from bot.discord.panels import panels
from bot.discord.places import DIRECT, channel_id_of, numbers_of, workspace_of
from bot.discord.replying import is_answered, reply_to, send_all
from bot.operations.outcome import Member
from bot.spoken import request_in
from bot.texts.message import Message
from bot.texts.news import is_news
from bot.texts.reading import shortened
from bot.texts.replies import error_reply
from bot.texts.wording import explain
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.conversation import Arrived, Talk
from pipeline.domain.errors import BadInput, PodsiftError

_SPOKEN: Final = frozenset({discord.MessageType.default, discord.MessageType.reply})
_KEPT_QUESTIONS: Final = 5
_MOST_ATTEMPTS: Final = 3
_THREAD_NAME: Final = 90
_FORGOTTEN_AFTER: Final = timedelta(days=7)

_log = logging.getLogger(__name__)


class Hearing:
    """Answers every message that is meant for us once, however often and by whichever way it is heard."""

    def __init__(self, client: discord.Client, desk: Desk, members: Members) -> None:
        self._client = client
        self._desk = desk
        self._members = members
        self._at_work: set[str] = set()

    async def hear(self, message: discord.Message, *, is_live: bool = False) -> bool:
        """Answer the message if it is meant for us and was not heard before; whether it was.

        With `is_live` its author is there now, and sees that we are at it before anything is kept: should we die in
        between, it is found in the history.
        """
        if not await self._is_for_us(message):
            return False
        arrived = Arrived(_workspace(message), f"message:{message.id}", _body(message))
        async with _typing(message.channel) if is_live else nullcontext():
            if not await self._desk.inbox.put(arrived):
                return False
        await self._deal_with(message, arrived)
        return True

    async def take_up(self, arrived: Arrived) -> None:
        """Answer what an earlier process heard and did not finish, unless its answer is there."""
        if arrived.event_id in self._at_work:  # the connection broke while it was being answered
            return
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
        self._at_work.add(arrived.event_id)
        try:
            await self._answer_once(message, arrived)
        finally:
            self._at_work.discard(arrived.event_id)

    async def _answer_once(self, message: discord.Message, arrived: Arrived) -> None:
        question = self._words_of(message)
        try:
            within = await self._thread_for(message, question)
            me = self._client.user
            if arrived.attempt == 1 or me is None or not await is_answered(message, within, me):
                await self._answer(message, question, within, arrived.workspace)
            await self._remember(message, within, question, arrived.workspace)
            await self._desk.inbox.finish(arrived)
        except FAILURES as error:  # it stays in the inbox and is taken up at the next connection
            _log.warning("Could not answer a message.", extra={"message_id": message.id, "reason": str(error)})
        except PodsiftError as error:
            _log.warning("Could not remember a message.", extra={"message_id": message.id, "reason": str(error)})

    async def _answer(
        self, message: discord.Message, question: str, within: discord.abc.Messageable, workspace: WorkspaceId
    ) -> None:
        thread = str(getattr(within, "id", message.id))
        talk = await self._desk.threads.find(_talk_of(message, within), thread, workspace=workspace) or Talk()
        async with _typing(within):
            reply = await self._reply(message, question, thread=thread, earlier=talk.questions)
        try:
            await reply_to(message, reply, within=within)
        except discord.HTTPException as error:
            reason = hindrance(error, _name_of(within))
            if not reason:
                raise
            await self._tell_privately(message, reason, reply)

    async def _tell_privately(self, message: discord.Message, reason: str, reply: Message) -> None:
        """Where we may not write, the one who asked learns why, and what the answer is."""
        _log.warning("May not answer in a channel.", extra={"message_id": message.id, "reason": reason})
        direct = await message.author.create_dm()
        blocks = (*phrases.hindered(reason).blocks, *reply.blocks)
        await send_all(direct, panels(replace(reply, blocks=blocks)), key=f"answer:{message.id}")

    async def _reply(
        self, message: discord.Message, question: str, *, thread: str, earlier: tuple[str, ...]
    ) -> Message:
        member = await self._members.who(message.author, await self._place(message))
        if member is None:
            return phrases.one_line(phrases.NOT_SET_UP if message.guild else phrases.NO_SERVER)
        if not question:
            return phrases.one_line(phrases.NO_QUESTION)
        try:
            request = request_in(question)
        except BadInput as error:
            return error_reply(explain(error))
        if request is None or request.operation == "ask":
            words = question if request is None else str(request.arguments["question"])
            return await self._desk.reception.answer(words, member, thread=thread, earlier=earlier)
        outcome = await self._desk.perform(member, request)
        if message.guild is None and is_news(request, outcome):
            await self._announce(message, member, outcome.message.fallback)
        return outcome.message

    async def _announce(self, message: discord.Message, member: Member, line: str) -> None:
        """What was changed out of sight is told where it was changed."""
        try:
            place = await place_of(self._client, numbers_of(member.channel_id)[1])
            said = phrases.news(message.author.display_name, line)
            await send_all(place, panels(said), key=f"change:{message.id}")
        except FAILURES as error:
            _log.info("Could not tell the channel of a change.", extra={"reason": str(error)})

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


@asynccontextmanager
async def _typing(place: discord.abc.Messageable) -> AsyncIterator[None]:
    """Show that we are at it, as far as Discord lets us: nobody misses it."""
    async with AsyncExitStack() as stack:
        with suppress(*FAILURES):
            await stack.enter_async_context(place.typing())
        yield


def _name_of(place: object) -> str:
    return f"“{getattr(place, 'name', None) or 'that channel'}”"


async def place_of(client: discord.Client, number: int) -> discord.abc.Messageable:
    """The channel or thread with this number, from Discord where it is not known. Raises what `FAILURES` names."""
    found = client.get_channel(number) or await client.fetch_channel(number)
    return found if isinstance(found, discord.abc.Messageable) else client.get_partial_messageable(number)


def _workspace(message: discord.Message) -> WorkspaceId:
    return workspace_of(message.guild.id if message.guild else DIRECT)


def _talk_of(message: discord.Message, within: object) -> str:
    number = home_of(within) if isinstance(within, discord.Thread) else message.channel.id
    return channel_id_of(message.guild.id if message.guild else DIRECT, number)


def _body(message: discord.Message) -> str:
    return json.dumps({"channel": message.channel.id, "message": message.id})
