"""Carries out what commands ask for: the replies are private, one public line tells the others of a change."""

from typing import Any, Final

import discord

from bot.commands import parse
from bot.discord import phrases
from bot.discord.attachments import read_file
from bot.discord.desk import Desk
from bot.discord.failures import missing_in
from bot.discord.fulfilling import Attached, Interaction, announce, defer, fulfil
from bot.discord.members import Members
from bot.handover import Request
from bot.operations.outcome import Member, Outcome
from bot.shapes.lists import ExportShape
from bot.texts.message import Message
from bot.texts.news import is_news
from bot.texts.replies import error_reply
from bot.texts.wording import explain
from pipeline.domain.conversation import Talk
from pipeline.domain.errors import BadInput, PodsiftError

_KEPT_QUESTIONS: Final = 5
_EXPORTED: Final = "shows.opml"


class Counter:
    """Where commands, menus and forms go."""

    def __init__(self, desk: Desk, members: Members) -> None:
        self.desk = desk
        self.members = members

    async def read(self, interaction: Interaction, request: Request) -> None:
        """Show something, to this member alone."""
        with self.desk.work.doing():
            if await defer(interaction, private=True):
                await self._read(interaction, request)

    async def change(self, interaction: Interaction, *requests: Request | str) -> None:
        """Change the channel for a curator: the requests in turn (or a command's words), until one is refused."""
        with self.desk.work.doing():
            if await defer(interaction, private=True):
                await self._change(interaction, requests)

    async def take_list(self, interaction: Interaction, file: discord.Attachment, request: Request) -> None:
        """Change the channel by a file that came along: it becomes the argument `opml` of the request."""
        with self.desk.work.doing():
            if not await defer(interaction, private=True):
                return
            try:
                body = await read_file(file)
            except BadInput as error:
                await fulfil(interaction, error_reply(explain(error)), private=True)
                return
            request = Request(request.operation, {**request.arguments, "opml": body})
            await self._change(interaction, (request,))

    async def ask(self, interaction: Interaction, question: str, *, private: bool) -> None:
        """Answer a question; the member's earlier ones in this channel say what «that» means."""
        with self.desk.work.doing():
            if not await defer(interaction, private=private):
                return
            member = await self.members.who(interaction.user, interaction.channel)
            reply = _lost(interaction) if member is None else await self._answer(interaction, question, member)
            await fulfil(interaction, reply, private=private)

    async def press(self, interaction: Interaction, action: str) -> None:
        """Answer a button where only the one who pressed reads it."""
        with self.desk.work.doing():
            if await defer(interaction, private=True):
                member = await self.members.who(interaction.user, interaction.channel)
                reply = _lost(interaction) if member is None else await self.desk.reception.press(action, member)
                await fulfil(interaction, reply, private=True)

    async def say(self, interaction: Interaction, reply: Message) -> None:
        """Reply with what is known already."""
        with self.desk.work.doing():
            if await defer(interaction, private=True):
                await fulfil(interaction, reply, private=True)

    async def _read(self, interaction: Interaction, request: Request) -> None:
        member = await self.members.who(interaction.user, interaction.channel)
        if member is None:
            await fulfil(interaction, _lost(interaction), private=True)
            return
        outcome = await self.desk.perform(member, request)
        await fulfil(interaction, outcome.message, private=True, attached=_file_of(outcome))

    async def _change(self, interaction: Interaction, requests: tuple[Request | str, ...]) -> None:
        news: list[str] = []
        try:
            member = await self._curator(interaction)
            for said in requests:
                request = parse(said) if isinstance(said, str) else said
                outcome = await self.desk.perform(member, request)
                if outcome.code:
                    break
                news += [outcome.message.fallback] if is_news(request, outcome) else []
        except PodsiftError as error:
            reply = error_reply(explain(error))
        else:
            is_forum = isinstance(getattr(interaction.channel, "parent", None), discord.ForumChannel)
            lacking = missing_in(interaction.app_permissions, is_forum=is_forum)
            reply = phrases.with_missing_rights(outcome.message, lacking)
        await fulfil(interaction, reply, private=True)
        if news:
            await announce(interaction, phrases.news(interaction.user.display_name, news[0]))

    async def _curator(self, interaction: Interaction) -> Member:
        # Discord's own default permissions are a default that admins override, so they are not relied on.
        person = interaction.user
        if not isinstance(person, discord.Member) or not self.members.is_curator(person):
            raise BadInput(phrases.CURATORS_ONLY.format(role=self.desk.habits.curator_role))
        return await self.members.here(person, interaction.channel)

    async def _answer(self, interaction: Interaction, question: str, member: Member) -> Message:
        thread = f"ask:{interaction.channel_id}:{interaction.user.id}"
        where: dict[str, Any] = {"workspace": member.workspace}
        talk = await self.desk.threads.find(member.channel_id, thread, **where) or Talk()
        reply = await self.desk.reception.answer(question, member, thread=thread, earlier=talk.questions)
        asked = Talk((*talk.questions, question)[-_KEPT_QUESTIONS:], asker=member.name)
        await self.desk.threads.save(member.channel_id, thread, asked, **where)
        return reply


def _file_of(outcome: Outcome) -> Attached | None:
    if isinstance(outcome.data, ExportShape) and outcome.data.shows:
        return Attached(_EXPORTED, outcome.data.opml.encode())
    return None


def _lost(interaction: Interaction) -> Message:
    """What somebody reads where nothing is set up."""
    return phrases.one_line(phrases.NOT_SET_UP if interaction.guild_id else phrases.NO_SERVER)
