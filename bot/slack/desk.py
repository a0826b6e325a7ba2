"""Deals with what was heard: answers in threads, private replies to commands and buttons, greetings."""

import base64
import logging
from dataclasses import replace
from typing import Any, Final, Protocol

from bot.handover import Progress, Report, Request
from bot.operations.outcome import Member, Outcome
from bot.shapes.lists import ExportShape
from bot.slack.faults import NOT_THERE, SlackGone
from bot.slack.files import Files
from bot.slack.form_desk import OF_CHANNELS, FormDesk, with_form_button
from bot.slack.forms import FORM, is_asked_for, opener
from bot.slack.greetings import HOME, announcement, in_private, outside, suggested_prompts, welcome
from bot.slack.growing import Growing
from bot.slack.hearing import Heard, Kind
from bot.slack.home_desk import HomeDesk
from bot.slack.parts import SlackParts
from bot.slack.place import channel_id, conversation_of, workspace_id
from bot.slack.whispers import Whispers
from bot.spoken import command, request_in
from bot.texts.message import Message
from bot.texts.message_json import from_json
from bot.texts.news import is_news
from bot.texts.replies import UNDO, error_reply
from bot.texts.wording import explain
from pipeline.domain.conversation import Talk
from pipeline.domain.errors import BadInput, DeliveryError

_QUESTIONS: Final = 5
_SCHEDULING: Final = frozenset({"pause", "resume", "schedule"})
_LONGEST_LIST: Final = 5_000_000

_log = logging.getLogger(__name__)


