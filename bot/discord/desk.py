"""What the Discord driver needs of the rest of the edge: somebody who answers, and the channels' settings."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Protocol

from bot.discord.sharding import Shards
from bot.discord.work import Work
from bot.handover import Request
from bot.operations.outcome import Member, Outcome
from bot.texts.message import Message
from pipeline.adapters.catalog import ChannelSettings, Curators, Inbox, Library, OpenThreads, Threads
from pipeline.ports import Clock


class Reception(Protocol):
    """Where members' words come in; `bot.reception` is it."""

    async def press(self, action: str, member: Member) -> Message:
        """The private reply to a button."""
        ...

    async def answer(
        self, question: str, member: Member, *, thread: str, earlier: Sequence[str] | None = None
    ) -> Message:
        """The reply to a question in a thread; `earlier` are the questions before it."""
        ...


@dataclass(frozen=True, slots=True)
class Habits:
    """How Discord is used here.

    `guild` is the one server that gets the commands at once, while developing. `sees_all` says that the portal's
    switch for message content is on. `zone` and `at` are what a new channel starts with. `commands_file` remembers
    which commands Discord knows. `shards` are the connections of this process, None for the only one.
    """

    token: str
    commands_file: Path
    guild: int | None = None
    sees_all: bool = False
    curator_role: str = "Podcast curator"
    zone: str = "UTC"
    at: time = time(9, 0)
    shards: Shards | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that the listeners call."""

    habits: Habits
    clock: Clock
    reception: Reception
    perform: Callable[[Member, Request], Awaitable[Outcome]]
    channels: ChannelSettings
    curators: Curators
    library: Library
    inbox: Inbox
    threads: Threads
    open_threads: OpenThreads
    work: Work = field(default_factory=Work)
