"""The slash commands: `/podcast …` with typed options, and `/ask`."""

from typing import Any, Final, Literal

import discord
from discord import app_commands

from bot.discord.counter import Counter
from bot.discord.forms import PrivateShow
from bot.discord.fulfilling import Interaction
from bot.discord.offers import Choices, Offers
from bot.discord.slash_lists import add_list_commands
from bot.handover import Request

TopicAction = Literal["show", "more", "less", "mute", "drop", "reset"]

_LONGEST_QUESTION: Final = 1_000


class PodcastCommands(app_commands.Group):
    """`/podcast` and its verbs.

    By default whoever may write in a channel may use it. Discord has permissions for a whole command, not for its
    verbs, so what only curators may do is checked where it is done.
    """

    def __init__(self, counter: Counter) -> None:
        super().__init__(
            name="podcast",
            description="The podcasts of this channel",
            guild_only=True,
            default_permissions=discord.Permissions(send_messages=True),
        )
        self._counter = counter
        self._offers = Offers(counter)
        add_list_commands(self, counter, self._offers)

    @app_commands.command(description="Make this channel the place of the daily five")
    @app_commands.describe(at="wall time of the daily post, like 09:00", zone="time zone, like Europe/Berlin")
    async def setup(self, interaction: Interaction, at: str = "", zone: str = "") -> None:
        """Set this channel up, and say what is still to do."""
        await self._counter.change(interaction, self._schedule(at, zone), Request("setup"))

    @app_commands.command(description="Follow a show in this channel")
    @app_commands.describe(address="the show's name, or its feed's address", private="only this server may see it")
    async def add(self, interaction: Interaction, address: str, *, private: bool = False) -> None:
        """Follow a show."""
        await self._counter.change(interaction, Request("add", {"address": address, "private": private}))

    @app_commands.command(name="add-private", description="Follow a show that needs a sign-in")
    async def add_private(self, interaction: Interaction) -> None:
        """Open the form that nobody else sees."""
        await interaction.response.send_modal(PrivateShow())

    @app_commands.command(description="Stop following a show")
    @app_commands.describe(show="which one")
    async def remove(self, interaction: Interaction, show: str) -> None:
        """Stop following a show."""
        await self._counter.change(interaction, Request("remove", {"name": show}))

    @app_commands.command(description="Show or set the time of the daily post")
    @app_commands.describe(at="wall time, like 08:30", zone="time zone, like Europe/Berlin")
    async def schedule(self, interaction: Interaction, at: str = "", zone: str = "") -> None:
        """Show or set the schedule."""
        if at or zone:
            await self._counter.change(interaction, self._schedule(at, zone))
        else:
            await self._counter.read(interaction, Request("schedule"))

    @app_commands.command(description="Stop the daily post for now")
    async def pause(self, interaction: Interaction) -> None:
        """Pause the daily post."""
        await self._counter.change(interaction, Request("pause"))

    @app_commands.command(description="Start the daily post again")
    async def resume(self, interaction: Interaction) -> None:
        """Resume the daily post."""
        await self._counter.change(interaction, Request("resume"))

    @app_commands.command(description="What is posted here more often, less often or never")
    @app_commands.describe(action="what to do with the topic", topic="in a few words")
    async def topics(self, interaction: Interaction, action: TopicAction = "show", topic: str = "") -> None:
        """Show or change the channel's topics."""
        if action == "show":
            await self._counter.read(interaction, Request("topics"))
        else:
            await self._counter.change(interaction, f"topics {action} {topic}")

    @app_commands.command(name="list", description="The shows that this channel follows")
    async def list_shows(self, interaction: Interaction) -> None:
        """List the shows."""
        await self._counter.read(interaction, Request("list"))

    @app_commands.command(description="Find passages in what was said")
    @app_commands.describe(words="what to look for", show="only in this show", since="only since this day: 2026-11-22")
    async def search(self, interaction: Interaction, words: str, show: str = "", since: str = "") -> None:
        """Find passages."""
        await self._counter.read(interaction, Request("search", {"query": words, "show": show, "since": since}))

    @app_commands.command(description="Today's five insights")
    async def top(self, interaction: Interaction) -> None:
        """Show today's insights, without posting them."""
        await self._counter.read(interaction, Request("top", {"dry_run": True}))

    @app_commands.command(description="What would be posted now")
    async def preview(self, interaction: Interaction) -> None:
        """Show the next post."""
        await self._counter.read(interaction, Request("preview", {"dry_run": True}))

    @app_commands.command(description="The evidence behind one of today's insights")
    @app_commands.describe(number="its number in today's post")
    async def card(self, interaction: Interaction, number: app_commands.Range[int, 1, 5]) -> None:
        """Show an insight's card."""
        await self._counter.read(interaction, Request("card", {"insight": str(number)}))

    @app_commands.command(description="What you saved")
    async def saved(self, interaction: Interaction) -> None:
        """Show what was saved."""
        await self._counter.read(interaction, Request("saved"))

    @app_commands.command(description="This channel's settings")
    async def settings(self, interaction: Interaction) -> None:
        """Show the settings."""
        await self._counter.read(interaction, Request("settings"))

    @app_commands.command(description="What waits and what failed")
    async def status(self, interaction: Interaction) -> None:
        """Show the status."""
        await self._counter.read(interaction, Request("status"))

    @app_commands.command(name="help", description="What you can say")
    async def show_help(self, interaction: Interaction) -> None:
        """Show all commands."""
        await self._counter.read(interaction, Request("help"))

    @remove.autocomplete("show")
    @search.autocomplete("show")
    async def offer_shows(self, interaction: Interaction, current: str) -> Choices:
        """See `Offers`."""
        return await self._offers.shows(interaction, current)

    @setup.autocomplete("zone")
    @schedule.autocomplete("zone")
    async def offer_zones(self, interaction: Interaction, current: str) -> Choices:
        """See `Offers`."""
        return await self._offers.zones(interaction, current)

    @topics.autocomplete("topic")
    async def offer_topics(self, interaction: Interaction, current: str) -> Choices:
        """See `Offers`."""
        return await self._offers.topics(interaction, current)

    def _schedule(self, at: str, zone: str) -> str:
        """The command as one would write it; a zone alone goes with the time that new channels get."""
        at = at or (f"{self._counter.desk.habits.at:%H:%M}" if zone else "")
        return f"schedule {at} {zone}".strip()


def make_ask(counter: Counter) -> app_commands.Command[Any, ..., None]:
    """The command `/ask`, which people may also install for themselves."""

    @app_commands.command(description="Ask about what was said in the shows")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.describe(question="what you want to know", private="only you see the answer")
    async def ask(
        interaction: Interaction, question: app_commands.Range[str, 1, _LONGEST_QUESTION], *, private: bool = False
    ) -> None:
        await counter.ask(interaction, question, private=private)

    return ask
