"""The state of the Discord peer: servers, people, channels, messages, and how Discord writes them as JSON."""

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]

BOT = 4_000
GUILD = 100 << 22
PODCASTS, GENERAL = 10, 11
ANN, BOB, OWNER = 1, 2, 999
"""Ann may manage the server, Bob may only write; the owner is never there."""

ALL_PERMISSIONS = (1 << 50) - 1
MANAGE_GUILD = 1 << 5
VIEW, SEND = 1 << 10, 1 << 11
WRITER = ALL_PERMISSIONS & ~(MANAGE_GUILD | 1 << 3)
TEXT, DIRECT, THREAD, FORUM = 0, 1, 11, 15
_EPOCH = 1_420_070_400_000
_LOADING = 1 << 7
_HAS_THREAD = 1 << 5
_REQUIRE_TAG = 1 << 4


@dataclass
class Place:
    """A channel, a thread or a direct message."""

    id: int
    name: str
    kind: int = TEXT
    guild: int | None = None
    parent: int | None = None
    recipient: int | None = None
    owner: int = BOT
    refused: int = 0
    """The code with which it refuses whatever is sent."""
    messages: list[Json] = field(default_factory=list)
    denied: int = 0
    """The rights that the bot does not have there."""
    available_tags: tuple[Json, ...] = ()
    needs_tag: bool = False
    tags: tuple[int, ...] = ()
    is_archived: bool = False


def tag(number: int, name: str, *, moderated: bool = False) -> Json:
    """A forum's tag."""
    return {"id": str(number), "name": name, "moderated": moderated, "emoji_id": None, "emoji_name": None}