class Counter(Protocol):
    """What the app does for members, whatever the platform."""

    async def perform(self, member: Member, request: Request, report: Report | None = None) -> Outcome:
        """Carry out a request; what goes wrong is told in the outcome. `report` hears how far it is."""
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
        self._messenger = parts.messenger
        self._streams = parts.streams
        self._homes = parts.homes
        self._clock = parts.clock
        self._files = Files(parts.web)
        self._whispers = Whispers(parts.web)
        self._forms = FormDesk(parts, self._whispers, look=self._look, change=self._perform)
        self._home = HomeDesk(parts, self._forms, self._whispers, look=self._look, perform=counter.perform)

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
                await self._forms.take(heard)
            case Kind.HOME:
                await self._open_home(heard)
            case Kind.JOINED:
                await self._greet(heard, again=again)
            case Kind.LEFT:
                await self._team.pause(heard.team, heard.conversation)
                self._homes.changed(heard.team)
            case Kind.RENAMED:
                await self._team.rename(heard)
                self._homes.changed(heard.team)
            case Kind.UNINSTALLED:
                await self._team.pause_all(workspace_id(heard.team))

    async def _answer(self, heard: Heard, *, again: bool) -> None:
        key = f"answer:{heard.event_id}"
        if again and await self._messenger.find_reply(heard.conversation, heard.thread, key) is not None:
            return
        await self._show_that_we_work(heard)
        heard = replace(heard, text=await self._team.readable(heard.text))
        here, workspace = channel_id(heard.team, heard.conversation), workspace_id(heard.team)
        talk = await self._threads.find(here, heard.thread, workspace=workspace) or Talk()
        place = {"conversation": heard.conversation, "thread": heard.thread}
        growing = Growing(self._streams, **place, user=heard.user, team=heard.team)
        try:
            said = await self._reply_to(heard, talk, None if again else _telling(growing))
            message = replace(said, key=key)
            if not (await self._is_finished(heard, message) if again else await growing.end(message)):
                await self._reply(heard, message, again=again)
        finally:
            growing.leave()
        now = Talk((*talk.questions, heard.text)[-_QUESTIONS:], asker=heard.user)
        await self._threads.save(here, heard.thread, now, workspace=workspace)

    async def _reply(self, heard: Heard, message: Message, *, again: bool) -> None:
        """In the thread; where we are not in the channel, to whoever used the shortcut there alone."""
        try:
            await self._messenger.reply(heard.conversation, message, thread=heard.thread, again=again)
        except SlackGone as gone:
            if gone.code not in NOT_THERE or not heard.address:
                raise
            await self._whispers.say(heard, in_private(message))

    async def _is_finished(self, heard: Heard, message: Message) -> bool:
        """Whether a stream of an earlier try was there and is now the whole answer."""
        place = {"conversation": heard.conversation, "thread": heard.thread}
        after = heard.event_id.rpartition(":")[2] if heard.kind is Kind.MESSAGE else heard.thread
        return bool(heard.bot) and await self._streams.finish(message, **place, after=after, bot=heard.bot)

    async def _member(self, heard: Heard) -> Member:
        channel = await self._team.channel(heard)
        is_curator = await self._team.is_curator(heard.user, channel)
        # By the id: an event does not tell the name, and what a member saved has to be found again.
        return Member(channel.workspace, channel.id, heard.user, is_curator=is_curator)

    async def _press(self, heard: Heard) -> None:
        verb, _, key = heard.text.partition(":")
        if verb == FORM:
            await self._forms.open(heard, key)
        elif verb == HOME:
            await self._home.press(heard, *key.partition(":")[::2])
        elif verb == UNDO:
            await self._perform(heard, Request(UNDO, {"feed": key}))
        else:
            await self._whispers.say(heard, await self._counter.press(heard.text, await self._member(heard)))

    async def _reply_to(self, heard: Heard, talk: Talk, report: Report | None) -> Message:
        if heard.kind is Kind.MESSAGE and is_asked_for(heard.text):
            return opener()
        try:
            request = await self._request_in(heard) if heard.kind is Kind.MESSAGE else None
        except BadInput as error:
            return _refusal(heard.text, error)
        if request is None:
            asked = {"question": heard.text, "earlier": talk.questions, "under": heard.thread}
            request = Request("ask", asked)
        member = await self._member(heard)
        outcome = await self._counter.perform(member, request, report)
        if heard.is_direct and is_news(request, outcome):
            await self._announce(heard, member, outcome.message.fallback)
        await self._give_file(heard, outcome)
        may_change = request.operation in OF_CHANNELS and member.is_curator and not outcome.code
        return with_form_button(outcome.message, request.operation) if may_change else outcome.message

    async def _request_in(self, heard: Heard) -> Request | None:
        """The command in a message; a file that comes with «import» is the list. Raises BadInput."""
        words = heard.text.strip().removeprefix("/podcast").strip().lower()
        if not heard.file or words not in {"", "import", "import --dry-run"}:
            return request_in(heard.text)
        try:
            content = await self._files.fetch(heard.file, most=_LONGEST_LIST)
        except DeliveryError as error:
            _log.info("A file could not be read.", extra={"problem": str(error)})
            why = f" {error}" if getattr(error, "code", "") == "missing_scope" else ""
            raise BadInput(
                f"I could not read that file.{why} "
                "Or put the list on the web and say “import https://example.org/shows.opml”."
            ) from error
        is_dry = words.endswith("--dry-run")
        return Request("import", {"opml": base64.b64encode(content).decode(), "dry_run": is_dry})

    async def _carry_out(self, heard: Heard) -> None:
        words = (await self._team.readable(heard.text)).strip()
        if is_asked_for(words):
            await self._forms.open(heard, "private")
        elif words.lower() in OF_CHANNELS:
            await self._forms.open(heard, words.lower())
        else:
            try:
                request = command(words)
            except BadInput as error:
                await self._whispers.say(heard, _refusal(words, error))
                return
            await self._perform(heard, request)

    async def _look(self, heard: Heard, request: Request) -> Outcome:
        return await self._counter.perform(await self._member(heard), request)

    async def _perform(self, heard: Heard, *requests: Request) -> None:
        """Carry them out, tell the member privately, and everybody in one line when something changed."""
        member = await self._member(heard)
        done: list[tuple[Request, Outcome]] = []
        for request in requests:
            outcome = await self._counter.perform(member, request)
            if done and {request.operation, done[-1][0].operation} <= _SCHEDULING and not done[-1][1].code:
                # Its reply says the other's too.
                done.pop()
            done.append((request, outcome))
        for _, outcome in done:
            await self._whispers.say(heard, outcome.message)
            await self._give_file(heard, outcome)
        if lines := [outcome.message.fallback for request, outcome in done if is_news(request, outcome)]:
            await self._announce(heard, member, " ".join(lines))

    async def _give_file(self, heard: Heard, outcome: Outcome) -> None:
        """An export comes as a file too, in the member's direct messages."""
        if not isinstance(outcome.data, ExportShape) or not outcome.data.shows:
            return
        try:
            comment = "The shows, as other podcast apps read them."
            await self._files.give(heard.user, "shows.opml", outcome.data.opml.encode(), comment=comment)
        except DeliveryError as error:
            # The reply lists the addresses anyway.
            _log.info("An export was not given as a file.", extra={"problem": str(error)})

    async def _announce(self, heard: Heard, member: Member, sentence: str) -> None:
        """Tell everybody; whoever set up a channel that we are not in hears how we get there."""
        self._homes.changed(heard.team)
        line = announcement(await self._team.name_of(heard), sentence)
        try:
            await self._messenger.post(conversation_of(member.channel_id), line)
        except DeliveryError as error:
            _log.info("A change was not announced.", extra={"problem": str(error)})
            if getattr(error, "code", "") in NOT_THERE:
                await self._whispers.say(heard, outside(await self._team.channel(heard)))

    async def _open_home(self, heard: Heard) -> None:
        if heard.text == "messages":
            await self._politely(
                "assistant.threads.setSuggestedPrompts", channel_id=heard.conversation, prompts=suggested_prompts()
            )
        else:
            await self._home.open(heard)

    async def _greet(self, heard: Heard, *, again: bool) -> None:
        channel = await self._team.welcome(heard)
        message = welcome(channel, self._clock.now())
        if not again or await self._messenger.find(channel, message.key) is None:
            await self._messenger.post(heard.conversation, message)
        self._homes.changed(heard.team)

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


def _refusal(words: str, error: BadInput) -> Message:
    told = explain(error)
    if words.strip().lower() == "import":
        told = told.model_copy(update={"hint": "Or send me the file in a direct message, with the word “import”."})
    return error_reply(told)


def _telling(growing: Growing) -> Report:
    def tell(progress: Progress) -> None:
        if progress.message is not None:
            growing.tell(from_json(progress.message))

    return tell
