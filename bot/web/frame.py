"""The frame of every page, and the small parts they share. Pure: strings in, a whole HTML page out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

LONGEST_LINE: Final = 2_000
"""Characters that fit into the box."""
_NAVIGATION: Final = (("/", "Posts"), ("/shows", "Shows"))


@dataclass(frozen=True, slots=True)
class View:
    """What a page needs beside its subject: the channel's zone (IANA) and its clock's aware time."""

    zone: str
    now: datetime


def page(title: str, body: Sequence[str], *, here: str = "", newest: int | None = None) -> str:
    """A whole page. `here` is the entry of the navigation that it belongs to.

    With `newest`, the number of the newest post, the script looks for newer ones now and then.
    """
    watch = "" if newest is None else f' data-newest="{newest}"'
    links = "".join(_entry(address, name, is_here=address == here) for address, name in _NAVIGATION)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)}</title>"
        '<link rel="icon" href="/icon.svg" type="image/svg+xml"><link rel="stylesheet" href="/page.css">'
        '<script src="/page.js" defer></script></head>'
        f'<body{watch}><a class="skip" href="#main">To the content</a>'
        '<header><div class="column"><a class="brand" href="/"><img src="/icon.svg" alt="" width="28" height="28">'
        f'Podsift</a><nav aria-label="Pages">{links}</nav></div></header>'
        f'<main id="main" class="column">{"".join(body)}</main></body></html>'
    )


def note(words: str, *, is_problem: bool = False) -> str:
    """A box that tells how something went; `words` is HTML."""
    return f'<div class="note{" problem" if is_problem else ""}" role="status">{words}</div>'


def moment(at: datetime, view: View) -> str:
    """A time as people say it, in the channel's zone."""
    zone = ZoneInfo(view.zone)
    local, today = at.astimezone(zone), view.now.astimezone(zone).date()
    days = (today - local.date()).days
    day = {0: "Today", 1: "Yesterday"}.get(days, f"{local:%A} {local.day} {local:%B}")
    year = "" if local.year == today.year else f" {local.year}"
    return f'<time datetime="{local.isoformat(timespec="seconds")}">{day}{year}, {local:%H:%M}</time>'


def _entry(address: str, name: str, *, is_here: bool) -> str:
    current = ' aria-current="page"' if is_here else ""
    return f'<a href="{address}"{current}>{name}</a>'
