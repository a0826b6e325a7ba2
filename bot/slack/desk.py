"""Deals with what was heard: answers in threads, private replies to commands and buttons, greetings."""

import json
import logging
from dataclasses import replace
from typing import Any, Final, Protocol

from bot.handover import Request
from bot.message import Message
from bot.operations.outcome import Member, Outcome
from bot.replies import UNDO, error_reply
from bot.shapes import AddedShape
from bot.slack.faults import SlackGone, SlackRefused
from bot.slack.forms import FORM, cut_off, is_asked_for, opener, private_show
from bot.slack.greetings import announcement, home, suggested_prompts, welcome
from bot.slack.hearing import Heard, Kind
from bot.slack.parts import SlackParts
from bot.slack.place import channel_id, conversation_of, workspace_id
from bot.slack.render import Payload, render, render_view
from bot.slack.spoken import command, request_in
from bot.wording import explain
from pipeline.domain.conversation import Talk
from pipeline.domain.errors import BadInput, DeliveryError

_QUESTIONS: Final = 5
_MOST_PRIVATE: Final = 4
"""Of the five replies that Slack's response address takes, one is left for a fault."""
_CHANGES: Final = frozenset({"add", "import", "pause", "remove", "resume", "schedule", "topics", UNDO})

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

    def __init__(self, parts: SlackParts, counter: Counter) -> None:
        self._counter = counter
        self._web = parts.web
        self._team = parts.team
        self._threads = parts.threads
        self._channels = parts.channels
        self._messenger = parts.messenger
        self._streams = parts.streams
        self._clock = parts.clock

    async def deal_with(self, heard: Heard, *, again: bool) -> None:
        """Do what is asked. With `again` an earlier try may have got through: look before replying in public."""
        match heard.kind:
            case Kind.MESSAGE | Kind.SHORTCUT:
                await self._answer(heard, again=again)
            case Kind.COMMAND:
                await self._carry_out(heard)
            case Kind.PRESS:
                await self._press(heard)
            case Kind.SUBMITTED:
                await self._add_private(heard)
            case Kind.HOME:
                await self._open_home(heard)
            case Kind.JOINED:
                await self._greet(heard, again=again)
            case Kind.LEFT:
                await self._team.pause(heard.team, heard.conversation)
            case Kind.UNINSTALLED:
                await self._team.pause_all(workspace_id(heard.team))

    async def _answer(self, heard: Heard, *, again: bool) -> None:
        key = f"answer:{heard.event_id}"
        if again and await self._messenger.find_reply(heard.conversation, heard.thread, key) is not None:
            return
        await self._show_that_we_work(heard)
        member = await self._member(heard)
        here, workspace = channel_id(heard.team, heard.conversation), workspace_id(heard.team)
        talk = await self._threads.find(here, heard.thread, workspace=workspace) or Talk()
        message = replace(await self._reply_to(heard, member, talk), key=key)
        if not await self._is_streamed(heard, message, again=again):
            await self._messenger.reply(heard.conversation, message, thread=heard.thread)
        now = Talk((*talk.questions, heard.text)[-_QUESTIONS:], asker=heard.user)
        await self._threads.save(here, heard.thread, now, workspace=workspace)

    async def _is_streamed(self, heard: Heard, message: Message, *, again: bool) -> bool:
        place = {"conversation": heard.conversation, "thread": heard.thread}
        if again:
            after = heard.event_id.rpartition(":")[2] if heard.kind is Kind.MESSAGE else heard.thread
            return bool(heard.bot) and await self._streams.finish(message, **place, after=after, bot=heard.bot)
        return await self._streams.post(message, **place, user=heard.user, team=heard.team)

    async def _member(self, heard: Heard) -> Member:
        channel = await self._team.channel(heard)
        is_curator = await self._team.is_curator(heard.user, channel)
        # By the id: an event does not tell the name, and what a member saved has to be found again.
        return Member(channel.workspace, channel.id, heard.user, is_curator=is_curator)

    async def _press(self, heard: Heard) -> None:
        verb, _, key = heard.text.partition(":")
        if verb == FORM:
            await self._open_form(heard)
        elif verb == UNDO:
            await self._perform(heard, Request(UNDO, {"feed": key}))
        else:
            await self._whisper(heard, await self._counter.press(heard.text, await self._member(heard)))

    async def _open_form(self, heard: Heard) -> None:
        allowed = await self._counter.perform(await self._member(heard), Request("add-private"))
        if allowed.code:
            await self._whisper(heard, allowed.message)
            return
        try:
            await self._web.write("views.open", trigger_id=heard.trigger, view=private_show(heard.conversation))
        except SlackRefused as refused:
            # Slack opens a form within three seconds only.
            _log.info("A form was not opened.", extra={"code": refused.code})
            await self._whisper(heard, opener())

    async def _add_private(self, heard: Heard) -> None:
        if heard.secret:
            arguments = {**json.loads(heard.secret), "private": True}
            await self._perform(heard, Request("add", arguments))
        else:
            await self._whisper(heard, cut_off())

    async def _reply_to(self, heard: Heard, member: Member, talk: Talk) -> Message:
        if heard.kind is Kind.MESSAGE and is_asked_for(heard.text):
            return opener()
        try:
            request = request_in(heard.text) if heard.kind is Kind.MESSAGE else None
        except BadInput as error:
            return error_reply(explain(error))
        if request is None:
            request = Request("ask", {"question": heard.text, "earlier": talk.questions})
        outcome = await self._counter.perform(member, request)
        if heard.is_direct and _changed_something(request, outcome):
            await self._announce(heard, member, outcome)
        return outcome.message

    async def _carry_out(self, heard: Heard) -> None:
        if is_asked_for(heard.text):
            await self._open_form(heard)
            return
        try:
            request = command(heard.text)
        except BadInput as error:
            await self._whisper(heard, error_reply(explain(error)))
            return
        await self._perform(heard, request)

    async def _perform(self, heard: Heard, request: Request) -> None:
        """Carry it out, tell the member privately, and everybody when it changed something."""
        member = await self._member(heard)
        outcome = await self._counter.perform(member, request)
        await self._whisper(heard, outcome.message)
        if _changed_something(request, outcome):
            await self._announce(heard, member, outcome)

    async def _announce(self, heard: Heard, member: Member, outcome: Outcome) -> None:
        line = announcement(await self._team.name_of(heard), outcome.message.fallback)
        try:
            await self._messenger.post(conversation_of(member.channel_id), line)
        except DeliveryError as error:
            _log.info("A change was not announced.", extra={"problem": str(error)})

    async def _whisper(self, heard: Heard, message: Message) -> None:
        for payload in render(message)[:_MOST_PRIVATE]:
            if heard.address:
                await self._web.respond(heard.address, payload)
            else:
                await self._whisper_without_address(heard, payload)

    async def _whisper_without_address(self, heard: Heard, payload: Payload) -> None:
        """A form has no address for replies."""
        try:
            if not heard.is_direct:
                place = {"channel": heard.conversation, "user": heard.user}
                await self._web.write("chat.postEphemeral", **place, **payload.arguments())
                return
        except SlackGone as gone:
            _log.info("A private reply goes to the direct messages.", extra={"code": gone.code})
        await self._web.write("chat.postMessage", channel=heard.user, **payload.arguments())

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
    if request.arguments.get("dry_run"):
        return False
    return request.operation not in {"schedule", "topics"} or bool(request.arguments)
