"""What the Discord driver needs of the rest of the edge: somebody who answers, and the channels' settings."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Protocol

from bot.discord.work import Work
from bot.handover import Request
from bot.message import Message
from bot.operations.outcome import Member, Outcome
from pipeline.adapters.catalog import ChannelSettings, Inbox, Library, Threads
from pipeline.adapters.catalog.open_threads import OpenThreads
from pipeline.ports import Clock


class Reception(Protocol):
    """Where members' words come in; `bot.reception` is it."""

    async def hear(self, text: str, member: Member, *, thread: str) -> Message:
        """The reply to one line in a thread."""
        ...

    async def press(self, action: str, member: Member) -> Message:
        """The private reply to a button."""
        ...

    async def answer(self, question: str, member: Member, *, thread: str) -> Message:
        """The reply to a question."""
        ...


@dataclass(frozen=True, slots=True)
class Habits:
    """How Discord is used here.

    `guild` is the one server that gets the commands at once, while developing. `sees_all` says that the portal's
    switch for message content is on. `zone` and `at` are what a new channel starts with. `commands_file` remembers
    which commands Discord knows.
    """

    token: str
    commands_file: Path
    guild: int | None = None
    sees_all: bool = False
    curator_role: str = "Podcast curator"
    zone: str = "UTC"
    at: time = time(9, 0)


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that the listeners call."""

    habits: Habits
    clock: Clock
    reception: Reception
    perform: Callable[[Member, Request], Awaitable[Outcome]]
    channels: ChannelSettings
    library: Library
    inbox: Inbox
    threads: Threads
    open_threads: OpenThreads
    work: Work = field(default_factory=Work)
