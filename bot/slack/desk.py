"""Deals with what was heard: answers in threads, private replies to commands and buttons, greetings."""

import logging
from dataclasses import replace
from typing import Any, Final, Protocol

from bot.handover import Request
from bot.message import Message
from bot.operations.outcome import Member, Outcome
from bot.replies import error_reply
from bot.shapes import AddedShape
from bot.slack.greetings import announcement, home, suggested_prompts, welcome
from bot.slack.hearing import Heard, Kind
from bot.slack.messenger import SlackMessenger
from bot.slack.place import channel_id, conversation_of, workspace_id
from bot.slack.render import render, render_view
from bot.slack.spoken import command, request_in
from bot.slack.team import Team
from bot.slack.web import SlackWeb
from bot.wording import explain
from pipeline.adapters.catalog import ChannelSettings, Threads
from pipeline.domain.conversation import Talk
from pipeline.domain.errors import BadInput, DeliveryError
from pipeline.ports import Clock

_QUESTIONS: Final = 5
_MOST_PRIVATE: Final = 4
"""Of the five replies that Slack's response address takes, one is left for a fault."""
_CHANGES: Final = frozenset({"add", "remove", "schedule", "pause", "resume"})

_log = logging.getLogger(__name__)


class Counter(Protocol):
    """What the app does for members, whatever the platform."""

    async def perform(self, member: Member, request: Request) -> Outcome:
        """Carry out a request; what goes wrong is told in the outcome."""
        ...

    async def press(self, action: str, member: Member) -> Message:
        """The private reply to a button."""
        ...


class Desk:
    """One workspace's desk. Raises DeliveryError where a reply did not go out."""

    def __init__(
        self,
        web: SlackWeb,
        *,
        counter: Counter,
        team: Team,
        threads: Threads,
        channels: ChannelSettings,
        messenger: SlackMessenger,
        clock: Clock,
    ) -> None:
        self._web = web
        self._counter = counter
        self._team = team
        self._threads = threads
        self._channels = channels
        self._messenger = messenger
        self._clock = clock

    async def deal_with(self, heard: Heard, *, again: bool) -> None:
        """Do what is asked. With `again` an earlier try may have got through: look before replying in public."""
        match heard.kind:
            case Kind.MESSAGE | Kind.SHORTCUT:
                await self._answer(heard, again=again)
            case Kind.COMMAND:
                await self._carry_out(heard)
            case Kind.PRESS:
                member = await self._member(heard)
                await self._whisper(heard, await self._counter.press(heard.text, member))
            case Kind.HOME:
                await self._open_home(heard)
            case Kind.JOINED:
                await self._greet(heard, again=again)
            case Kind.LEFT:
                await self._team.pause(heard.team, heard.conversation)

    async def _answer(self, heard: Heard, *, again: bool) -> None:
        key = f"answer:{heard.event_id}"
        if again and await self._messenger.find_reply(heard.conversation, heard.thread, key) is not None:
            return
        await self._show_that_we_work(heard)
        member = await self._member(heard)
        here, workspace = channel_id(heard.team, heard.conversation), workspace_id(heard.team)
        talk = await self._threads.find(here, heard.thread, workspace=workspace) or Talk()
        message = await self._reply_to(heard, member, talk)
        await self._messenger.reply(heard.conversation, replace(message, key=key), thread=heard.thread)
        now = Talk((*talk.questions, heard.text)[-_QUESTIONS:], asker=heard.user)
        await self._threads.save(here, heard.thread, now, workspace=workspace)

    async def _member(self, heard: Heard) -> Member:
        channel = await self._team.channel(heard)
        is_curator = await self._team.is_curator(heard.user, channel)
        return Member(channel.workspace, channel.id, heard.name or heard.user, is_curator=is_curator)

    async def _reply_to(self, heard: Heard, member: Member, talk: Talk) -> Message:
        try:
            request = request_in(heard.text) if heard.kind is Kind.MESSAGE else None
        except BadInput as error:
            return error_reply(explain(error))
        if request is None:
            request = Request("ask", {"question": heard.text, "earlier": talk.questions})
        outcome = await self._counter.perform(member, request)
        if heard.is_direct and _changed_something(request, outcome):
            await self._announce(member, outcome)
        return outcome.message

    async def _carry_out(self, heard: Heard) -> None:
        try:
            request = command(heard.text)
        except BadInput as error:
            await self._whisper(heard, error_reply(explain(error)))
            return
        member = await self._member(heard)
        outcome = await self._counter.perform(member, request)
        await self._whisper(heard, outcome.message)
        if _changed_something(request, outcome):
            await self._announce(member, outcome)

    async def _announce(self, member: Member, outcome: Outcome) -> None:
        line = announcement(member.name, outcome.message.fallback)
        try:
            await self._messenger.post(conversation_of(member.channel_id), line)
        except DeliveryError as error:
            _log.info("A change was not announced.", extra={"problem": str(error)})

    async def _whisper(self, heard: Heard, message: Message) -> None:
        for payload in render(message)[:_MOST_PRIVATE]:
            await self._web.respond(heard.address, payload)

    async def _open_home(self, heard: Heard) -> None:
        if heard.text == "messages":
            await self._politely(
                "assistant.threads.setSuggestedPrompts", channel_id=heard.conversation, prompts=suggested_prompts()
            )
            return
        shown = []
        for channel in await self._channels.of(workspace=workspace_id(heard.team)):
            member = Member(channel.workspace, channel.id, heard.user)
            shown.append((channel, (await self._counter.perform(member, Request("list"))).message))
        view = render_view(home(shown, self._clock.now()))
        await self._web.write("views.publish", user_id=heard.user, view=view)

    async def _greet(self, heard: Heard, *, again: bool) -> None:
        channel = await self._team.welcome(heard)
        message = welcome(channel, self._clock.now())
        if not again or await self._messenger.find(channel, message.key) is None:
            await self._messenger.post(heard.conversation, message)

    async def _show_that_we_work(self, heard: Heard) -> None:
        await self._politely(
            "assistant.threads.setStatus",
            channel_id=heard.conversation,
            thread_ts=heard.thread,
            status="is looking through the episodes…",
        )

    async def _politely(self, method: str, **arguments: Any) -> None:
        """A call that nobody misses when it fails."""
        try:
            await self._web.write(method, **arguments)
        except DeliveryError as error:
            _log.info("Slack did not take a courtesy.", extra={"method": method, "problem": str(error)})


def _changed_something(request: Request, outcome: Outcome) -> bool:
    if outcome.code or request.operation not in _CHANGES:
        return False
    if isinstance(outcome.data, AddedShape):
        return outcome.data.is_new
    return request.operation != "schedule" or bool(request.arguments)
