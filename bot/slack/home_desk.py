"""The desk's home tab: what it shows to a member, and its buttons, which do what one does in a channel."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.handover import Request
from bot.operations.outcome import Member, Outcome
from bot.shapes.commands import FeedsShape
from bot.slack.form_desk import FormDesk
from bot.slack.greetings import home
from bot.slack.hearing import Heard
from bot.slack.parts import SlackParts
from bot.slack.render import render_view
from bot.slack.whispers import Whispers
from bot.spoken import command

Look = Callable[[Heard, Request], Awaitable[Outcome]]
"""Carries a request out for the member who was heard, in the place where they were."""
Perform = Callable[[Member, Request], Awaitable[Outcome]]


class HomeDesk:
    """The home tab of one workspace. Raises DeliveryError where a view or a reply did not go out."""

    def __init__(self, parts: SlackParts, forms: FormDesk, whispers: Whispers, *, look: Look, perform: Perform) -> None:
        self._web = parts.web
        self._team = parts.team
        self._homes = parts.homes
        self._clock = parts.clock
        self._forms = forms
        self._whispers = whispers
        self._look = look
        self._perform = perform

    async def open(self, heard: Heard) -> None:
        """Show the tab to a member who opened it."""

        async def show() -> None:
            await self._show(heard)

        await self._homes.open(heard.team, heard.user, show)

    async def press(self, heard: Heard, doing: str, conversation: str) -> None:
        """Do in a conversation what a button of the tab says."""
        there = replace(heard, conversation=conversation, is_direct=conversation.startswith("D"))
        if doing == "top":
            await self._whispers.say(there, (await self._look(there, command(doing))).message)
        else:
            await self._forms.open(there, doing)

    async def _show(self, heard: Heard) -> None:
        shown = []
        for channel in await self._team.visible_to(heard.user, heard.conversation, team=heard.team):
            member = Member(channel.workspace, channel.id, heard.user)
            followed = await self._perform(member, Request("list"))
            is_idle = isinstance(followed.data, FeedsShape) and not followed.data.feeds and channel.paused
            if not is_idle:
                shown.append((channel, followed.message))
        view = render_view(home(shown, self._clock.now()))
        await self._web.write("views.publish", user_id=heard.user, view=view)
