"""A reception that repeats what it hears, on a real catalogue, and a client that does not wait where Discord would."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import discord

from bot.discord.client import PodsiftClient
from bot.discord.connection import listening_to_discord
from bot.discord.desk import Desk, Habits
from bot.handover import Request
from bot.message import Message, Paragraph, text
from bot.operations.outcome import Member, Outcome
from bot.shapes import TextShape
from pipeline.adapters.catalog import Inbox, Threads
from pipeline.adapters.catalog.open_threads import OpenThreads
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.channel import Channel
from tests.peers.catalog import Stores
from tests.peers.discord_peer import TOKEN
from tests.peers.discord_world import GUILD, PODCASTS

WORKSPACE = WorkspaceId(f"discord:{GUILD}")
CHANNEL = Channel(f"discord:{GUILD}/{PODCASTS}", WORKSPACE, "podcasts")


@dataclass
class Parrot:
    """Remembers what it was asked; a reply names the words."""

    asked: list[tuple[str, str, Member, str]] = field(default_factory=list)
    done: list[tuple[Member, Request]] = field(default_factory=list)
    code: int = 0
    padding: str = ""

    async def hear(self, words: str, member: Member, *, thread: str) -> Message:
        return self._reply("hear", words, member, thread)

    async def press(self, action: str, member: Member) -> Message:
        return self._reply("press", action, member, "")

    async def answer(self, question: str, member: Member, *, thread: str) -> Message:
        return self._reply("answer", question, member, thread)

    async def perform(self, member: Member, request: Request) -> Outcome:
        self.done.append((member, request))
        message = self._said(f"done: {request.operation}")
        return Outcome(TextShape(text=message.fallback), message, self.code)

    def heard(self) -> list[str]:
        return [words for _, words, _, _ in self.asked]

    def _reply(self, kind: str, words: str, member: Member, thread: str) -> Message:
        self.asked.append((kind, words, member, thread))
        return self._said(f"{kind}: {words}")

    def _said(self, words: str) -> Message:
        rest = (Paragraph(text(self.padding)),) * 6 if self.padding else ()
        return Message((Paragraph(text(words)), *rest), words)


class QuickClient(PodsiftClient):
    """Identifies again without the pause that Discord asks for, and is ready at once."""

    def __init__(self, desk: Desk, **options: Any) -> None:
        super().__init__(desk, guild_ready_timeout=0.05, **options)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """No pause."""


def desk_on(stores: Stores, parrot: Parrot, folder: Path, **habits: Any) -> Desk:
    """A desk with the parrot behind it."""
    return Desk(
        Habits(**{"token": TOKEN, "commands_file": folder / "commands", **habits}),
        clock=RealClock(),
        reception=parrot,
        perform=parrot.perform,
        channels=stores.settings,
        library=stores.library,
        inbox=Inbox(stores.db, clock=RealClock()),
        threads=Threads(stores.db, clock=RealClock()),
        open_threads=OpenThreads(stores.db),
    )


class RealClock:
    """Discord's numbers carry the time, so the peer and the bot must agree on it."""

    def now(self) -> Any:
        return discord.utils.utcnow()


@asynccontextmanager
async def listening(desk: Desk, **options: Any) -> AsyncIterator[QuickClient]:
    """A client of ours, connected and ready."""
    made: asyncio.Future[QuickClient] = asyncio.get_running_loop().create_future()

    def make(given: Desk) -> QuickClient:
        client = QuickClient(given, **options)
        made.set_result(client)
        return client

    async with listening_to_discord(desk, make_client=make):
        client = await made
        await client.wait_until_ready()
        yield client
