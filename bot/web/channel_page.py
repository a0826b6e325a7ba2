"""The page of the channel: a box to ask, the posts, and the talk under each."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from bot.texts.message import Message
from bot.web.frame import LONGEST_LINE, View, moment, note, page
from bot.web.markup import html_of
from bot.web.talk import Entry, Thread

_QUICK = (("top", "Today’s five"), ("saved", "Saved"), ("status", "Status"), ("help", "Commands"))


@dataclass(frozen=True, slots=True)
class Said:
    """A command and its reply, which is shown once and kept nowhere."""

    words: str
    reply: Message


def channel_page(
    threads: Sequence[Thread],
    view: View,
    *,
    lead: str,
    once: str,
    newest: int | None,
    earlier: int | None,
    said: Said | None = None,
) -> str:
    """Newest first. `lead` says what comes when; `once` marks what the forms send, so that it counts once.

    `newest` is the newest post's number, None on a page of older ones; `earlier` the number before which there is more.
    """
    is_first = newest is not None
    title = "Your channel" if is_first else "Earlier posts"
    body = [f'<h1>{title}</h1><p class="lead">{escape(lead)}</p>']
    if is_first:
        body += [_box(once), '<p class="news" hidden><a href="/">Something new was posted. Show it</a></p>']
    if said is not None:
        body.append(note(f'<p class="command"><code>{escape(said.words)}</code></p>{html_of(said.reply)}'))
    if not threads:
        body.append(_empty())
    body += [_thread(thread, view, once=once, stays=is_first) for thread in threads]
    if earlier is not None:
        body.append(f'<p class="more"><a class="button" href="/?before={earlier}">Earlier posts</a></p>')
    return page("Podsift", body, here="/" if is_first else "", newest=newest)


def thread_page(thread: Thread, view: View, *, once: str) -> str:
    """One post with everything under it."""
    back = '<p class="back"><a href="/">All posts</a></p>'
    return page(thread.root.message.fallback, [back, _thread(thread, view, once=once, stays=False)])


def _box(once: str) -> str:
    quick = "".join(f'<button name="text" value="{word}" formnovalidate>{name}</button>' for word, name in _QUICK)
    return (
        '<form class="ask" method="post" action="/say"><label for="ask">Ask what was said</label>'
        f'<div class="line"><input id="ask" name="text" maxlength="{LONGEST_LINE}" required autocomplete="off" '
        'placeholder="Why do small models forget less?" aria-describedby="ask-hint">'
        f'<button class="main">Ask</button></div><input type="hidden" name="once" value="{once}">'
        '<p id="ask-hint" class="small">Answers come from the shows you follow, each with its place in the episode. '
        "Commands begin with <code>/podcast</code>.</p></form>"
        '<form class="quick" method="post" action="/say">'
        f'<input type="hidden" name="once" value="{once}">{quick}</form>'
    )


def _empty() -> str:
    return (
        '<article class="empty"><h2>Nothing here yet</h2>'
        '<p>Follow a few <a href="/shows">shows</a>. Their new episodes are read, and the day’s five best insights '
        "appear here. You can ask as soon as the first episode is ready.</p></article>"
    )


def _thread(thread: Thread, view: View, *, once: str, stays: bool) -> str:
    number = thread.root.number
    is_post = not thread.root.said
    kind = "post" if is_post else "question"
    talk = "".join(_exchange(entry, view, level=3) for entry in thread.talk)
    under = f'<section class="talk" aria-label="Thread">{talk}</section>' if talk else ""
    return (
        f'<article id="e{number}" class="{kind}">{_root(thread.root, view)}{under}'
        f"{_follow_up(number, once=once, stays=stays, is_post=is_post)}</article>"
    )


def _root(root: Entry, view: View) -> str:
    if root.said:
        return _exchange(root, view, level=2)
    permanent = f'<a class="when" href="/thread/{root.number}">{moment(root.posted, view)}</a>'
    return f"{permanent}{html_of(root.message, level=2)}"


def _exchange(entry: Entry, view: View, *, level: int) -> str:
    """A question under its own heading, so that it can be found by headings; the reply's own are one lower."""
    return (
        f'<div class="exchange" id="x{entry.number}"><p class="when">{moment(entry.posted, view)}</p>'
        f"<h{level} class=asked dir=auto>{escape(entry.said)}</h{level}>"
        f'<div class="reply">{html_of(entry.message, level=level + 1)}</div></div>'
    )


def _follow_up(number: int, *, once: str, stays: bool, is_post: bool) -> str:
    words = "Ask about these" if is_post else "Ask a follow-up"
    stay = '<input type="hidden" name="stay" value="1">' if stays else ""
    hint = "What does no. 2 rest on?" if is_post else "And why is that?"
    return (
        f'<form class="follow" method="post" action="/say"><label for="f{number}">{words}</label><div class="line">'
        f'<input id="f{number}" name="text" maxlength="{LONGEST_LINE}" required autocomplete="off" '
        f'placeholder="{hint}"><button>Ask</button></div><input type="hidden" name="under" value="{number}">'
        f'{stay}<input type="hidden" name="once" value="{once}.{number}"></form>'
    )