class World:
    """One server with two people and two channels; tests add to it."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self.users: dict[int, Json] = {}
        self.roles: dict[int, tuple[int, ...]] = {}
        self.guilds: dict[int, Json] = {}
        self.places: dict[int, Place] = {}
        self.add_user(BOT, "podsift", is_bot=True)
        self.add_user(ANN, "ann")
        self.add_user(BOB, "bob")
        self.add_user(OWNER, "olga")
        self.add_guild(GUILD, "Acme", (ANN, BOB))
        self.add_place(PODCASTS, "podcasts", guild=GUILD)
        self.add_place(GENERAL, "general", guild=GUILD)

    def snowflake(self) -> int:
        """A new id; later ones are greater."""
        return (int(datetime.now(UTC).timestamp() * 1_000) - _EPOCH << 22) + next(self._numbers)

    def add_user(self, number: int, name: str, *, is_bot: bool = False) -> None:
        self.users[number] = {
            "id": str(number),
            "username": name,
            "global_name": name,
            "discriminator": "0",
            "avatar": None,
            "bot": is_bot,
        }

    def add_guild(self, number: int, name: str, members: Iterable[int] = ()) -> None:
        """A server. The role `number + 1` may manage it and is the first member's."""
        people = list(members)
        self.guilds[number] = {"id": str(number), "name": name, "members": [BOT, *people], "owner_id": str(OWNER)}
        self.roles[number] = ()
        if people:
            self.guilds[number]["chief"] = people[0]

    def add_place(self, number: int, name: str, **more: Any) -> Place:
        self.places[number] = Place(number, name, **more)
        return self.places[number]

    def direct(self, user: int) -> Place:
        """The direct messages with this person."""
        for place in self.places.values():
            if place.kind == DIRECT and place.recipient == user:
                return place
        return self.add_place(self.snowflake(), "", kind=DIRECT, recipient=user)

    def permissions_of(self, user: int, guild: int) -> int:
        return ALL_PERMISSIONS if self.guilds[guild].get("chief") == user else WRITER

    def add_message(self, place: Place, author: int, body: Json, **more: Any) -> Json:
        """A message as Discord stores it; `minutes_old` dates it back."""
        minutes = more.pop("minutes_old", 0)
        made = datetime.now(UTC) - timedelta(minutes=minutes)
        number = self.snowflake() - (minutes * 60_000 << 22)
        message: Json = {
            "id": str(number),
            "channel_id": str(place.id),
            "type": 0,
            "content": body.get("content") or "",
            "author": self.users[author],
            "timestamp": made.isoformat(),
            "edited_timestamp": None,
            "tts": False,
            "pinned": False,
            "mention_everyone": False,
            "mentions": self._mentioned(author, body),
            "mention_roles": [],
            "attachments": _files_in(body),
            "embeds": [],
            "components": numbered(body.get("components") or []),
            "flags": body.get("flags") or 0,
            **({"nonce": body["nonce"]} if "nonce" in body else {}),
            **self._reference(place, body),
            **more,
        }
        place.messages.append(message)
        return message

    def edit(self, message: Json, body: Json) -> None:
        message["content"] = body.get("content") or message["content"]
        message["flags"] |= body.get("flags") or 0
        if "components" in body:
            message["components"] = numbered(body["components"] or [])
        message["attachments"] = _files_in(body)
        message["flags"] &= ~_LOADING

    def open_thread(self, parent: Place, name: str, message: Json | None) -> Place:
        number = self.snowflake() if message is None else int(message["id"])
        if message is not None:
            message["flags"] |= _HAS_THREAD
        return self.add_place(number, name, kind=THREAD, guild=parent.guild, parent=parent.id)

    def place_json(self, place: Place) -> Json:
        base: Json = {"id": str(place.id), "type": place.kind, "flags": 0, "last_message_id": None}
        if place.kind == DIRECT:
            return {**base, "recipients": [self.users[place.recipient or 0]]}
        base |= {"guild_id": str(place.guild), "name": place.name, "rate_limit_per_user": 0}
        if place.kind != THREAD:
            denied = {"id": str(BOT), "type": 1, "allow": "0", "deny": str(place.denied)}
            rules = [denied] if place.denied else []
            base |= {"position": 0, "permission_overwrites": rules, "topic": None, "nsfw": False, "parent_id": None}
            if place.kind == FORUM:
                base |= {"available_tags": list(place.available_tags), "flags": _REQUIRE_TAG if place.needs_tag else 0}
                base |= {"default_auto_archive_duration": 1440, "default_forum_layout": 0, "default_sort_order": None}
            return base
        now = datetime.now(UTC).isoformat()
        life = {"archived": place.is_archived, "locked": False, "auto_archive_duration": 1440, "archive_timestamp": now}
        return {
            **base,
            "parent_id": str(place.parent),
            "owner_id": str(place.owner),
            "message_count": len(place.messages),
            "member_count": 2,
            "thread_metadata": {**life, "create_timestamp": now},
            "applied_tags": [str(number) for number in place.tags],
        }

    def member_json(self, user: int, guild: int, *, with_user: bool = True) -> Json:
        manages = self.guilds[guild].get("chief") == user
        roles = [guild + 1] if manages else []
        return {
            "roles": [str(role) for role in (*roles, *self.roles.get(user, ()))],
            "joined_at": "2025-01-01T00:00:00+00:00",
            "deaf": False,
            "mute": False,
            "flags": 0,
            "nick": None,
            "avatar": None,
            **({"user": self.users[user]} if with_user else {}),
        }

    def guild_json(self, number: int) -> Json:
        guild = self.guilds[number]
        inside = [place for place in self.places.values() if place.guild == number]
        return {
            **{name: guild[name] for name in ("id", "name", "owner_id")},
            "roles": [
                role_json(number, "@everyone", WRITER),
                role_json(number + 1, "chiefs", ALL_PERMISSIONS),
                role_json(number + 2, "Podcast curator", 0),
            ],
            "members": [self.member_json(user, number) for user in guild["members"]],
            "channels": [self.place_json(place) for place in inside if place.kind != THREAD],
            "threads": [self.place_json(place) for place in inside if place.kind == THREAD],
            "member_count": len(guild["members"]),
            "joined_at": "2025-01-01T00:00:00+00:00",
            "unavailable": False,
            "large": False,
            "features": [],
            "emojis": [],
            "stickers": [],
            "presences": [],
            "voice_states": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
            "icon": None,
            "system_channel_id": str(min((p.id for p in inside), default=0)),
            "afk_timeout": 300,
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "premium_tier": 0,
            "system_channel_flags": 0,
            "preferred_locale": "en-US",
        }

    def _mentioned(self, author: int, body: Json) -> list[Json]:
        if author == BOT:
            return []  # the tests check apart from this that the bot allows none
        numbers = dict.fromkeys(int(found) for found in re.findall(r"<@!?(\d+)>", body.get("content") or ""))
        return [self.users[number] for number in numbers if number in self.users]

    def _reference(self, place: Place, body: Json) -> Json:
        reference = body.get("message_reference")
        if not reference:
            return {}
        meant = str(reference["message_id"])
        there = next((message for message in place.messages if message["id"] == meant), None)
        guild = {"guild_id": str(place.guild)} if place.guild else {}
        return {
            "type": 19,
            "message_reference": {"type": 0, "channel_id": str(place.id), "message_id": meant, **guild},
            "referenced_message": there and {k: v for k, v in there.items() if k != "referenced_message"},
        }


def role_json(number: int, name: str, permissions: int) -> Json:
    return {
        "id": str(number),
        "name": name,
        "permissions": str(permissions),
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "position": 0,
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }


def numbered(components: list[Json]) -> list[Json]:
    """Components as Discord sends them back: each with a number."""
    numbers = itertools.count(1)

    def copied(component: Json) -> Json:
        made = {**component, "id": component.get("id") or next(numbers)}
        if "components" in component:
            made["components"] = [copied(child) for child in component["components"]]
        if component.get("accessory"):
            made["accessory"] = copied(component["accessory"])
        return made

    return [copied(component) for component in components]


def _files_in(body: Json) -> list[Json]:
    about = {"size": 1, "url": "https://cdn.example/f", "proxy_url": "https://cdn.example/f"}
    return [{"id": str(n), "filename": f["filename"], **about} for n, f in enumerate(body.get("attachments") or [], 1)]
