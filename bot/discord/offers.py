"""What is offered while a member types: shows, time zones, topics."""

from collections.abc import Iterable
from typing import Final
from zoneinfo import available_timezones

from discord import app_commands

from bot.discord.counter import Counter
from bot.discord.fulfilling import Interaction
from bot.operations.shaping import shown_url

Choices = list[app_commands.Choice[str]]

_MOST_CHOICES: Final = 25
_LONGEST_CHOICE: Final = 100
_FIRST_ZONES: Final = ("Europe/Berlin", "Europe/London", "America/New_York", "America/Los_Angeles", "Asia/Tokyo", "UTC")


class Offers:
    """Autocompletion; it has to be quick and never fails: nothing is offered then."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    async def shows(self, interaction: Interaction, current: str) -> Choices:
        """The followed shows whose title holds what was typed."""
        desk = self._counter.desk
        with desk.work.doing():
            member = await self._counter.members.who(interaction.user, interaction.channel)
            if member is None:
                return []
            feeds = await desk.library.feeds(workspace=member.workspace, channel_id=member.channel_id)
        return _fitting(((each.feed.title or shown_url(each.feed), each.feed.id) for each in feeds), current)

    async def topics(self, interaction: Interaction, current: str) -> Choices:
        """The topics that the channel has wishes about, then those that its shows talked about lately."""
        desk = self._counter.desk
        with desk.work.doing():
            member = await self._counter.members.who(interaction.user, interaction.channel)
            if member is None:
                return []
            channels = await desk.channels.of(workspace=member.workspace)
            spoken_of = await desk.library.topics(workspace=member.workspace, channel_id=member.channel_id)
        wished = (
            topic for one in channels if one.id == member.channel_id for topic in (*one.more, *one.less, *one.muted)
        )
        return _fitting(((topic, topic) for topic in dict.fromkeys((*wished, *spoken_of))), current)

    async def zones(self, _interaction: Interaction, current: str) -> Choices:
        """Time zones that hold what was typed."""
        if not current:
            return _fitting(((zone, zone) for zone in _FIRST_ZONES), "")
        return _fitting(((zone, zone) for zone in sorted(available_timezones())), current.replace(" ", "_"))


def _fitting(offered: Iterable[tuple[str, str]], current: str) -> Choices:
    wanted = current.strip().casefold()
    fitting = [(name, value) for name, value in offered if wanted in name.casefold() and len(value) <= _LONGEST_CHOICE]
    return [app_commands.Choice(name=name[:_LONGEST_CHOICE], value=value) for name, value in fitting[:_MOST_CHOICES]]
