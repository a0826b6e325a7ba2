"""The slash commands: `/podcast …` with typed options, and `/ask`."""

from typing import Any, Final, Literal
from zoneinfo import available_timezones

import discord
from discord import app_commands

from bot.commands import parse
from bot.discord import phrases
from bot.discord.desk import Desk
from bot.discord.failures import missing_in
from bot.discord.members import Members
from bot.discord.replying import announce, defer, fulfil
from bot.handover import Request
from bot.message import Message
from bot.operations.outcome import Member
from bot.replies import error_reply
from bot.wording import explain
from pipeline.domain.errors import BadInput, PodsiftError

Interaction = discord.Interaction[Any]
Choices = list[app_commands.Choice[str]]
TopicAction = Literal["show", "more", "less", "mute", "drop", "reset"]

_MOST_CHOICES: Final = 25
_LONGEST_CHOICE: Final = 100
_LONGEST_QUESTION: Final = 1_000
_FIRST_ZONES: Final = ("Europe/Berlin", "Europe/London", "America/New_York", "America/Los_Angeles", "Asia/Tokyo", "UTC")


class PodcastCommands(app_commands.Group):
    """`/podcast` and its verbs."""

    def __init__(self, desk: Desk, members: Members) -> None:
        super().__init__(name="podcast", description="The podcasts of this channel", guild_only=True)
        self._desk = desk
        self._members = members

    @app_commands.command(description="Make this channel the place of the daily five")
    @app_commands.describe(at="wall time of the daily post, like 09:00", zone="time zone, like Europe/Berlin")
    async def setup(self, interaction: Interaction, at: str = "", zone: str = "") -> None:
        """Set this channel up."""
        await self._change(interaction, self._schedule(at, zone))

    @app_commands.command(description="Follow a show in this channel")
    @app_commands.describe(address="the feed's address", private="only this server may see it")
    async def add(self, interaction: Interaction, address: str, *, private: bool = False) -> None:
        """Follow a show."""
        await self._change(interaction, Request("add", {"address": address, "private": private}))

    @app_commands.command(description="Stop following a show")
    @app_commands.describe(show="which one")
    async def remove(self, interaction: Interaction, show: str) -> None:
        """Stop following a show."""
        await self._change(interaction, Request("remove", {"name": show}))

    @app_commands.command(description="Show or set the time of the daily post")
    @app_commands.describe(at="wall time, like 08:30", zone="time zone, like Europe/Berlin")
    async def schedule(self, interaction: Interaction, at: str = "", zone: str = "") -> None:
        """Show or set the schedule."""
        await self._change(interaction, self._schedule(at, zone), is_news=bool(at or zone))

    @app_commands.command(description="Stop the daily post for now")
    async def pause(self, interaction: Interaction) -> None:
        """Pause the daily post."""
        await self._change(interaction, Request("pause"))

    @app_commands.command(description="Start the daily post again")
    async def resume(self, interaction: Interaction) -> None:
        """Resume the daily post."""
        await self._change(interaction, Request("resume"))

    @app_commands.command(description="What is posted here more often, less often or never")
    @app_commands.describe(action="what to do with the topic", topic="in a few words")
    async def topics(self, interaction: Interaction, action: TopicAction = "show", topic: str = "") -> None:
        """Show or change the channel's topics."""
        if action == "show":
            await self._read(interaction, Request("topics"))
        else:
            await self._change(interaction, f"topics {action} {topic}")

    @app_commands.command(name="list", description="The shows that this channel follows")
    async def list_shows(self, interaction: Interaction) -> None:
        """List the shows."""
        await self._read(interaction, Request("list"))

    @app_commands.command(description="Find passages in what was said")
    @app_commands.describe(words="what to look for", show="only in this show", since="only since this day: 2026-11-22")
    async def search(self, interaction: Interaction, words: str, show: str = "", since: str = "") -> None:
        """Find passages."""
        await self._read(interaction, Request("search", {"query": words, "show": show, "since": since}))

    @app_commands.command(description="Today's five insights")
    async def top(self, interaction: Interaction) -> None:
        """Show today's insights, without posting them."""
        await self._read(interaction, Request("top", {"dry_run": True}))

    @app_commands.command(description="What you saved")
    async def saved(self, interaction: Interaction) -> None:
        """Show what was saved."""
        await self._read(interaction, Request("saved"))

    @app_commands.command(description="What waits and what failed")
    async def status(self, interaction: Interaction) -> None:
        """Show the status."""
        await self._read(interaction, Request("status"))

    @app_commands.command(name="help", description="What you can say")
    async def show_help(self, interaction: Interaction) -> None:
        """Show all commands."""
        await self._read(interaction, Request("help"))

    @remove.autocomplete("show")
    @search.autocomplete("show")
    async def offer_shows(self, interaction: Interaction, current: str) -> Choices:
        """The followed shows whose title holds what was typed."""
        with self._desk.work.doing():
            return await self._shows(interaction, current)

    @setup.autocomplete("zone")
    @schedule.autocomplete("zone")
    async def offer_zones(self, _interaction: Interaction, current: str) -> Choices:
        """Time zones that hold what was typed."""
        wanted = current.casefold().replace(" ", "_")
        fitting = (zone for zone in sorted(available_timezones()) if wanted in zone.casefold())
        zones = list(fitting) if wanted else list(_FIRST_ZONES)
        return [_choice(zone, zone) for zone in zones[:_MOST_CHOICES]]

    async def _shows(self, interaction: Interaction, current: str) -> Choices:
        member = await self._members.who(interaction.user, interaction.channel)
        if member is None:
            return []
        feeds = await self._desk.library.feeds(workspace=member.workspace, channel_id=member.channel_id)
        titles = ((each.feed.id, each.feed.title or each.feed.url) for each in feeds)
        fitting = [(number, title) for number, title in titles if current.casefold() in title.casefold()]
        return [_choice(title, number) for number, title in fitting[:_MOST_CHOICES]]

    async def _read(self, interaction: Interaction, request: Request) -> None:
        with self._desk.work.doing():
            await self._read_now(interaction, request)

    async def _read_now(self, interaction: Interaction, request: Request) -> None:
        if not await defer(interaction, private=True):
            return
        member = await self._members.who(interaction.user, interaction.channel)
        reply = phrases.one_line(phrases.NOT_SET_UP)
        if member is not None:
            reply = (await self._desk.perform(member, request)).message
        await fulfil(interaction, reply, private=True)

    async def _change(self, interaction: Interaction, request: Request | str, *, is_news: bool = True) -> None:
        """Change the channel for a curator: the reply is private, one public line tells the others."""
        with self._desk.work.doing():
            await self._change_now(interaction, request, is_news=is_news)

    async def _change_now(self, interaction: Interaction, request: Request | str, *, is_news: bool) -> None:
        if not await defer(interaction, private=True):
            return
        public = ""
        try:
            member = await self._curator(interaction)
            outcome = await self._desk.perform(member, parse(request) if isinstance(request, str) else request)
        except PodsiftError as error:
            reply = error_reply(explain(error))
        else:
            reply = phrases.with_missing_rights(outcome.message, missing_in(interaction.app_permissions))
            public = outcome.message.fallback if is_news and outcome.code == 0 else ""
        await fulfil(interaction, reply, private=True)
        if public:
            await announce(interaction, phrases.one_line(public))

    async def _curator(self, interaction: Interaction) -> Member:
        # Discord's own default permissions are a default that admins override, so they are not relied on.
        person = interaction.user
        if not isinstance(person, discord.Member) or not self._members.is_curator(person):
            raise BadInput(phrases.CURATORS_ONLY.format(role=self._desk.habits.curator_role))
        return await self._members.here(person, interaction.channel)

    def _schedule(self, at: str, zone: str) -> str:
        """The command as one would write it; a zone alone goes with the time that new channels get."""
        at = at or (f"{self._desk.habits.at:%H:%M}" if zone else "")
        return f"schedule {at} {zone}".strip()


def make_ask(desk: Desk, members: Members) -> app_commands.Command[Any, ..., None]:
    """The command `/ask`, which people may also install for themselves."""

    @app_commands.command(description="Ask about what was said in the shows")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.describe(question="what you want to know", private="only you see the answer")
    async def ask(
        interaction: Interaction, question: app_commands.Range[str, 1, _LONGEST_QUESTION], *, private: bool = False
    ) -> None:
        with desk.work.doing():
            if await defer(interaction, private=private):
                reply = await _answer(interaction, question, desk, members)
                await fulfil(interaction, reply, private=private)

    return ask


async def _answer(interaction: Interaction, question: str, desk: Desk, members: Members) -> Message:
    member = await members.who(interaction.user, interaction.channel)
    if member is None:
        return phrases.one_line(phrases.NOT_SET_UP if interaction.guild else phrases.NO_SERVER)
    thread = f"{interaction.channel_id}:{interaction.user.id}"
    return await desk.reception.answer(question, member, thread=thread)


def _choice(name: str, value: str) -> app_commands.Choice[str]:
    return app_commands.Choice(name=name[:_LONGEST_CHOICE], value=value[:_LONGEST_CHOICE])
