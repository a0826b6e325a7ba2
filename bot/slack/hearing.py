"""What Slack tells us, as values: pure, and the same value however often Slack says it."""

import html
import json
import re
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from bot.slack.blocks import Json
from bot.slack.forms import CHANNEL_FORM, PRIVATE_SHOW, chosen, place_of, submitted, wrong_fields

ASK_ABOUT: Final = "ask_about_this"
"""The message shortcut's callback id, as in the manifest."""
_LONGEST_QUESTION: Final = 1_000
_KEPT_SUBTYPES: Final = frozenset({None, "file_share", "thread_broadcast"})
_GONE_EVENTS: Final = frozenset({"channel_left", "group_left", "channel_archive", "group_archive", "channel_deleted"})
_RENAMED_EVENTS: Final = frozenset({"channel_rename", "group_rename"})
HEARD_EVENTS: Final = frozenset(
    {
        *_GONE_EVENTS, *_RENAMED_EVENTS, "app_home_opened", "app_mention", "app_uninstalled", "member_joined_channel",
        "message.channels", "message.groups", "message.im", "tokens_revoked",
    }
)  # fmt: skip
"""What the manifests have to subscribe to."""
_USER: Final = re.compile(r"<@([A-Z0-9]+)(?:\|([^>]*))?>")
_CHANNEL: Final = re.compile(r"<#([A-Z0-9]+)(?:\|([^>]*))?>")
_LINK: Final = re.compile(r"<(https?://[^|>]+)(?:\|[^>]*)?>")
_REST: Final = re.compile(r"<[!@#a-z][^|>]*(?:\|([^>]*))?>")


class Kind(StrEnum):
    """What was heard."""

    MESSAGE = "message"
    COMMAND = "command"
    PRESS = "press"
    SHORTCUT = "shortcut"
    HOME = "home"
    JOINED = "joined"
    LEFT = "left"
    RENAMED = "renamed"
    UNINSTALLED = "uninstalled"
    SUBMITTED = "submitted"


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing somebody said or did. `event_id` names the thing, not its delivery: one mention is two events.

    `text` is plain words, of a press the action. `thread` is where a reply belongs. `address` takes private replies.
    `for_others` holds when another member is mentioned. `trigger` opens a form, for three seconds. `secret` is what a
    form's hidden field holds; it is never kept. `bot` is our own user id. `file` is the first one that was sent along.
    `at_home` holds for the home tab, which shows no replies.
    """

    kind: Kind
    team: str
    conversation: str
    user: str
    event_id: str
    text: str = ""
    name: str = ""
    conversation_name: str = ""
    thread: str = ""
    address: str = ""
    is_direct: bool = False
    is_mention: bool = False
    is_reply: bool = False
    in_our_thread: bool = False
    for_others: bool = False
    organisation: str = ""
    trigger: str = ""
    bot: str = ""
    file: str = ""
    at_home: bool = False
    secret: str = field(default="", repr=False)

    def to_json(self) -> str:
        """As the inbox keeps it."""
        return json.dumps(asdict(replace(self, secret="")), ensure_ascii=False)

    @classmethod
    def from_json(cls, body: str) -> "Heard":
        """The inverse of `to_json`."""
        values = json.loads(body)
        return cls(**{**values, "kind": Kind(values["kind"])})


def heard_in(body: Json, *, bot: str) -> Heard | None:
    """What a payload of Slack says; None for what is not ours to hear. `bot` is our own user id."""
    if body.get("type") == "event_callback":
        return _event(body, body.get("event") or {}, bot)
    if body.get("command"):
        return _command(body)
    if body.get("type") == "block_actions":
        return _press(body)
    if body.get("type") == "view_submission":
        return _submission(body)
    if body.get("type") == "message_action" and body.get("callback_id") == ASK_ABOUT:
        return _shortcut(body, bot)
    return None


def heard_in_history(message: Json, *, team: str, place: str, bot: str) -> Heard | None:
    """What a message of a conversation's history says, as if we had heard it when it was said."""
    return _message(team, {**message, "channel": place}, bot)


def plain_words(raw: str, *, bot: str = "") -> str:
    """What a member wrote, without Slack's markup: names with @ and #, links as addresses, our own name left out.

    Where Slack gave no name, the id stands there; `Team.readable` puts the name in its place.
    """
    words = _USER.sub(lambda found: "" if found[1] == bot else f"@{found[2] or found[1]}", raw)
    words = _CHANNEL.sub(lambda found: f"#{found[2] or found[1]}", _LINK.sub(r"\1", words))
    words = _REST.sub(lambda found: found[1] or "", words)
    return html.unescape(" ".join(words.split()))


def _event(body: Json, event: Json, bot: str) -> Heard | None:
    kind = event.get("type")
    if kind in {"message", "app_mention"}:
        return _message(_team_of(body), event, bot)
    if kind == "app_uninstalled" or (kind == "tokens_revoked" and (event.get("tokens") or {}).get("bot")):
        return _uninstalled(body)
    return _of_place(_team_of(body), str(body["event_id"]), event, bot)


