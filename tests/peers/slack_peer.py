"""Slack on loopback: the Web API with limits and faults, Socket Mode with tickets used once, response addresses.

The unmodified SDK and bolt talk to it at `api_url`. `PODSIFT_RECORD=path` writes each outgoing body as a JSON line.
"""

import asyncio
import itertools
import json
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from aiohttp import WSMsgType, web

from tests.peers.slack_rules import flaws
from tests.peers.slack_scopes import granted_by, scope_of
from tests.peers.traffic import record

Json = dict[str, Any]
BOT = "UBOT"
BOT_TOKEN = "xoxb-peer"
APP_TOKEN = "xapp-peer"


@dataclass
class Place:
    """A conversation: its kind (`channel`, `group`, `im`), who is in it, what was said."""

    kind: str = "channel"
    members: set[str] = field(default_factory=set)
    archived: bool = False
    messages: list[Json] = field(default_factory=list)


@dataclass
class SlackPeer:
    """One workspace (T1) with one app."""

    places: dict[str, Place] = field(default_factory=dict)
    users: dict[str, Json] = field(default_factory=dict)
    calls: list[tuple[str, Json]] = field(default_factory=list)
    responses: list[Json] = field(default_factory=list)
    ephemerals: list[Json] = field(default_factory=list)
    views: dict[str, Json] = field(default_factory=dict)
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    tickets_given: int = 0
    scopes: set[str] = field(default_factory=lambda: granted_by("manifest.yaml"))
    tokens: set[str] = field(default_factory=lambda: {BOT_TOKEN})
    calls_by: list[tuple[str, str]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    """What Slack would not have taken; a scenario that sends such things on purpose clears it."""
    acknowledged: list[Json] = field(default_factory=list)
    url: str = ""
    patience: float = 3.0
    """Seconds until Slack takes a delivery for lost."""

    def __post_init__(self) -> None:
        self._faults: dict[str, list[tuple[str, Any]]] = defaultdict(list)
        self._numbers = itertools.count(1)
        self._tickets: set[str] = set()
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self.methods: dict[str, Callable[[Json], Json]] = {
            "auth.test": lambda _: {"ok": True, "user_id": BOT, "bot_id": "B1", "team_id": "T1", "team": "Acme"},
            "chat.postMessage": self._post,
            "chat.postEphemeral": self._post_ephemeral,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "conversations.info": self._info,
            "users.conversations": self._places_of,
            "conversations.open": lambda a: {"ok": True, "channel": {"id": self._direct(str(a["users"]))}},
            "users.info": self._user,
            "views.publish": self._publish,
            "views.open": lambda _: {"ok": True, "view": {"id": "V1"}},
            "files.info": self._file,
            "files.getUploadURLExternal": self._ticket,
            "files.completeUploadExternal": self._complete,
            "assistant.threads.setStatus": lambda _: {"ok": True},
            "assistant.threads.setSuggestedPrompts": lambda _: {"ok": True},
        }

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    def fail(self, method: str, kind: str, detail: Any = None, *, times: int = 1) -> None:
        """Let the next calls of a method go wrong.

        Kinds: `limit` (seconds), `error` (code), `body` (a 404 that says it), `status`, `drop`, and after applying:
        `lost`, `broken`, `slow`.
        """
        self._faults[method] += [(kind, detail)] * times

    def made(self, method: str) -> list[Json]:
        """The arguments of the calls of a method."""
        return [arguments for name, arguments in self.calls if name == method]

    def said(self, place: str) -> list[Json]:
        """What we posted in a place."""
        return [one for one in self.places[place].messages if one["user"] == BOT]

    def posted(self, place: str) -> list[Json]:
        """What we posted in a place itself, not in its threads."""
        return [one for one in self.said(place) if "thread_ts" not in one]

    # Web API

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments: Json = dict(request.query)
        if request.method == "POST" and request.can_read_body:
            arguments |= await request.json() if request.content_type == "application/json" else await request.post()
        self.calls.append((method, arguments))
        self._judge({"method": method, **arguments})
        kind, detail = self._faults[method].pop(0) if self._faults[method] else ("", None)
        before = await self._fault_before(kind, detail, request)
        if before is not None:
            return before
        body = self._apply(method, arguments, request.headers.get("Authorization", ""))
        if kind == "lost" and request.transport is not None:
            request.transport.abort()
        if kind == "broken":
            return web.json_response({"ok": False, "error": "internal_error"}, status=500)
        if kind == "slow":
            await asyncio.sleep(float(detail or 0))
        return web.json_response(body, headers={"x-oauth-scopes": ",".join(sorted(self.scopes))})

    def _judge(self, call: Json) -> None:
        record(call)
        self.wrong += [f"{call['method']}: {flaw}" for flaw in flaws(call)]

    async def _fault_before(self, kind: str, detail: Any, request: web.Request) -> web.Response | None:
        if kind == "limit":
            headers = {"Retry-After": str(detail)}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        if kind == "error":
            return web.json_response({"ok": False, **(detail if isinstance(detail, dict) else {"error": detail})})
        if kind == "body":
            return web.Response(status=404, text=str(detail))
        if kind == "status":
            return web.Response(status=detail, text="<html>sorry</html>", content_type="text/html")
        if kind == "drop" and request.transport is not None:
            request.transport.abort()
            return web.Response()
        return None

    def _apply(self, method: str, arguments: Json, authorization: str) -> Json:
        if method == "apps.connections.open":
            if authorization != f"Bearer {APP_TOKEN}":
                return {"ok": False, "error": "invalid_auth"}
            ticket = uuid4().hex
            self._tickets.add(ticket)
            self.tickets_given += 1
            return {"ok": True, "url": f"{self.url.replace('http', 'ws')}/link?ticket={ticket}"}
        token = authorization.removeprefix("Bearer ")
        self.calls_by.append((method, token))
        if token not in self.tokens and method != "oauth.v2.access":
            return {"ok": False, "error": "invalid_auth"}
        place = self.places.get(str(arguments.get("channel", "")))
        wanted = scope_of(method, kind=place.kind if place else "channel")
        if wanted and wanted not in self.scopes:
            provided = ",".join(sorted(self.scopes))
            return {"ok": False, "error": "missing_scope", "needed": wanted, "provided": provided}
        known = self.methods.get(method)
        return {"ok": False, "error": "unknown_method"} if known is None else known(arguments)

    def _place(self, arguments: Json) -> tuple[Place | None, str]:
        name = str(arguments.get("channel", ""))
        if name.startswith("U"):
            name = self._direct(name)
        place = self.places.get(name)
        if place is None:
            return None, "channel_not_found"
        if place.archived:
            return None, "is_archived"
        return (place, "") if BOT in place.members else (None, "not_in_channel")

    def _direct(self, user: str) -> str:
        name = f"D{user[1:]}"
        self.places.setdefault(name, Place("im", {BOT, user}))
        return name

    def _post(self, arguments: Json) -> Json:
        place, problem = self._place(arguments)
        wrong = flaws({"method": "chat.postMessage", **arguments})
        if place is None or wrong:
            return {"ok": False, "error": problem or "invalid_blocks", "response_metadata": {"messages": wrong}}
        message = {"user": BOT, "bot_id": "B1", "ts": self.next_ts(), **arguments}
        place.messages.append(message)
        return {"ok": True, "ts": message["ts"], "channel": arguments["channel"]}

    def _post_ephemeral(self, arguments: Json) -> Json:
        place, problem = self._place(arguments)
        if place is None or flaws({"method": "chat.postEphemeral", **arguments}):
            return {"ok": False, "error": problem or "invalid_blocks"}
        self.ephemerals.append(arguments)
        return {"ok": True, "message_ts": self.next_ts()}

    def _history(self, arguments: Json) -> Json:
        place, problem = self._place(arguments)
        if place is None:
            return {"ok": False, "error": problem}
        oldest = float(arguments.get("oldest", 0))
        shown = [m for m in place.messages if float(m["ts"]) > oldest and m.get("thread_ts", m["ts"]) == m["ts"]]
        return self._page([{**m, **_replies_to(m, place)} for m in reversed(shown)], arguments)

    def _replies(self, arguments: Json) -> Json:
        place, problem = self._place(arguments)
        if place is None:
            return {"ok": False, "error": problem}
        shown = [m for m in place.messages if arguments["ts"] in {m["ts"], m.get("thread_ts")}]
        root = next((m for m in shown if m["ts"] == arguments["ts"]), None)
        more = {"parent_user_id": root["user"]} if root else {}
        oldest = float(arguments.get("oldest", 0))
        shown = [m if m is root else {**more, **m} for m in shown if m is root or float(m["ts"]) > oldest]
        return self._page(shown, arguments) if shown else {"ok": False, "error": "thread_not_found"}

    def _page(self, messages: list[Json], arguments: Json) -> Json:
        start, limit = int(arguments.get("cursor") or 0), int(arguments.get("limit") or 100)
        more = str(start + limit) if start + limit < len(messages) else ""
        page = messages[start : start + limit]
        if arguments.get("include_all_metadata") not in {True, "1", "true"}:
            page = [{name: value for name, value in one.items() if name != "metadata"} for one in page]
        return {"ok": True, "messages": page, "response_metadata": {"next_cursor": more}}

    def _info(self, arguments: Json) -> Json:
        """A place that nobody made is a public one with us in it; a private one is there for its members only."""
        name = str(arguments["channel"])
        place = self.places.get(name, Place(members={BOT}))
        if place.kind != "channel" and BOT not in place.members:
            return {"ok": False, "error": "channel_not_found"}
        told = {
            "id": name,
            "name": name.lower(),
            "is_private": place.kind != "channel",
            "is_member": BOT in place.members,
        }
        return {"ok": True, "channel": told}

    def _places_of(self, arguments: Json) -> Json:
        """A member's private channels with us in them."""
        both = {BOT, str(arguments["user"])}
        found = [{"id": name} for name, place in self.places.items() if place.kind == "group" and both <= place.members]
        return {"ok": True, "channels": found, "response_metadata": {"next_cursor": ""}}

    def _user(self, arguments: Json) -> Json:
        user = self.users.get(str(arguments["user"]))
        return {"ok": True, "user": user} if user else {"ok": False, "error": "user_not_found"}

    def _publish(self, arguments: Json) -> Json:
        self.views[str(arguments["user_id"])] = arguments["view"]
        return {"ok": True, "view": {"id": "V1"}}

    def _file(self, arguments: Json) -> Json:
        name = str(arguments["file"])
        if name not in self.files:
            return {"ok": False, "error": "file_not_found"}
        address = f"{self.url}/files/{name}"
        return {"ok": True, "file": {"id": name, "size": len(self.files[name]), "url_private_download": address}}

    def _ticket(self, arguments: Json) -> Json:
        name = f"F{next(self._numbers)}"
        return {"ok": True, "file_id": name, "upload_url": f"{self.url}/files/{name}"}

    def _complete(self, arguments: Json) -> Json:
        place, problem = self._place({"channel": arguments["channel_id"]})
        if place is None:
            return {"ok": False, "error": problem}
        names = [one["id"] for one in arguments["files"]]
        place.messages.append({"user": BOT, "ts": self.next_ts(), "text": "", "files": names})
        return {"ok": True, "files": [{"id": name} for name in names]}

    async def _bytes(self, request: web.Request) -> web.Response:
        """A file is given to who holds the token, and taken from anybody with an upload address."""
        name = request.match_info["name"]
        if request.method == "POST":
            self.files[name] = await request.read()
            return web.Response(text="OK")
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return web.Response(text="<html>sign in</html>", content_type="text/html")
        return web.Response(body=self.files[name], content_type="text/xml")

    async def _response(self, request: web.Request) -> web.Response:
        kind, detail = self._faults["response_url"].pop(0) if self._faults["response_url"] else ("", None)
        failed = await self._fault_before(kind, detail, request)
        if failed is not None:
            return failed
        body = await request.json()
        self._judge({"method": "response_url", **body})
        self.responses.append(body)
        return web.Response(text="ok")

    # Socket Mode

    async def _link(self, request: web.Request) -> web.StreamResponse:
        if self._faults["link"]:
            return web.Response(status=self._faults["link"].pop(0)[1])
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=408, text="this ticket was used or has expired")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        await socket.send_json({"type": "hello", "num_connections": len(self.sockets)})
        async for frame in socket:
            if frame.type == WSMsgType.TEXT:
                answer = json.loads(frame.data)
                waiting = self._waiting.get(answer.get("envelope_id", ""))
                if waiting is not None and not waiting.done():
                    self.acknowledged.append(answer.get("payload") or {})
                    waiting.set_result(None)
        if socket in self.sockets:
            self.sockets.remove(socket)
        return socket

    def expire_tickets(self) -> None:
        """Let every ticket that was given and not used expire."""
        self._tickets.clear()

    async def disconnect(self, how: str) -> None:
        """`warning` and `refresh_requested` are polite, `abort` is a reset, `mute` leaves it half-open."""
        for socket in list(self.sockets):
            if how in {"warning", "refresh_requested"}:
                await socket.send_json({"type": "disconnect", "reason": how})
            elif how == "close":
                await socket.close()
            elif how == "abort" and socket._req is not None and socket._req.transport is not None:
                socket._req.transport.abort()
            elif how == "mute":
                self.sockets.remove(socket)
                socket._autoping = False

    async def deliver(self, kind: str, payload: Json) -> float | None:
        """Send an envelope; the seconds until it was acknowledged, None when that took too long."""
        name = uuid4().hex
        envelope = {"envelope_id": name, "type": kind, "payload": payload, "accepts_response_payload": True}
        waiting: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[name] = waiting
        async with asyncio.timeout(8):  # a slow machine may have to connect anew
            while not self.sockets:  # noqa: ASYNC110  nobody tells
                await asyncio.sleep(0.01)
        sent = time.monotonic()
        await self.sockets[-1].send_json(envelope)
        try:
            await asyncio.wait_for(waiting, self.patience)
        except TimeoutError:
            return None
        return time.monotonic() - sent

    def next_ts(self) -> str:
        """A time stamp of Slack's kind, each one later than the last."""
        return f"{time.time():.0f}.{next(self._numbers):06d}"


