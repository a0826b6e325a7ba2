"""The gateway of the Discord peer: hello, identify, heartbeats, resume with replay, and every way to break off."""

import asyncio
import json
import uuid
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import WSMsgType, web

from tests.peers.discord_world import BOT, Json, World

GUILD_MESSAGES, DIRECT_MESSAGES, MESSAGE_CONTENT = 1 << 9, 1 << 12, 1 << 15
_PRIVILEGED = 1 << 1 | 1 << 8 | MESSAGE_CONTENT
Break = Literal["reconnect", "close", "reset", "mute", "invalid", "forget"]


@dataclass
class Session:
    """What Discord remembers of one identified client."""

    intents: int
    shard: tuple[int, int]
    socket: web.WebSocketResponse
    outgoing: asyncio.Queue[Json]
    request: web.Request
    name: str = field(default_factory=lambda: uuid.uuid4().hex)
    sent: list[Json] = field(default_factory=list)
    is_dead: bool = False
    is_mute: bool = False

    def holds(self, guild: int | None) -> bool:
        """Whether the session hears of this server; the first one hears of direct messages."""
        return self.shard[0] == (0 if guild is None else (guild >> 22) % self.shard[1])

    def push(self, event: str, data: Json) -> None:
        frame = {"op": 0, "t": event, "s": len(self.sent) + 1, "d": data}
        self.sent.append(frame)
        if not self.socket.closed and not self.is_mute:
            self.outgoing.put_nowait(frame)


class Gateway:
    """All sessions. `approved` are the privileged intents that the portal allows."""

    def __init__(self, world: World, token: str) -> None:
        self._world = world
        self._token = token
        self.url = ""
        self.approved = 0
        self.heartbeat = 2.0
        self.sessions: dict[str, Session] = {}
        self.identified = 0
        self.resumed = 0

    @property
    def connected(self) -> int:
        return sum(not (s.is_dead or s.is_mute or s.socket.closed) for s in self.sessions.values())

    def tell(self, event: str, data: Json | Callable[[int], Json | None], *, guild: int | None = None) -> None:
        """Send an event to every session that holds the server; a function gives it for the session's intents."""
        for session in self.sessions.values():
            told = data(session.intents) if callable(data) else data
            if told is not None and not session.is_dead and session.holds(guild):
                session.push(event, told)

    async def break_off(self, how: Break, *, code: int = 4000, shard: int | None = None) -> None:
        """End every connection (or a shard's) in one of the ways in which they end."""
        alive = [s for s in self.sessions.values() if not s.is_dead and not s.socket.closed]
        for session in [s for s in alive if shard in {None, s.shard[0]}]:
            session.is_dead = how in {"invalid", "forget"}
            session.is_mute = how == "mute"
            if how == "reconnect":
                session.outgoing.put_nowait({"op": 7, "d": None, "s": None, "t": None})
            elif how == "invalid":
                session.outgoing.put_nowait({"op": 9, "d": False, "s": None, "t": None})
            elif how == "reset" and session.request.transport is not None:
                session.request.transport.abort()
            elif how in {"close", "forget"}:
                await session.socket.close(code=4009 if how == "forget" else code)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        outgoing: asyncio.Queue[Json] = asyncio.Queue()
        outgoing.put_nowait({"op": 10, "d": {"heartbeat_interval": int(self.heartbeat * 1_000)}, "s": None, "t": None})
        is_packed = request.query.get("compress") == "zlib-stream"
        writer = asyncio.create_task(_write(socket, outgoing, zlib.compressobj() if is_packed else None))
        try:
            await self._converse(socket, outgoing, request)
        finally:
            writer.cancel()
            with suppress(asyncio.CancelledError):
                await writer
        return socket

    async def _converse(
        self, socket: web.WebSocketResponse, outgoing: asyncio.Queue[Json], request: web.Request
    ) -> None:
        session: Session | None = None
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                continue
            said = json.loads(frame.data)
            if said["op"] == 1 and not (session and session.is_mute):
                outgoing.put_nowait({"op": 11, "d": None, "s": None, "t": None})
            elif said["op"] == 2:
                refusal = self._refusal(said["d"])
                if refusal:
                    await socket.close(code=refusal)
                    return
                shard = tuple(said["d"].get("shard") or (0, 1))
                session = self._identify(Session(said["d"]["intents"], shard, socket, outgoing, request))
            elif said["op"] == 6:
                session = self._resume(said["d"], socket, outgoing, request)

    def _refusal(self, data: Json) -> int:
        if data["token"] != self._token:
            return 4004
        return 4014 if data["intents"] & _PRIVILEGED & ~self.approved else 0

    def _identify(self, session: Session) -> Session:
        self.identified += 1
        self.sessions[session.name] = session
        ours = [number for number in self._world.guilds if session.holds(number)]
        ready = {
            "v": 10,
            "user": self._world.users[BOT] | {"mfa_enabled": False, "verified": True, "email": None},
            "guilds": [{"id": str(number), "unavailable": True} for number in ours],
            "shard": list(session.shard),
            "session_id": session.name,
            "resume_gateway_url": self.url,
            "application": {"id": str(BOT), "flags": 0},
            "private_channels": [],
        }
        session.push("READY", ready)
        for number in ours:
            session.push("GUILD_CREATE", self._world.guild_json(number))
        return session

    def _resume(
        self, data: Json, socket: web.WebSocketResponse, outgoing: asyncio.Queue[Json], request: web.Request
    ) -> Session | None:
        session = self.sessions.get(data["session_id"])
        if session is None or session.is_dead:
            outgoing.put_nowait({"op": 9, "d": False, "s": None, "t": None})
            return None
        self.resumed += 1
        session.socket, session.outgoing, session.request, session.is_mute = socket, outgoing, request, False
        for frame in session.sent[data["seq"] :]:
            outgoing.put_nowait(frame)
        session.push("RESUMED", {})
        return session


async def _write(socket: web.WebSocketResponse, outgoing: asyncio.Queue[Json], packer: Any) -> None:
    while True:
        raw = json.dumps(await outgoing.get())
        with suppress(ConnectionError):
            if packer is None:
                await socket.send_str(raw)
            else:
                await socket.send_bytes(packer.compress(raw.encode()) + packer.flush(zlib.Z_SYNC_FLUSH))
