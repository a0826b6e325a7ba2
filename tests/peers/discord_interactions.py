"""Interactions of the Discord peer: slash commands, menus, buttons, forms and completions, with their deadlines."""

import asyncio
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from tests.peers.discord_gateway import Gateway
from tests.peers.discord_rules import walk
from tests.peers.discord_world import ALL_PERMISSIONS, BOT, DIRECT, Json, Place, World

_EPHEMERAL, _LOADING = 1 << 6, 1 << 7
_DEADLINE = 3.0
_ATTACHMENT = 11
Result = tuple[int, Any]


class Refused(Exception):
    """An error answer."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message}


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
    form: Json | None = None
    files: dict[str, bytes] = field(default_factory=dict)
    acknowledged: asyncio.Event = field(default_factory=asyncio.Event)
    settled: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_private(self) -> bool:
        return self.original is not None and bool(self.original["flags"] & _EPHEMERAL)


class Interactions:
    """What people do with the bot's commands and buttons."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self.world = world
        self.gateway = gateway
        self.commands: dict[str, list[Json]] = {}
        self.interactions: dict[str, Interaction] = {}
        self.late_by = 0.0
        """Seconds by which interactions are older than they look."""
        self.app_permissions = ALL_PERMISSIONS
        self.cdn = ""
        self.files: dict[str, bytes] = {}
        """What members send along, by name."""

    async def slash(self, user: int, place: Place, line: str, **options: Any) -> Interaction:
        """Somebody uses a slash command; returns when it was acknowledged."""
        return await self._interact(2, user, place, self._command(line, options))

    async def pick(self, user: int, place: Place, entry: str, message: Json) -> Interaction:
        """Somebody picks an entry of a message's menu."""
        command = next(c for scope in self.commands.values() for c in scope if c["name"] == entry)
        data = {"id": command["id"], "name": entry, "type": 3, "target_id": message["id"]}
        return await self._interact(2, user, place, {**data, "resolved": {"messages": {message["id"]: message}}})

    async def send_form(self, user: int, place: Place, form: Json, **values: str) -> Interaction:
        """Somebody fills a form in and sends it."""
        given = []
        for number, name in enumerate((label["component"]["custom_id"] for label in form["components"]), start=1):
            line = {"type": 4, "id": 10 + number, "custom_id": name, "value": values.get(name.replace("-", "_"), "")}
            given.append({"type": 18, "id": number, "component": line})
        return await self._interact(5, user, place, {"custom_id": form["custom_id"], "components": given})

    async def complete(self, user: int, place: Place, line: str, focused: str, **options: Any) -> list[Json]:
        """What is offered while somebody types into the option `focused`."""
        return (await self._interact(4, user, place, self._command(line, options, focused))).choices

    async def press(self, user: int, place: Place, message: Json, custom_id: str, *, copies: int = 1) -> Interaction:
        """Somebody presses a button; with `copies` Discord delivers the same interaction more than once."""
        button = next(c for c in walk(message["components"]) if c.get("custom_id") == custom_id)
        data = {"custom_id": custom_id, "component_type": 2, "id": button["id"]}
        return await self._interact(3, user, place, data, message=message, copies=copies)

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
            self.gateway.tell("INTERACTION_CREATE", told, guild=place.guild)
        if not self.late_by:
            async with asyncio.timeout(_DEADLINE):
                await interaction.acknowledged.wait()
        return interaction

    def _command(self, line: str, options: Json, focused: str = "") -> Json:
        name, *parts = line.split()
        command = next(
            c for scope in self.commands.values() for c in scope if c["name"] == name and c.get("type", 1) == 1
        )
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
        sent = {v: self._attachment(v) for k, v in options.items() if kinds[k] == _ATTACHMENT}
        resolved = {"resolved": {"attachments": sent}} if sent else {}
        return {"id": command["id"], "name": name, "type": command.get("type", 1), "options": given, **resolved}

    def _attachment(self, name: str) -> Json:
        size = len(self.files.get(name, b""))
        url = f"{self.cdn}{name}"
        return {"id": "77", "filename": name, "size": size, "url": url, "proxy_url": url}

    async def _callback(self, call: Any, number: str, token: str) -> Result:
        interaction = self.interactions.get(token)
        if interaction is None or interaction.number != number or time.monotonic() - interaction.born > _DEADLINE:
            raise Refused(404, 10062, "Unknown interaction")
        if interaction.callback is not None:
            raise Refused(400, 40060, "Interaction has already been acknowledged.")
        kind, data = call.body["type"], call.body.get("data") or {}
        if kind == 4:
            self._show(interaction, data)
        elif kind == 5:
            self._show(interaction, {"flags": (data.get("flags") or 0) | _LOADING})
        elif kind == 8:
            interaction.choices = data["choices"]
        elif kind == 9:
            interaction.form = data
        interaction.callback = {"type": kind, "data": data}
        interaction.acknowledged.set()
        if kind in {4, 8, 9}:
            interaction.settled.set()
        told: Json = {"id": number, "type": interaction.kind, "response_message_loading": kind == 5}
        if interaction.original is not None:
            told["response_message_id"] = interaction.original["id"]
            told["response_message_ephemeral"] = interaction.is_private
        return 200, {"interaction": told}

    async def _edit_original(self, call: Any, token: str) -> Result:
        interaction = self._acknowledged(token)
        if interaction.original is None:
            raise Refused(404, 10008, "Unknown Message")
        self.world.edit(interaction.original, call.body)
        interaction.files |= call.files
        interaction.settled.set()
        return 200, interaction.original

    async def _followup(self, call: Any, token: str) -> Result:
        interaction = self._acknowledged(token)
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
