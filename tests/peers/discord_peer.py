"""Discord on loopback: the gateway and the part of REST that a bot uses, with the limits, deadlines and faults.

The unmodified discord.py talks to it once two of its class attributes point here, see `running_discord`.
"""

import asyncio
import json
import re
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import discord.gateway
import discord.http
import yarl
from aiohttp import web

from tests.peers.discord_gateway import DIRECT_MESSAGES, GUILD_MESSAGES, MESSAGE_CONTENT, Gateway
from tests.peers.discord_rules import problems_of, walk
from tests.peers.discord_world import ALL_PERMISSIONS, BOT, DIRECT, Json, Place, World

TOKEN = "peer.of.discord"
_EPHEMERAL, _LOADING = 1 << 6, 1 << 7
_DEADLINE = 3.0

FaultKind = Literal["answer", "ratelimit", "apply_then_answer", "apply_then_drop", "drop", "banned"]
Result = tuple[int, Any]


class Refused(Exception):
    """An error answer."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message}


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
    status: int = 0


@dataclass
class Interaction:
    """A slash command, a press or an autocompletion on its way."""

    number: str
    kind: int
    user: int
    place: Place
    message: Json | None
    born: float = field(default_factory=time.monotonic)
    callback: Json | None = None
    original: Json | None = None
    shown: list[Json] = field(default_factory=list)
    choices: list[Json] = field(default_factory=list)
    acknowledged: asyncio.Event = field(default_factory=asyncio.Event)
    settled: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_private(self) -> bool:
        return self.original is not None and bool(self.original["flags"] & _EPHEMERAL)


class DiscordPeer:
    """Discord as one test sees it."""

    def __init__(self) -> None:
        self.world = World()
        self.gateway = Gateway(self.world, TOKEN)
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.commands: dict[str, list[Json]] = {}
        self.interactions: dict[str, Interaction] = {}
        self.late_by = 0.0
        """Seconds by which interactions are older than they look."""
        self.app_permissions = ALL_PERMISSIONS
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
                hidden = {"content": "", "components": [], "embeds": [], "attachments": []}
            return {**message, **more, **hidden}

        self.gateway.tell("MESSAGE_CREATE", seen)

    async def slash(self, user: int, place: Place, line: str, **options: Any) -> Interaction:
        """Somebody uses a slash command; returns when it was acknowledged."""
        return await self._interact(2, user, place, self._command(line, options))

    async def complete(self, user: int, place: Place, line: str, focused: str, **options: Any) -> list[Json]:
        """What is offered while somebody types into the option `focused`."""
        return (await self._interact(4, user, place, self._command(line, options, focused))).choices

    async def press(self, user: int, place: Place, message: Json, custom_id: str, *, copies: int = 1) -> Interaction:
        """Somebody presses a button; with `copies` Discord delivers the same interaction more than once."""
        button = next(c for c in walk(message["components"]) if c.get("custom_id") == custom_id)
        data = {"custom_id": custom_id, "component_type": 2, "id": button["id"]}
        return await self._interact(3, user, place, data, message=message, copies=copies)

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

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else None
        call = Call(request.method, f"/{request.match_info['tail']}", dict(request.query), body)
        self.calls.append(call)
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
                    return await handler(call, *found.groups())
        except Refused as refused:
            return refused.status, refused.body
        return 404, {"message": f"404: Not Found ({call.method} {call.path})", "code": 0}

    def _routes(self) -> tuple[tuple[str, str, Callable[..., Awaitable[Result]]], ...]:
        channel = r"/channels/(\d+)"
        return (
            ("GET", r"/users/@me", self._me),
            ("GET", r"/oauth2/applications/@me", self._application),
            ("POST", r"/users/@me/channels", self._direct),
            ("PUT", r"/applications/\d+(?:/guilds/(\d+))?/commands", self._put_commands),
            ("GET", r"/guilds/(\d+)/members/(\d+)", self._member),
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
            "owner": bot,
            "team": None,
            "bot_public": True,
            "summary": "",
            "hook": True,
            "bot_require_code_grant": False,
        }

    async def _direct(self, call: Call) -> Result:
        return 200, self.world.place_json(self.world.direct(int(call.body["recipient_id"])))

    async def _put_commands(self, call: Call, guild: str | None) -> Result:
        if len(call.body) > 100:
            raise Refused(400, 30032, "Maximum number of application commands reached (100)")
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

    async def _channel(self, _call: Call, number: str) -> Result:
        return 200, self.world.place_json(self._place(number))

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
        return 200, [{k: v for k, v in m.items() if k != "nonce"} for m in reversed(ordered[-limit:])]

    async def _message(self, _call: Call, number: str, message_id: str) -> Result:
        found = next((m for m in self._place(number).messages if m["id"] == message_id), None)
        if found is None:
            raise Refused(404, 10008, "Unknown Message")
        return 200, found

    async def _post(self, call: Call, number: str) -> Result:
        place, body = self._place(number), call.body
        if place.refused:
            raise Refused(403, place.refused, "Refused")
        _check(body)
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
        if not 0 < len(call.body["name"]) <= 100:
            raise Refused(400, 50035, "Invalid Form Body")
        message = next(m for m in parent.messages if m["id"] == message_id)
        thread = self.world.place_json(self.world.open_thread(parent, call.body["name"], message))
        self.gateway.tell("THREAD_CREATE", {**thread, "newly_created": True})
        return 201, thread

    async def _nothing(self, _call: Call, *_parts: str) -> Result:
        return 204, None

    def _place(self, number: str) -> Place:
        place = self.world.places.get(int(number))
        if place is None:
            raise Refused(404, 10003, "Unknown Channel")
        return place

    # Interactions.

    async def _interact(
        self, kind: int, user: int, place: Place, data: Json, *, message: Json | None = None, copies: int = 1
    ) -> Interaction:
        token = uuid.uuid4().hex
        interaction = Interaction(str(self.world.snowflake()), kind, user, place, message)
        interaction.born -= self.late_by
        self.interactions[token] = interaction
        told: Json = {
            "id": interaction.number,
            "application_id": str(BOT),
            "type": kind,
            "token": token,
            "version": 1,
            "data": data,
            "locale": "en-US",
            "channel_id": str(place.id),
            "channel": self.world.place_json(place),
            "app_permissions": str(self.app_permissions),
            "entitlements": [],
            "authorizing_integration_owners": {"0": str(place.guild or 0)},
            "context": 1 if place.kind == DIRECT else 0,
            "attachment_size_limit": 1,
            **({} if message is None else {"message": message}),
        }
        if place.guild:
            rights = str(self.world.permissions_of(user, place.guild))
            told |= {"guild_id": str(place.guild), "guild": {"id": str(place.guild), "features": [], "locale": "en-US"}}
            told |= {"member": {**self.world.member_json(user, place.guild), "permissions": rights}}
        else:
            told["user"] = self.world.users[user]
        for _ in range(copies):
            self.gateway.tell("INTERACTION_CREATE", told)
        if not self.late_by:
            async with asyncio.timeout(_DEADLINE):
                await interaction.acknowledged.wait()
        return interaction

    def _command(self, line: str, options: Json, focused: str = "") -> Json:
        name, *parts = line.split()
        command = next(c for scope in self.commands.values() for c in scope if c["name"] == name)
        spec = command["options"]
        for part in parts:
            spec = next(option for option in spec if option["name"] == part).get("options", [])
        kinds = {option["name"]: option["type"] for option in spec}
        given: list[Json] = [
            {"name": k, "type": kinds[k], "value": v, **({"focused": True} if k == focused else {})}
            for k, v in options.items()
        ]
        for part in reversed(parts):
            given = [{"name": part, "type": 1, "options": given}]
        return {"id": command["id"], "name": name, "type": command.get("type", 1), "options": given}

    async def _callback(self, call: Call, number: str, token: str) -> Result:
        interaction = self.interactions.get(token)
        if interaction is None or interaction.number != number or time.monotonic() - interaction.born > _DEADLINE:
            raise Refused(404, 10062, "Unknown interaction")
        if interaction.callback is not None:
            raise Refused(400, 40060, "Interaction has already been acknowledged.")
        kind, data = call.body["type"], call.body.get("data") or {}
        if kind == 4:
            _check(data)
            self._show(interaction, data)
        elif kind == 5:
            self._show(interaction, {"flags": (data.get("flags") or 0) | _LOADING})
        elif kind == 8:
            interaction.choices = data["choices"]
            if len(interaction.choices) > 25 or any(not 0 < len(c["name"]) <= 100 for c in interaction.choices):
                raise Refused(400, 50035, "Invalid Form Body")
        interaction.callback = {"type": kind, "data": data}
        interaction.acknowledged.set()
        if kind in {4, 8}:
            interaction.settled.set()
        told: Json = {"id": number, "type": interaction.kind, "response_message_loading": kind == 5}
        if interaction.original is not None:
            told["response_message_id"] = interaction.original["id"]
            told["response_message_ephemeral"] = interaction.is_private
        return 200, {"interaction": told}

    async def _edit_original(self, call: Call, token: str) -> Result:
        interaction = self._acknowledged(token)
        if interaction.original is None:
            raise Refused(404, 10008, "Unknown Message")
        _check({**interaction.original, **call.body})
        self.world.edit(interaction.original, call.body)
        interaction.settled.set()
        return 200, interaction.original

    async def _followup(self, call: Call, token: str) -> Result:
        interaction = self._acknowledged(token)
        _check(call.body)
        return 200, self._show(interaction, call.body)

    def _acknowledged(self, token: str) -> Interaction:
        interaction = self.interactions.get(token)
        if interaction is None or interaction.callback is None:
            raise Refused(404, 10015, "Unknown Webhook")
        return interaction

    def _show(self, interaction: Interaction, body: Json) -> Json:
        is_private = bool((body.get("flags") or 0) & _EPHEMERAL)
        place = Place(0, "") if is_private else interaction.place
        user = self.world.users[interaction.user]
        meta = {"id": interaction.number, "type": interaction.kind, "user": user, "authorizing_integration_owners": {}}
        more = {"webhook_id": str(BOT), "application_id": str(BOT), "interaction_metadata": meta}
        message = self.world.add_message(place, BOT, body, **more)
        message["channel_id"] = str(interaction.place.id)
        interaction.shown.append(message)
        interaction.original = interaction.original or message
        return message


@asynccontextmanager
async def running_discord() -> AsyncIterator[DiscordPeer]:
    """A peer on a free port; discord.py finds it as long as the block runs."""
    peer = DiscordPeer()
    application = web.Application()
    application.router.add_get("/gateway/", peer.gateway.serve)
    application.router.add_route("*", "/api/v10/{tail:.*}", peer.answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    peer.gateway.url = f"ws://127.0.0.1:{port}/gateway/"
    before = (discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY)
    discord.http.Route.BASE = f"http://127.0.0.1:{port}/api/v10"
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(peer.gateway.url)
    try:
        yield peer
    finally:
        discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = before
        await peer.gateway.break_off("reset")
        await runner.cleanup()


def _json(status: int, told: Any) -> web.Response:
    # Exactly this content type, without a charset: discord.py compares it letter by letter.
    headers = {"Via": "1.1 peer", "X-RateLimit-Remaining": "9" if status != 429 else "0", "X-RateLimit-Limit": "10"}
    headers |= {"X-RateLimit-Reset-After": "0.05", "X-RateLimit-Reset": str(time.time() + 0.05)}
    if status == 204:
        return web.Response(status=204, headers=headers)
    return web.Response(
        body=json.dumps(told).encode(), status=status, headers={**headers, "Content-Type": "application/json"}
    )


def _check(body: Json) -> None:
    problems = problems_of(body)
    if problems:
        raise Refused(400, 50035, "; ".join(problems))
    if body.get("allowed_mentions", {"parse": ["users"]}).get("parse"):
        raise AssertionError(f"a message that may mention people: {body}")
