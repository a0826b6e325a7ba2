"""The form for a private show: its sign-in is typed into a field that no channel sees and no log holds."""

import json
from typing import Any, Final

from bot.message import Button, Buttons, Message, Paragraph, text
from bot.slack.blocks import Json

FORM: Final = "form"
"""The verb of the button that opens the form."""
PRIVATE_SHOW: Final = "add_private_show"
"""The callback id of the form."""
_ADDRESS: Final = "address"
_SIGN_IN: Final = "sign_in"


def is_asked_for(words: str) -> bool:
    """Whether a command asks for the form."""
    line = words.strip().removeprefix("/podcast").strip().lower()
    return line in {"add-private", "add --private"}


def private_show(conversation: str) -> Json:
    """The form as views.open takes it; it remembers where it was asked for."""
    return {
        "type": "modal",
        "callback_id": PRIVATE_SHOW,
        "private_metadata": json.dumps({"conversation": conversation}),
        "title": _plain("Follow a private show"),
        "submit": _plain("Follow"),
        "close": _plain("Cancel"),
        "blocks": [
            _input(_ADDRESS, "Address of its feed", "https://example.org/rss", hint="Only this workspace sees it."),
            _input(
                _SIGN_IN, "Sign-in, if it needs one", "name:password, or a token", optional=True,
                hint="It is kept encrypted and sent to the show's own server only.",
            ),
        ],
    }  # fmt: skip


def opener() -> Message:
    """Where no form can be opened at once: a button that does."""
    sentence = "Its sign-in does not belong into a message. The form asks for it where nobody else sees it."
    return Message((Paragraph(text(sentence)), Buttons((Button("Open the form", f"{FORM}:private"),))), sentence)


def cut_off() -> Message:
    """A form's content is never kept, so a crash loses it."""
    sentence = "I was stopped while I added your show, and a sign-in is never kept. Please send the form again."
    return Message((Paragraph(text(sentence)), Buttons((Button("Open the form", f"{FORM}:private"),))), sentence)


def submitted(view: Json) -> tuple[str, str, str]:
    """The conversation, the address and the sign-in of a form that was sent."""
    values: Json = (view.get("state") or {}).get("values") or {}

    def field(name: str) -> str:
        return str(((values.get(name) or {}).get(name) or {}).get("value") or "").strip()

    place = json.loads(view.get("private_metadata") or "{}")
    return str(place.get("conversation", "")), field(_ADDRESS), field(_SIGN_IN)


def wrong_address(view: Json) -> dict[str, str]:
    """What is wrong with the fields, by field; Slack shows it in the open form."""
    _, address, _ = submitted(view)
    is_address = address.startswith(("https://", "http://")) and "." in address and " " not in address
    return {} if is_address else {_ADDRESS: "This is no address of a feed. It begins with https://"}


def _input(name: str, label: str, placeholder: str, *, hint: str, optional: bool = False) -> dict[str, Any]:
    element = {"type": "plain_text_input", "action_id": name, "max_length": 2_000, "placeholder": _plain(placeholder)}
    return {
        "type": "input", "block_id": name, "label": _plain(label), "element": element, "hint": _plain(hint),
        "optional": optional,
    }  # fmt: skip


def _plain(words: str) -> Json:
    return {"type": "plain_text", "text": words}
