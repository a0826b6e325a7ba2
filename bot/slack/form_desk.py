"""The desk's forms: who may open which, and what is done with what was filled in."""

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from bot.handover import Request
from bot.operations.outcome import Outcome
from bot.slack.blocks import Json, slack_blocks
from bot.slack.faults import SlackRefused
from bot.slack.forms import FORM, channel_form, cut_off, opener, private_show
from bot.slack.greetings import outside
from bot.slack.hearing import Heard
from bot.slack.parts import SlackParts
from bot.slack.whispers import Whispers
from bot.texts.message import Button, Buttons, Heading, Message
from pipeline.domain.channel import Channel
from pipeline.domain.errors import DeliveryError

OF_CHANNELS: Final = ("settings", "setup")

_log = logging.getLogger(__name__)

Look = Callable[[Heard, Request], Awaitable[Outcome]]
"""Carries a request out for the member who was heard, and tells nobody."""
Change = Callable[..., Awaitable[None]]
"""Carries requests out for the member who was heard, and tells what came of it."""


class FormDesk:
    """Forms of one workspace. Raises DeliveryError where a reply did not go out."""

    def __init__(self, parts: SlackParts, whispers: Whispers, *, look: Look, change: Change) -> None:
        self._web = parts.web
        self._team = parts.team
        self._messenger = parts.messenger
        self._whispers = whispers
        self._look = look
        self._change = change

    async def open(self, heard: Heard, form: str) -> None:
        """Open a form for a member who may use it: `private`, `settings` or `setup`."""
        if form in OF_CHANNELS:
            await self._open_channel(heard, form)
            return
        allowed = await self._look(heard, Request("add-private"))
        if allowed.code:
            await self._whispers.say(heard, allowed.message)
        elif not await self._is_open(heard, private_show(heard.conversation)):
            await self._whispers.say(heard, opener())

    async def take(self, heard: Heard) -> None:
        """Do what was filled in."""
        if heard.text:
            await self._change_channel(heard, json.loads(heard.text))
        elif heard.secret:
            await self._change(heard, Request("add", {**json.loads(heard.secret), "private": True}))
        else:
            await self._whispers.say(heard, cut_off())

    async def _open_channel(self, heard: Heard, form: str) -> None:
        channel = await self._team.channel(heard)
        told = (await self._look(heard, Request(form))).message
        if not await self._team.is_curator(heard.user, channel):
            await self._whispers.say(heard, told)
            return
        about = [*await self._warning(channel), *_about(told)]
        view = channel_form(channel, heard.conversation, about=about, is_setup=form == "setup")
        if not await self._is_open(heard, view):
            await self._whispers.say(heard, with_form_button(told, form))

    async def _warning(self, channel: Channel) -> list[Json]:
        """That nothing can be posted there, above all else."""
        try:
            lacking = await self._messenger.lacking(channel)
        except DeliveryError as error:
            _log.info("Could not ask whether we are in a channel.", extra={"problem": str(error)})
            return []
        return [made for block in outside(channel).blocks for made in slack_blocks(block)] if lacking else []

    async def _is_open(self, heard: Heard, view: Json) -> bool:
        """Slack opens a form within three seconds only, and never for a message."""
        if not heard.trigger:
            return False
        try:
            await self._web.write("views.open", trigger_id=heard.trigger, view=view)
        except SlackRefused as refused:
            _log.info("A form was not opened.", extra={"code": refused.code})
            return False
        return True

    async def _change_channel(self, heard: Heard, chosen: dict[str, Any]) -> None:
        channel = await self._team.channel(heard)
        changes = []
        if chosen["show"]:
            changes.append(Request("add", {"address": chosen["show"], "private": False}))
        if chosen["post"] != ("off" if channel.paused else "on"):
            changes.append(Request("resume" if channel.paused else "pause"))
        if chosen["at"] != f"{channel.at:%H:%M}" or chosen["zone"] != channel.zone:
            changes.append(Request("schedule", {"at": chosen["at"], "zone": chosen["zone"]}))
        await self._change(heard, *changes)


def with_form_button(message: Message, form: str) -> Message:
    """The message with a button that opens the form."""
    return Message((*message.blocks, Buttons((Button("Change", f"{FORM}:{form}"),))), message.fallback, message.key)


def _about(message: Message) -> list[Json]:
    """What a form shows above its fields; its title is the form's own."""
    blocks = message.blocks[1:] if message.blocks and isinstance(message.blocks[0], Heading) else message.blocks
    return [made for block in blocks if not isinstance(block, Buttons) for made in slack_blocks(block)]
