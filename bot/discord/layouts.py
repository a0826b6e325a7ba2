"""Panels as discord.py's layout views, and the ids of their buttons."""

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from discord import ui

from bot.discord.panels import BUTTONS_IN_A_ROW, LONGEST_LABEL, Line, Panel, Row, Words
from bot.texts.message import LONGEST_ACTION, Button

MARKED_ACTION: Final = re.compile(r"(?P<action>.+?)(?:~(?P<marker>[a-z2-7]{24}))?")
"""A button's id: its action, and the marker of the message that it belongs to."""
_ACCENT: Final = 0x1F7A8C
"""The colour of the bar beside everything that we say."""
_NO_LABEL: Final = "…"


def marker_of(key: str) -> str:
    """24 characters that stand for a message's key: its nonce, and the end of its buttons' ids."""
    return base64.b32encode(hashlib.blake2b(key.encode(), digest_size=15).digest()).decode().lower()


def layout(panel: Panel, *, marker: str = "", attachment: str = "") -> ui.LayoutView:
    """The view of a panel, with the file of this name under it if there is one.

    It is stopped: buttons are answered by their id alone, so nothing is kept in memory.
    """
    ids = _Ids(marker)
    view = ui.LayoutView(timeout=None)
    items = (item for part in panel.parts for item in _items(part, ids))
    view.add_item(ui.Container[ui.LayoutView](*items, accent_colour=_ACCENT))
    if attachment:
        view.add_item(ui.File[ui.LayoutView](f"attachment://{attachment}"))
    view.stop()
    return view


def button_rows(buttons: Sequence[Button], *, marker: str = "") -> ui.View:
    """A view of buttons alone, for a message with plain content; the first 25 of them."""
    ids = _Ids(marker)
    view = ui.View(timeout=None)
    for number, made in enumerate(_buttons(buttons[: BUTTONS_IN_A_ROW**2], ids)):
        made.row = number // BUTTONS_IN_A_ROW
        view.add_item(made)
    view.stop()
    return view


def markers_in(components: Sequence[Any]) -> Iterator[str]:
    """The markers of all buttons in a message that was read from Discord."""
    for component in components:
        found = MARKED_ACTION.fullmatch(getattr(component, "custom_id", None) or "")
        if found is not None and found["marker"]:
            yield found["marker"]
        accessory = getattr(component, "accessory", None)
        yield from markers_in([*getattr(component, "children", ()), *([accessory] if accessory else [])])


class _Ids:
    """Gives every button of one message its id; an id may occur once, or Discord refuses the whole message."""

    def __init__(self, marker: str) -> None:
        self._marker = marker
        self._given: set[str] = set()

    def of(self, button: Button) -> str | None:
        """The button's id, None when the message has it already."""
        marked = f"{button.action}~{self._marker}" if self._marker else button.action
        chosen = marked if len(marked) <= LONGEST_ACTION else button.action
        if chosen in self._given:
            return None
        self._given.add(chosen)
        return chosen


def _items(part: Words | Line | Row, ids: _Ids) -> Iterator[ui.Item[ui.LayoutView]]:
    match part:
        case Line():
            yield ui.Separator[ui.LayoutView]()
        case Row(buttons):
            if made := tuple(_buttons(buttons, ids)):
                yield ui.ActionRow[ui.LayoutView](*made)
        case Words(markdown, button):
            said = ui.TextDisplay[ui.LayoutView](markdown)
            made = () if button is None else tuple(_buttons((button,), ids))
            yield ui.Section[ui.LayoutView](said, accessory=made[0]) if made else said


def _buttons(buttons: Sequence[Button], ids: _Ids) -> Iterator[ui.Button[Any]]:
    for button in buttons:
        custom_id = ids.of(button)
        if custom_id is not None:
            yield ui.Button(label=button.label[:LONGEST_LABEL] or _NO_LABEL, custom_id=custom_id)
