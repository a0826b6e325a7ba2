"""The page of the shows that the channel follows: what there is of each, adding one, removing one."""

from collections.abc import Sequence
from html import escape

from bot.operations import Outcome
from bot.operations.shaping import feed_shape
from bot.shapes.lists import ChoiceShape
from bot.web.frame import LONGEST_LINE, note, page
from bot.web.markup import html_of
from pipeline.domain.overview import FollowedFeed


def shows_page(shows: Sequence[FollowedFeed], *, told: Outcome | None = None) -> str:
    """All followed shows; `told` is how the last change went. Where several shows may be meant, each has a button."""
    count = f"{len(shows)} {'show' if len(shows) == 1 else 'shows'} followed" if shows else "No show followed yet"
    rows = "".join(map(_show, shows))
    return page(
        "Shows · Podsift",
        [
            f"<h1>Shows</h1><p class=lead>{count}.</p>",
            "" if told is None else _told(told),
            _add(),
            f'<ul class="shows">{rows}</ul>' if rows else "",
        ],
        here="/shows",
    )


def _told(told: Outcome) -> str:
    if not isinstance(told.data, ChoiceShape):
        return note(html_of(told.message), is_problem=bool(told.code))
    buttons = "".join(
        f'<form method="post" action="/shows"><button name="address" value="{escape(show.url)}">'
        f"Follow {escape(show.title)}</button></form>"
        for show in told.data.shows
    )
    return note(f'{html_of(told.message)}<div class="buttons">{buttons}</div>')


def _add() -> str:
    return (
        '<form class="ask" method="post" action="/shows"><label for="address">Follow a show</label><div class="line">'
        f'<input id="address" name="address" required maxlength="{LONGEST_LINE}" autocomplete="off" '
        'spellcheck="false" placeholder="Its name, or the address of its feed or page">'
        '<button class="main">Follow</button></div>'
        "<details><summary>It is a private feed</summary>"
        '<p><label class="check"><input type="checkbox" name="private" value="1"> Only you see it</label></p>'
        '<p><label for="credentials">User name and password (<code>user:password</code>) or a token, if it needs one'
        '</label><input id="credentials" name="credentials" type="password" autocomplete="off" maxlength="2000"></p>'
        "</details></form>"
    )


def _show(followed: FollowedFeed) -> str:
    shape = feed_shape(followed)
    title = escape(shape.title or shape.url)
    numbers = ((shape.ready, "ready"), (shape.waiting, "waiting"), (shape.failed, "failed"), (shape.held, "held"))
    parts = [f"{count} {name}" for count, name in numbers if count] or ["no episodes yet"]
    if shape.newest is not None:
        parts.append(f"newest {shape.newest.day} {shape.newest:%b %Y}")
    if shape.audience == "private":
        parts.append("private")
    problem = f'<p class="problem">{escape(shape.reason)}</p>' if shape.reason else ""
    return (
        f'<li><div><h2 dir=auto>{title}</h2><p class="small">{escape(" · ".join(parts))}</p>'
        f'<p class="small address">{escape(shape.url)}</p>{problem}</div>'
        f'<form method="post" action="/shows/remove"><button name="feed" value="{escape(followed.feed.id)}" '
        f'aria-label="Stop following {title}">Remove</button></form></li>'
    )
