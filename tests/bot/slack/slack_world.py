"""A Slack workspace on loopback with our driver on it: the real bolt, a real catalogue, a counter that answers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.handover import Report, Request
from bot.operations.outcome import Member, Outcome
from bot.shapes.commands import ErrorShape, TextShape
from bot.slack.connection import Connection, Watch
from bot.slack.intake import Intake
from bot.slack.messenger import SlackMessenger
from bot.slack.parts import slack_parts
from bot.slack.service import hearing_slack
from bot.slack.team import Defaults
from bot.slack.web import SlackWeb
from bot.texts.message import Button, Buttons, Message, Paragraph, text
from pipeline.adapters.arrival_journal import ArrivalJournal
from tests.peers.catalog import Stores
from tests.peers.slack_peer import APP_TOKEN, BOT, BOT_TOKEN, Json, SlackPeer

QUICK = Watch(every=0.02, patience=0.1, ping=0.3, gap=3600)


class Now:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class ScriptedCounter:
    """Answers with what it was asked; remembers everything."""

    asked: list[tuple[Member, Request]] = field(default_factory=list)
    pressed: list[tuple[str, Member]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    error: BaseException | None = None

    def __post_init__(self) -> None:
        self.gate.set()

    async def perform(self, member: Member, request: Request, report: Report | None = None) -> Outcome:
        self.asked.append((member, request))
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        if request.operation in {"add", "add-private", "pause"} and not member.is_curator:
            refused = ErrorShape(kind="BadInput", sentence="It is for curators.", hint="", mends_itself=False)
            return Outcome(refused, Message((Paragraph(text("It is for curators.")),), "It is for curators."), 2)
        said = f"{request.operation}: {request.arguments.get('question', '')}"
        blocks = (Paragraph(text(said)), Buttons((Button("1", "card:i1"),)))
        return Outcome(TextShape(text=said), Message(blocks, said))

    async def press(self, action: str, member: Member) -> Message:
        self.pressed.append((action, member))
        return Message((Paragraph(text(f"pressed {action}")),), "pressed")

    @property
    def questions(self) -> list[str]:
        return [str(request.arguments["question"]) for _, request in self.asked if request.operation == "ask"]


@dataclass
class World:
    """One process of ours and the workspace."""

    peer: SlackPeer
    stores: Stores
    counter: ScriptedCounter
    intake: Intake
    messenger: SlackMessenger
    connection: Connection
    pauses: list[float]

    async def says(
        self,
        words: str,
        *,
        user: str = "U1",
        place: str = "C1",
        thread: str | None = None,
        copies: int = 1,
        **more: Any,
    ) -> str:
        """A member writes; a mention arrives as two events, as in Slack. Waits until it is dealt with."""
        stamp = self.peer.next_ts()
        message: Json = {"type": "message", "user": user, "text": words, "ts": stamp, **more}
        if thread is not None:
            message["thread_ts"] = thread
            root = next((m for m in self.peer.places[place].messages if m["ts"] == thread), {"user": user})
            message["parent_user_id"] = root["user"]
        self.peer.places[place].messages.append(message)
        kind = "im" if place.startswith("D") else "channel"
        events = [{**message, "channel": place, "channel_type": kind}]
        if f"<@{BOT}>" in words and kind != "im":
            events.append({**message, "channel": place, "type": "app_mention"})
        await asyncio.gather(*(self.event(event) for event in events for _ in range(copies)))
        return stamp

    async def event(self, event: Json, *, name: str | None = None) -> float | None:
        """Slack sends an event; the seconds until it was acknowledged."""
        body = {
            "type": "event_callback", "team_id": "T1", "api_app_id": "A1",
            "event_id": name or f"Ev{self.peer.next_ts()}", "event": event,
            "authorizations": [{"team_id": "T1", "user_id": BOT, "is_bot": True}],
        }  # fmt: skip
        took = await self.peer.deliver("events_api", body)
        await self.intake.idle()
        return took

    async def commands(self, words: str, *, user: str = "U1", place: str = "C1") -> float | None:
        """A member writes `/podcast …`."""
        took = await self.peer.deliver("slash_commands", {
            "command": "/podcast", "text": words, "team_id": "T1", "channel_id": place, "channel_name": "podcasts",
            "user_id": user, "user_name": "ann", "trigger_id": self.peer.next_ts(), "api_app_id": "A1",
            "response_url": f"{self.peer.url}/response/1",
        })  # fmt: skip
        await self.intake.idle()
        return took

    async def interacts(self, kind: str, *, user: str = "U1", place: str = "C1", **more: Any) -> float | None:
        """A member presses or picks something."""
        took = await self.peer.deliver("interactive", {
            "type": kind, "team": {"id": "T1"}, "user": {"id": user, "username": "ann", "team_id": "T1"},
            "channel": {"id": place, "name": "podcasts"}, "trigger_id": self.peer.next_ts(), "api_app_id": "A1",
            "response_url": f"{self.peer.url}/response/2", **more,
        })  # fmt: skip
        await self.intake.idle()
        return took

    def answers(self, place: str = "C1", thread: str | None = None) -> list[str]:
        """The texts of what we posted, in one thread or anywhere in the place."""
        return [m["text"] for m in self.peer.said(place) if thread is None or m.get("thread_ts") == thread]


@asynccontextmanager
async def running(
    peer: SlackPeer,
    stores: Stores,
    *,
    counter: ScriptedCounter | None = None,
    watch: Watch = QUICK,
    journal: ArrivalJournal | None = None,
) -> AsyncIterator[World]:
    """A process of ours, connected; leaving the block is its sudden end as far as the catalogue is concerned."""
    counter, clock, pauses = counter or ScriptedCounter(), Now(), list[float]()

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    web = SlackWeb(BOT_TOKEN, base_url=peer.api_url, timeout=4, pause=pause)
    parts = slack_parts(web, stores.db, clock=clock, defaults=Defaults(), journal=journal)
    hearing = hearing_slack(parts, counter, app_token=APP_TOKEN, watch=watch, pause=pause)
    async with hearing as (intake, connection):
        await until(lambda: bool(peer.sockets))
        yield World(peer, stores, counter, intake, parts.messenger, connection, pauses)


async def until(holds: Callable[[], bool], *, seconds: float = 8.0) -> None:
    """Look every hundredth of a second until it holds."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110  what is waited for is the peer's state
            await asyncio.sleep(0.01)
