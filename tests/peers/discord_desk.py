"""A reception that repeats what it hears, on a real catalogue, and a client that does not wait where Discord would."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import discord

from bot.discord.client import PodsiftClient, ShardedClient
from bot.discord.connection import listening_to_discord
from bot.discord.desk import Desk, Habits
from bot.discord.layouts import marker_of
from bot.handover import Request
from bot.operations.outcome import Member, Outcome
from bot.shapes.commands import TextShape
from bot.shapes.lists import ExportShape, ListedShape
from bot.texts.message import Message, Paragraph, text
from pipeline.adapters.catalog import Curators, Inbox, OpenThreads, Threads
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.channel import Channel
from tests.peers.catalog import Stores
from tests.peers.discord_interactions import Interaction
from tests.peers.discord_peer import TOKEN, DiscordPeer
from tests.peers.discord_rules import walk
from tests.peers.discord_world import BOT, GUILD, PODCASTS, Json, Place

WORKSPACE = WorkspaceId(f"discord:{GUILD}")
CHANNEL = Channel(f"discord:{GUILD}/{PODCASTS}", WORKSPACE, "podcasts")


_EXPORT = ExportShape(
    shows=(ListedShape(title="Ship It", url="https://a.example/f", audience="public"),), left_out=0, opml="<opml/>"
)


@dataclass
class Parrot:
    """Remembers what it was asked; a reply names the words."""

    asked: list[tuple[str, str, Member, str]] = field(default_factory=list)
    done: list[tuple[Member, Request]] = field(default_factory=list)
    earlier: list[tuple[str, ...]] = field(default_factory=list)
    is_asked: asyncio.Event = field(default_factory=asyncio.Event)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    code: int = 0
    padding: str = ""

    async def press(self, action: str, member: Member) -> Message:
        return self._reply("press", action, member, "")

    async def answer(
        self, question: str, member: Member, *, thread: str, earlier: Sequence[str] | None = None
    ) -> Message:
        self.earlier.append(tuple(earlier or ()))
        self.is_asked.set()
        await self.may_answer.wait()
        return self._reply("answer", question, member, thread)

    async def perform(self, member: Member, request: Request) -> Outcome:
        self.done.append((member, request))
        message = self._said(f"done: {request.operation}")
        if request.operation == "export":
            return Outcome(_EXPORT, message)
        return Outcome(TextShape(text=message.fallback), message, self.code)

    def __post_init__(self) -> None:
        self.may_answer.set()

    def heard(self) -> list[str]:
        return [words for _, words, _, _ in self.asked]

    def _reply(self, kind: str, words: str, member: Member, thread: str) -> Message:
        self.asked.append((kind, words, member, thread))
        return self._said(f"{kind}: {words}")

    def _said(self, words: str) -> Message:
        rest = (Paragraph(text(self.padding)),) * 6 if self.padding else ()
        return Message((Paragraph(text(words)), *rest), words)


class QuickClient(PodsiftClient):
    """Identifies again without the pause that Discord asks for."""

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
        curators=Curators(stores.db, clock=RealClock()),
        library=stores.library,
        inbox=Inbox(stores.db, clock=RealClock()),
        threads=Threads(stores.db, clock=RealClock()),
        open_threads=OpenThreads(stores.db),
    )


class RealClock:
    """Discord's numbers carry the time, so the peer and the bot must agree on it."""

    def now(self) -> Any:
        return discord.utils.utcnow()


class QuickShards(QuickClient, ShardedClient):
    """The same over several connections."""


@asynccontextmanager
async def listening(desk: Desk, **options: Any) -> AsyncIterator[QuickClient]:
    """A client of ours, connected and ready."""
    made: asyncio.Future[QuickClient] = asyncio.get_running_loop().create_future()

    def make(given: Desk) -> QuickClient:
        client = quick_client(given, **options)
        made.set_result(client)
        return client

    async with listening_to_discord(desk, make_client=make):
        client = await made
        await client.wait_until_ready()
        yield client


def quick_client(desk: Desk, **options: Any) -> QuickClient:
    """Like `make_client`, and ready at once."""
    options = {"guild_ready_timeout": 0.05, **options}
    shards = desk.habits.shards
    if shards is None:
        return QuickClient(desk, **options)
    return QuickShards(desk, shard_count=shards.count, shard_ids=list(shards.ids) or None, **options)


@dataclass
class Scene:
    """Everything that a test of the driver needs."""

    peer: DiscordPeer
    stores: Stores
    folder: Path
    parrot: Parrot = field(default_factory=Parrot)

    @property
    def place(self) -> Place:
        """The channel that is set up."""
        return self.peer.world.places[PODCASTS]

    def desk(self, **habits: Any) -> Desk:
        return desk_on(self.stores, self.parrot, self.folder, **habits)

    @asynccontextmanager
    async def listening(self, *, options: dict[str, Any] | None = None, **habits: Any) -> AsyncIterator[QuickClient]:
        async with listening(self.desk(**habits), **(options or {})) as client:
            yield client


class NoStops:
    """Knows no channel, so that nobody is told of one's end."""

    async def stop(self, _channel: Channel) -> tuple[int, ...] | None:
        return None


def words_of(message: Json) -> str:
    """The text of a message's components."""
    return "\n".join(part["content"] for part in walk(message["components"]) if part["type"] == 10)


async def settled(interaction: Interaction) -> str:
    """What somebody is shown in the end."""
    async with asyncio.timeout(5):
        await interaction.settled.wait()
    return "\n".join(map(words_of, interaction.shown))


def post_with_button(peer: DiscordPeer, place: Place, *insights: str) -> Json:
    """A post of ours from an earlier life, with a button for each insight."""
    buttons = [
        {"type": 2, "style": 2, "label": str(n), "custom_id": f"card:{insight}~{marker_of('k')}"}
        for n, insight in enumerate(insights or ("i1",), start=1)
    ]
    row = {"type": 17, "components": [{"type": 1, "components": buttons}]}
    return peer.world.add_message(place, BOT, {"components": [row], "flags": 1 << 15})