def _replies_to(message: Json, place: Place) -> Json:
    stamps = [m["ts"] for m in place.messages if m.get("thread_ts") == message["ts"] != m["ts"]]
    return {"reply_count": len(stamps), "latest_reply": max(stamps, key=float)} if stamps else {}


@asynccontextmanager
async def slack_peer() -> AsyncIterator[SlackPeer]:
    """A workspace with the channels C1 (we are in it) and C2 (we are not), Ann (U1, an admin), Bob (U2), Ann's DM."""
    peer = SlackPeer()
    peer.users["U1"] = {"id": "U1", "tz": "Europe/Berlin", "is_admin": True, "is_owner": False}
    peer.users["U2"] = {"id": "U2", "tz": "America/Lima", "is_admin": False, "is_owner": False}
    peer.places = {
        "C1": Place(members={BOT, "U1", "U2"}),
        "C2": Place(members={"U1"}),
        "D1": Place("im", {BOT, "U1"}),
    }
    app = web.Application()
    app.router.add_route("*", "/api/{method}", peer._api)
    app.router.add_get("/link", peer._link)
    app.router.add_route("*", "/files/{name}", peer._bytes)
    app.router.add_post("/response/{name}", peer._response)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    peer.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield peer
    finally:
        for socket in list(peer.sockets):
            await socket.close()
        await runner.cleanup()