def _of_place(team: str, name: str, event: Json, bot: str) -> Heard | None:
    """What happened to a place: opened, joined, left, renamed."""
    kind = event.get("type")
    if kind == "app_home_opened":
        tab, place = str(event.get("tab", "home")), str(event.get("channel", ""))
        return Heard(Kind.HOME, team, place, str(event["user"]), name, text=tab)
    if kind == "member_joined_channel" and event.get("user") == bot:
        return Heard(Kind.JOINED, team, str(event["channel"]), str(event.get("inviter") or ""), name)
    if kind in _RENAMED_EVENTS:
        place_now: Json = event["channel"]
        new = str(place_now.get("name") or place_now["id"])
        return Heard(Kind.RENAMED, team, str(place_now["id"]), "", name, conversation_name=new)
    return Heard(Kind.LEFT, team, str(event["channel"]), "", name) if kind in _GONE_EVENTS else None


def _team_of(body: Json) -> str:
    """The team that we are installed in: in a shared channel the event itself may be of another team."""
    installed: Json = next(iter(body.get("authorizations") or []), {})
    return str(installed.get("team_id") or body.get("team_id") or "")


def _uninstalled(body: Json) -> Heard:
    installed: Json = next(iter(body.get("authorizations") or []), {})
    organisation = str(installed.get("enterprise_id") or body.get("enterprise_id") or "")
    is_all = bool(installed.get("is_enterprise_install") or body.get("is_enterprise_install")) and organisation
    team = "" if is_all else _team_of(body)
    when = str(body.get("event_time") or "0")
    return Heard(Kind.UNINSTALLED, team, "", "", str(body["event_id"]), text=when, organisation=organisation)


def _message(team: str, event: Json, bot: str) -> Heard | None:
    user = event.get("user")
    if event.get("subtype") not in _KEPT_SUBTYPES or event.get("bot_id") or not user or user == bot:
        return None
    raw, place, stamp = str(event.get("text", "")), str(event["channel"]), str(event["ts"])
    thread = str(event.get("thread_ts") or stamp)
    mentioned = {found[1] for found in _USER.finditer(raw)}
    return Heard(
        Kind.MESSAGE,
        team,
        place,
        str(user),
        f"message:{place}:{stamp}",
        text=plain_words(raw, bot=bot)[:_LONGEST_QUESTION],
        thread=thread,
        is_direct=event.get("channel_type") == "im" or place.startswith("D"),
        is_mention=bot in mentioned,
        is_reply=thread != stamp,
        in_our_thread=bool(bot) and event.get("parent_user_id") == bot,
        for_others=bool(mentioned - {bot}),
        bot=bot,
        file=_first_file(event),
    )


def _first_file(event: Json) -> str:
    files: list[Json] = event.get("files") or []
    return str(files[0].get("id", "")) if files else ""


def _command(body: Json) -> Heard:
    place = str(body["channel_id"])
    return Heard(
        Kind.COMMAND,
        str(body["team_id"]),
        place,
        str(body["user_id"]),
        f"command:{body['trigger_id']}",
        text=plain_words(str(body.get("text", ""))),
        name=str(body.get("user_name", "")),
        conversation_name=str(body.get("channel_name", "")),
        address=str(body.get("response_url", "")),
        is_direct=place.startswith("D"),
        trigger=str(body["trigger_id"]),
    )


def _press(body: Json) -> Heard | None:
    action: Json = next(iter(body.get("actions") or []), {})
    place = str((body.get("channel") or {}).get("id", ""))
    if not action.get("value"):
        return None
    user = body["user"]
    return Heard(
        Kind.PRESS,
        _team_of_user(body),
        place,
        str(user["id"]),
        f"press:{user['id']}:{action.get('action_ts')}:{action.get('action_id')}",
        text=str(action["value"]),
        name=str(user.get("username", "")),
        address=str(body.get("response_url", "")),
        is_direct=place.startswith("D"),
        trigger=str(body.get("trigger_id", "")),
        at_home=(body.get("view") or {}).get("type") == "home",
    )


def _submission(body: Json) -> Heard | None:
    view: Json = body.get("view") or {}
    form = view.get("callback_id")
    if form not in {PRIVATE_SHOW, CHANNEL_FORM} or wrong_fields(view):
        return None
    conversation = place_of(view)
    heard = Heard(
        Kind.SUBMITTED,
        _team_of_user(body),
        conversation,
        str(body["user"]["id"]),
        f"submitted:{view.get('id')}",
        name=str(body["user"].get("username", "")),
        is_direct=conversation.startswith("D"),
    )
    if form == CHANNEL_FORM:
        return replace(heard, text=json.dumps(chosen(view)))
    address, sign_in = submitted(view)
    # The address may be a key itself, so it is as secret as the sign-in.
    return replace(heard, secret=json.dumps({"address": address, "credentials": sign_in}))


def _team_of_user(body: Json) -> str:
    """Where the app is installed for a whole organisation, no team is named."""
    return str((body.get("team") or {}).get("id") or (body.get("user") or {}).get("team_id") or "")


def _shortcut(body: Json, bot: str) -> Heard:
    message: dict[str, Any] = body.get("message") or {}
    place, user = body["channel"], body["user"]
    stamp = str(message.get("ts", ""))
    return Heard(
        Kind.SHORTCUT,
        _team_of_user(body),
        str(place["id"]),
        str(user["id"]),
        f"shortcut:{body['trigger_id']}",
        text=plain_words(str(message.get("text", "")), bot=bot)[:_LONGEST_QUESTION],
        name=str(user.get("username", "")),
        conversation_name=str(place.get("name", "")),
        thread=str(message.get("thread_ts") or stamp),
        address=str(body.get("response_url", "")),
        is_direct=str(place["id"]).startswith("D"),
        bot=bot,
    )
