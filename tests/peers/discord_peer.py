"""Discord on loopback: the gateway and the part of REST that a bot uses, with the limits, deadlines and faults.

The unmodified discord.py talks to it once two of its class attributes point here, see `running_discord`.
"""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import discord.gateway
import discord.http
import yarl
from aiohttp import web

from tests.peers.discord_gateway import DIRECT_MESSAGES, GUILD_MESSAGES, MESSAGE_CONTENT, Gateway
from tests.peers.discord_interactions import Interactions, Refused, Result
from tests.peers.discord_rules import problems_of_request
from tests.peers.discord_world import BOT, FORUM, OWNER, Json, Place, World
from tests.peers.traffic import record

TOKEN = "peer.of.discord"
HIDDEN: Json = {"content": "", "components": [], "embeds": [], "attachments": []}
FaultKind = Literal["answer", "ratelimit", "apply_then_answer", "apply_then_drop", "drop", "banned"]


@dataclass
class Fault:
    """What happens to the next call that fits, instead of or after the real thing."""

    method: str
    part: str
    kind: FaultKind
    status: int = 500
    code: int = 0
    seconds: float = 0.05


@dataclass
class Call:
    """A request as it was made, and the status it got."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    files: dict[str, bytes] = field(default_factory=dict)
    status: int = 0


class DiscordPeer(Interactions):
    """Discord as one test sees it."""

    def __init__(self) -> None:
        world = World()
        super().__init__(world, Gateway(world, TOKEN))
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.problems: list[str] = []
        """Whatever was wrong with a request by Discord's documented rules; a test that leaves any fails."""
        self.advised_shards = 1
        self._nonces: dict[tuple[int, str], Json] = {}
        self._changed = asyncio.Condition()

    # What people do.

    def say(self, user: int, place: Place, content: str, *, reply_to: Json | None = None) -> Json:
        """Somebody writes; a reply mentions the author of the message it answers, as Discord's default is."""
        body: Json = {"content": content}
        if reply_to is not None:
            body["message_reference"] = {"message_id": reply_to["id"]}
        message = self.world.add_message(place, user, body)
        if reply_to is not None and reply_to["author"] not in message["mentions"]:
            message["mentions"].append(reply_to["author"])
        self.emit(place, message)
        return message

    def emit(self, place: Place, message: Json) -> None:
        """Tell every session of the message, as far as its intents reach."""
        more: Json = {"channel_type": place.kind}
        author = int(message["author"]["id"])
        if place.guild:
            more["guild_id"] = str(place.guild)
            more["member"] = self.world.member_json(author, place.guild, with_user=False)

        def seen(intents: int) -> Json | None:
            if not intents & (GUILD_MESSAGES if place.guild else DIRECT_MESSAGES):
                return None
            is_meant = any(user["id"] == str(BOT) for user in message["mentions"])
            hidden: Json = {}
            if place.guild and not (intents & MESSAGE_CONTENT or is_meant or author == BOT):
                hidden = HIDDEN
            return {**message, **more, **hidden}

        self.gateway.tell("MESSAGE_CREATE", seen, guild=place.guild)

    async def until(self, is_so: Callable[[], Any], *, seconds: float = 5.0) -> None:
        """Wait until something holds; it is looked at after every call."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(is_so)

    def posts(self, place: Place) -> list[Json]:
        """What the bot wrote there."""
        return [message for message in place.messages if message["author"]["id"] == str(BOT)]

    def calls_of(self, method: str, pattern: str) -> list[Call]:
        return [call for call in self.calls if call.method == method and re.search(pattern, call.path)]

    # REST.

    async def file(self, request: web.Request) -> web.Response:
        """A file that a member sent along."""
        body = self.files.get(request.match_info["name"])
        return web.Response(status=404) if body is None else web.Response(body=body)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body, files = await _body_of(request)
        call = Call(request.method, f"/{request.match_info['tail']}", dict(request.query), body, files)
        self.calls.append(call)
        if body is not None:
            record({"kind": "discord", "method": call.method, "path": call.path, "query": call.query, "body": body})
        fault = next((f for f in self.faults if f.method == call.method and re.search(f.part, call.path)), None)
        if fault is not None:
            self.faults.remove(fault)
        try:
            return await self._answer(request, call, fault)
        finally:
            async with self._changed:
                self._changed.notify_all()

    async def _answer(self, request: web.Request, call: Call, fault: Fault | None) -> web.StreamResponse:
        kind = fault.kind if fault else None
        if fault is not None and kind == "banned":
            return web.Response(status=429, text="error code: 1015")
        if fault is not None and kind == "ratelimit":
            told = {"message": "You are being rate limited.", "retry_after": fault.seconds, "global": False, "code": 0}
            return _json(429, told)
        if kind not in {"answer", "drop"}:
            status, told = await self._result(request, call)
            if kind is None:
                call.status = status
                return _json(status, told)
        if fault is not None and kind in {"answer", "apply_then_answer"}:
            return _json(fault.status, {"message": "As the test wants it", "code": fault.code})
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    async def _result(self, request: web.Request, call: Call) -> Result:
        needs_token = not call.path.startswith(("/interactions/", "/webhooks/"))
        if needs_token and request.headers.get("Authorization") != f"Bot {TOKEN}":
            return 401, {"message": "401: Unauthorized", "code": 0}
        try:
            for method, pattern, handler in self._routes():
                found = re.fullmatch(pattern, call.path)
                if found and method == call.method:
                    self._judge(call)
                    return await handler(call, *found.groups())
        except Refused as refused:
            return refused.status, refused.body
        return 404, {"message": f"404: Not Found ({call.method} {call.path})", "code": 0}

    def _judge(self, call: Call) -> None:
        problems = problems_of_request(call.method, call.path, call.body)
        if problems:
            self.problems += [f"{call.method} {call.path}: {problem}" for problem in problems]
            raise Refused(400, 50035, "; ".join(problems))

    def _routes(self) -> tuple[tuple[str, str, Callable[..., Awaitable[Result]]], ...]:
        channel = r"/channels/(\d+)"
        return (
            ("GET", r"/users/@me", self._me),
            ("GET", r"/oauth2/applications/@me", self._application),
            ("POST", r"/users/@me/channels", self._direct),
            ("PUT", r"/applications/\d+(?:/guilds/(\d+))?/commands", self._put_commands),
            ("GET", r"/gateway/bot", self._gateway_bot),
            ("GET", r"/guilds/(\d+)", self._guild),
            ("GET", r"/guilds/(\d+)/members/(\d+)", self._member),
            ("GET", r"/guilds/(\d+)/threads/active", self._active_threads),
            ("GET", rf"{channel}/threads/archived/public", self._archived_threads),
            ("POST", rf"{channel}/threads", self._forum_post),
            ("GET", channel, self._channel),
            ("GET", rf"{channel}/messages", self._history),
            ("GET", rf"{channel}/messages/(\d+)", self._message),
            ("POST", rf"{channel}/messages", self._post),
            ("POST", rf"{channel}/messages/(\d+)/threads", self._thread),
            ("POST", rf"{channel}/typing", self._nothing),
            ("POST", r"/interactions/(\d+)/([^/]+)/callback", self._callback),
            ("PATCH", r"/webhooks/\d+/([^/]+)/messages/@original", self._edit_original),
            ("POST", r"/webhooks/\d+/([^/]+)", self._followup),
        )

    async def _me(self, _call: Call) -> Result:
        return 200, {**self.world.users[BOT], "mfa_enabled": False, "verified": True, "email": None}

    async def _application(self, _call: Call) -> Result:
        bot = self.world.users[BOT]
        told = {"id": str(BOT), "name": "podsift", "icon": None, "description": "", "verify_key": "00", "flags": 0}
        return 200, {
            **told,
            "bot": bot,
            "owner": self.world.users[OWNER],
            "team": None,
            "bot_public": True,
            "summary": "",
            "hook": True,
            "bot_require_code_grant": False,
        }

    async def _direct(self, call: Call) -> Result:
        return 200, self.world.place_json(self.world.direct(int(call.body["recipient_id"])))

    async def _put_commands(self, call: Call, guild: str | None) -> Result:
        made = [
            {
                "id": str(self.world.snowflake()),
                "application_id": str(BOT),
                "version": "1",
                "options": [],
                "description": "",
                "default_member_permissions": None,
                **command,
            }
            for command in call.body
        ]
        self.commands[guild or ""] = made
        return 200, made

    async def _member(self, _call: Call, guild: str, user: str) -> Result:
        if int(guild) not in self.world.guilds or int(user) not in self.world.guilds[int(guild)]["members"]:
            raise Refused(404, 10007, "Unknown Member")
        return 200, self.world.member_json(int(user), int(guild))

    async def _gateway_bot(self, _call: Call) -> Result:
        limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        return 200, {"url": self.gateway.url, "shards": self.advised_shards, "session_start_limit": limit}

    async def _guild(self, _call: Call, guild: str) -> Result:
        if int(guild) not in self.world.guilds:
            raise Refused(404, 10004, "Unknown Guild")
        return 200, self.world.guild_json(int(guild))

    async def _channel(self, _call: Call, number: str) -> Result:
        place = self._place(number)
        if place.refused == 50001:
            raise Refused(403, 50001, "Missing Access")
        return 200, self.world.place_json(place)

    async def _active_threads(self, _call: Call, guild: str) -> Result:
        inside = [place for place in self.world.places.values() if str(place.guild) == guild and place.parent]
        return 200, {"threads": [self.world.place_json(p) for p in inside if not p.is_archived], "members": []}

    async def _archived_threads(self, _call: Call, number: str) -> Result:
        folded = [p for p in self.world.places.values() if str(p.parent) == number and p.is_archived]
        return 200, {"threads": [self.world.place_json(p) for p in folded], "members": [], "has_more": False}

    async def _forum_post(self, call: Call, number: str) -> Result:
        forum = self._place(number)
        if forum.refused:
            raise Refused(403, forum.refused, "Refused")
        if forum.kind != FORUM:
            raise Refused(400, 50024, "Cannot execute action on this channel type")
        if forum.needs_tag and not call.body.get("applied_tags"):
            raise Refused(400, 40067, "A tag is required to create a forum post in this channel")
        thread = self.world.open_thread(forum, call.body["name"], None)
        thread.tags = tuple(int(tag) for tag in call.body.get("applied_tags") or ())
        message = self.world.add_message(thread, BOT, call.body["message"])
        message["id"] = str(thread.id)
        told = self.world.place_json(thread)
        self.gateway.tell("THREAD_CREATE", {**told, "newly_created": True}, guild=thread.guild)
        return 201, {**told, "message": message}

    async def _history(self, call: Call, number: str) -> Result:
        place = self._place(number)
        if place.refused:
            raise Refused(403, place.refused, "Refused")
        ordered = sorted(place.messages, key=lambda message: int(message["id"]))
        limit = int(call.query.get("limit", 50))
        if "after" in call.query:
            ordered = [m for m in ordered if int(m["id"]) > int(call.query["after"])][:limit]
        elif "before" in call.query:
            ordered = [m for m in ordered if int(m["id"]) < int(call.query["before"])]
        # Discord does not say whether history tells nonces, so nobody may rely on them.
        told = [{k: v for k, v in m.items() if k != "nonce"} for m in reversed(ordered[-limit:])]
        return 200, [self._without_words(place, message) for message in told]

    async def _message(self, _call: Call, number: str, message_id: str) -> Result:
        found = next((m for m in self._place(number).messages if m["id"] == message_id), None)
        if found is None:
            raise Refused(404, 10008, "Unknown Message")
        return 200, self._without_words(self._place(number), found)

    def _without_words(self, place: Place, message: Json) -> Json:
        """The message as an application may read it: the intent rules over REST as it does over the gateway."""
        is_meant = any(user["id"] == str(BOT) for user in message["mentions"])
        may_read = self.gateway.approved & MESSAGE_CONTENT or is_meant or message["author"]["id"] == str(BOT)
        return message if may_read or not place.guild else {**message, **HIDDEN}

    async def _post(self, call: Call, number: str) -> Result:
        place, body = self._place(number), call.body
        if place.refused:
            raise Refused(403, place.refused, "Refused")
        nonce = (place.id, str(body.get("nonce")))
        if body.get("enforce_nonce") and nonce in self._nonces:
            return 200, self._nonces[nonce]
        message = self.world.add_message(place, BOT, body)
        if body.get("enforce_nonce"):
            self._nonces[nonce] = message
        self.emit(place, message)
        return 200, message

    def forget_nonces(self) -> None:
        """As Discord does after a few minutes."""
        self._nonces.clear()

    async def _thread(self, call: Call, number: str, message_id: str) -> Result:
        parent = self._place(number)
        if int(message_id) in self.world.places:
            raise Refused(400, 160004, "A thread has already been created for this message")
        message = next(m for m in parent.messages if m["id"] == message_id)
        thread = self.world.place_json(self.world.open_thread(parent, call.body["name"], message))
        self.gateway.tell("THREAD_CREATE", {**thread, "newly_created": True}, guild=parent.guild)
        return 201, thread

    async def _nothing(self, _call: Call, *_parts: str) -> Result:
        return 204, None

    def _place(self, number: str) -> Place:
        place = self.world.places.get(int(number))
        if place is None:
            raise Refused(404, 10003, "Unknown Channel")
        return place


@asynccontextmanager
async def running_discord() -> AsyncIterator[DiscordPeer]:
    """A peer on a free port; discord.py finds it as long as the block runs."""
    peer = DiscordPeer()
    application = web.Application()
    application.router.add_get("/gateway/", peer.gateway.serve)
    application.router.add_get("/cdn/{name}", peer.file)
    application.router.add_route("*", "/api/v10/{tail:.*}", peer.answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    peer.gateway.url = f"ws://127.0.0.1:{port}/gateway/"
    peer.cdn = f"http://127.0.0.1:{port}/cdn/"
    before = (discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY)
    discord.http.Route.BASE = f"http://127.0.0.1:{port}/api/v10"
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(peer.gateway.url)
    try:
        yield peer
    finally:
        discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = before
        await peer.gateway.break_off("reset")
        await runner.cleanup()
    assert peer.problems == [], peer.problems


async def _body_of(request: web.Request) -> tuple[Any, dict[str, bytes]]:
    """The JSON of a request, and the files beside it by name."""
    if not request.can_read_body:
        return None, {}
    if request.content_type != "multipart/form-data":
        return await request.json(), {}
    form = await request.post()
    files = {part.filename: part.file.read() for part in form.values() if isinstance(part, web.FileField)}
    return json.loads(str(form["payload_json"])), files


def _json(status: int, told: Any) -> web.Response:
    # Exactly this content type, without a charset: discord.py compares it letter by letter.
    headers = {"Via": "1.1 peer", "X-RateLimit-Remaining": "9" if status != 429 else "0", "X-RateLimit-Limit": "10"}
    headers |= {"X-RateLimit-Reset-After": "0.05", "X-RateLimit-Reset": str(time.time() + 0.05)}
    if status == 204:
        return web.Response(status=204, headers=headers)
    return web.Response(
        body=json.dumps(told).encode(), status=status, headers={**headers, "Content-Type": "application/json"}
    )
