"""The forms: a private show, whose sign-in no channel sees and no log holds; and a channel's settings."""

import json
import re
from typing import Any, Final
from zoneinfo import available_timezones

from bot.slack.blocks import Json
from bot.texts.message import Button, Buttons, Message, Paragraph, text
from pipeline.domain.channel import Channel

FORM: Final = "form"
"""The verb of the buttons that open a form; the key says which."""
PRIVATE_SHOW: Final = "add_private_show"
"""The callback id of the form for a private show."""
CHANNEL_FORM: Final = "channel_settings"
"""The callback id of the form for a channel's settings, and for setting one up."""
_ADDRESS: Final = "address"
_SIGN_IN: Final = "sign_in"
_SHOW: Final = "show"
_AT: Final = "at"
_ZONE: Final = "zone"
_POST: Final = "post"
_ON: Final = ("on", "Post every day")
_OFF: Final = ("off", "Paused")
_MODAL_BLOCKS: Final = 90


def is_asked_for(words: str) -> bool:
    """Whether a command asks for the form of a private show."""
    line = words.strip().removeprefix("/podcast").strip().lower()
    return line in {"add-private", "add --private"}


def private_show(conversation: str) -> Json:
    """The form as views.open takes it; it remembers where it was asked for."""
    blocks = [
        _input(
            _ADDRESS, "Address of its feed", _typed("https://example.org/rss"), hint="Only this workspace sees it."
        ),
        _input(
            _SIGN_IN, "Sign-in, if it needs one", _typed("name:password, or a token"), is_optional=True,
            hint="It is kept encrypted and sent to the show's own server only.",
        ),
    ]  # fmt: skip
    return _modal(PRIVATE_SHOW, "Follow a private show", "Follow", conversation, blocks)


def channel_form(channel: Channel, conversation: str, *, about: list[Json], is_setup: bool) -> Json:
    """The form for a channel's time, zone and whether it gets posts; `about` is shown above the fields.

    With `is_setup` it asks for a first show too.
    """
    states = [{"text": _plain(label), "value": value} for value, label in (_ON, _OFF)]
    show = _input(
        _SHOW, "A show to follow", _typed("https://example.org/feed.xml, or its name"), is_optional=True,
        hint="More of them later, with /podcast add.",
    )  # fmt: skip
    fields = [
        _input(_AT, "Time of the daily post", {"type": "timepicker", "initial_time": f"{channel.at:%H:%M}"}),
        _input(_ZONE, "Time zone", {**_typed("Europe/Berlin"), "initial_value": channel.zone, "max_length": 60}),
        _input(
            _POST, "Daily post",
            {"type": "radio_buttons", "options": states, "initial_option": states[channel.paused and not is_setup]},
        ),
    ]  # fmt: skip
    title = "Setting up" if is_setup else "Settings"
    return _modal(
        CHANNEL_FORM, title, "Save", conversation, [*about[:_MODAL_BLOCKS], *([show] if is_setup else []), *fields]
    )


def opener() -> Message:
    """Where no form can be opened at once: a button that does."""
    return with_opener("Its sign-in does not belong into a message. The form asks for it where nobody else sees it.")


def cut_off() -> Message:
    """A form's content is never kept, so a crash loses it."""
    return with_opener(
        "I was stopped while I added your show, and a sign-in is never kept. Please send the form again."
    )


def with_opener(sentence: str) -> Message:
    """A sentence and the button that opens the form for a private show."""
    return Message((Paragraph(text(sentence)), Buttons((Button("Open the form", f"{FORM}:private"),))), sentence)


def place_of(view: Json) -> str:
    """The conversation in which a form was asked for."""
    return str(json.loads(view.get("private_metadata") or "{}").get("conversation", ""))


def submitted(view: Json) -> tuple[str, str]:
    """The address and the sign-in of a private show."""
    return _field(view, _ADDRESS), _field(view, _SIGN_IN)


def chosen(view: Json) -> dict[str, str]:
    """What was chosen for a channel: `show` (maybe empty), `at`, `zone`, `post` (on or off)."""
    return {name: _field(view, name) for name in (_SHOW, _AT, _ZONE, _POST)}


def wrong_fields(view: Json) -> dict[str, str]:
    """What is wrong with the fields, by field; Slack shows it in the open form."""
    if view.get("callback_id") == CHANNEL_FORM:
        zone = _field(view, _ZONE)
        is_zone = zone in available_timezones()
        return {} if is_zone else {_ZONE: f"“{zone[:40]}” is no time zone; name one like Europe/Berlin."}
    address = _field(view, _ADDRESS)
    is_address = re.fullmatch(r"https?://\S+\.\S+", address) is not None
    return {} if is_address else {_ADDRESS: "This is no address of a feed. It begins with https://"}


def _field(view: Json, name: str) -> str:
    values: Json = (view.get("state") or {}).get("values") or {}
    field: Json = (values.get(name) or {}).get(name) or {}
    said = field.get("value") or field.get("selected_time") or (field.get("selected_option") or {}).get("value")
    return str(said or "").strip()


def _modal(name: str, title: str, submit: str, conversation: str, blocks: list[Json]) -> Json:
    return {
        "type": "modal",
        "callback_id": name,
        "private_metadata": json.dumps({"conversation": conversation}),
        "title": _plain(title),
        "submit": _plain(submit),
        "close": _plain("Cancel"),
        "blocks": blocks,
    }


def _input(name: str, label: str, element: Json, *, hint: str = "", is_optional: bool = False) -> dict[str, Any]:
    block: Json = {"type": "input", "block_id": name, "label": _plain(label), "element": {**element, "action_id": name}}
    return {**block, "optional": is_optional, **({"hint": _plain(hint)} if hint else {})}


def _typed(placeholder: str) -> Json:
    return {"type": "plain_text_input", "max_length": 2_000, "placeholder": _plain(placeholder)}


def _plain(words: str) -> Json:
    return {"type": "plain_text", "text": words}
