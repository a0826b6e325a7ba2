"""Lists of shows in and out (OPML), and the older episodes of a show."""

import asyncio
import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from bot.app import App
from bot.handover import Progress, Report
from bot.operations.finding import try_reading
from bot.operations.following import follow_show, reason_of, start_reading
from bot.operations.outcome import Member, Outcome
from bot.operations.spending import hearing_cost, reading_cost
from bot.shapes.commands import FeedFailureShape
from bot.shapes.lists import BackfillShape, ExportShape, ImportShape, ListedShape
from bot.texts.list_replies import backfill_reply, export_reply, import_reply
from bot.texts.wording import FAILED
from pipeline.adapters.opml import OpmlFeed, read_opml, write_opml
from pipeline.domain.episode import Episode, EpisodeState
from pipeline.domain.errors import BadInput, CatalogUnavailable, FeedUnreadable, FetchError
from pipeline.domain.feed import Feed
from pipeline.domain.insight import Author
from pipeline.domain.intake.keyed_address import holds_a_key, take_credentials, without_keys
from pipeline.domain.spending import Purpose

_AT_ONCE: Final = 8
_MOST_FEEDS: Final = 2_000
_MOST_BYTES: Final = 5_000_000
_MOST_EPISODES: Final = 10_000
_LOOKED_BACK: Final = 10
"""So many of a show's last episodes tell what one of them costs."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A feed of a list as it would be followed: `shown` is its address for people."""

    title: str
    url: str
    credentials: str | None
    private: bool
    shown: str

    def listed(self) -> ListedShape:
        return ListedShape(title=self.title, url=self.shown, audience="private" if self.private else "public")


@dataclass(frozen=True, slots=True)
class _Result:
    """What became of an entry; `reason` says why it is not followed."""

    entry: _Entry
    is_new: bool = False
    reason: str = ""


async def import_list(app: App, member: Member, arguments: dict[str, Any], report: Report) -> Outcome:
    """Follow every show of an OPML list; one that cannot be read is told and stops no other.

    Arguments: opml (the file in base64) or address (where it is), dry_run. An address that is a key, or holds a
    sign-in, is followed as a private feed.
    """
    entries = _entries(read_opml(await _file(app, arguments)))
    if not entries:
        raise BadInput("This list names no feed.")
    is_dry = bool(arguments.get("dry_run"))
    followed = await app.library.feeds(workspace=member.workspace, channel_id=member.channel_id)
    known = {_same(each.feed.url) for each in followed}
    results = await _each(app, member, entries, known, is_dry=is_dry, report=report)
    is_read_now = is_dry or await start_reading(app)
    data = ImportShape(
        dry_run=is_dry,
        new=tuple(r.entry.listed() for r in results if r.is_new),
        duplicate=tuple(r.entry.listed() for r in results if not r.is_new and not r.reason),
        unreachable=tuple(
            FeedFailureShape(title=r.entry.title, url=r.entry.shown, reason=r.reason) for r in results if r.reason
        ),
    )
    return Outcome(data, import_reply(data, is_read_now=is_read_now), FAILED if data.unreachable and not is_dry else 0)


async def export_list(app: App, member: Member, arguments: dict[str, Any], _report: Report) -> Outcome:
    """The public shows that the channel follows as OPML.

    Argument: private (bool, for curators): the private ones too, without what opens them.
    """
    with_private = bool(arguments.get("private"))
    if with_private and not member.is_curator:
        raise BadInput("Private shows are exported by curators only; ask one of them.")
    followed = [f.feed for f in await app.library.feeds(workspace=member.workspace, channel_id=member.channel_id)]
    feeds = [feed for feed in followed if with_private or feed.audience.is_public]
    shows = tuple(map(_exported, feeds))
    opml = write_opml((OpmlFeed(show.title, show.url) for show in shows), title="Shows followed with Podsift")
    data = ExportShape(shows=shows, left_out=len(followed) - len(feeds), opml=opml.decode())
    return Outcome(data, export_reply(data))


async def backfill(app: App, member: Member, arguments: dict[str, Any], _report: Report) -> Outcome:
    """Take up a show's older episodes, which were held when it was added; without `confirmed` only say what it means.

    Arguments: name (see `remove`), count (the newest so many), confirmed.
    """
    count = int(arguments["count"])
    if not 1 <= count <= _MOST_EPISODES:
        raise BadInput(f"Say how many older episodes, 1 to {_MOST_EPISODES}.")
    name = str(arguments["name"])
    followed = await app.library.find_feed(name, workspace=member.workspace, channel_id=member.channel_id)
    feed = followed.feed
    episodes = await app.library.episodes(feed.id, workspace=member.workspace, limit=_MOST_EPISODES)
    held = [episode for episode in episodes if episode.state is EpisodeState.HELD][:count]
    is_started = bool(arguments.get("confirmed")) and bool(held)
    data = await _plan(app, feed, held, episodes, of=followed.episodes.held, is_started=is_started)
    if is_started:
        await app.desk.release(feed.id, newest=len(held))
        await start_reading(app)
    return Outcome(data, backfill_reply(data, name=name))


async def _file(app: App, arguments: dict[str, Any]) -> bytes:
    if arguments.get("address"):
        try:
            return (await app.pipeline.fetcher.fetch(str(arguments["address"]), max_bytes=_MOST_BYTES)).body
        except FetchError as error:
            error.retryable = False  # nobody tries it again but the member
            raise
    try:
        return base64.b64decode(str(arguments["opml"]), validate=True)
    except binascii.Error as error:
        raise BadInput("This file did not arrive whole; send it again.") from error


def _entries(feeds: Sequence[OpmlFeed]) -> list[_Entry]:
    if len(feeds) > _MOST_FEEDS:
        raise BadInput(f"This list names {len(feeds)} feeds; import at most {_MOST_FEEDS} at a time.")
    by_address: dict[str, _Entry] = {}
    for feed in feeds:
        private = holds_a_key(feed.url)
        url, credentials = take_credentials(feed.url)
        shown = without_keys(url) if private else url
        title = shown if feed.title == feed.url else feed.title
        by_address.setdefault(_same(url), _Entry(title, url, credentials, private, shown))
    return list(by_address.values())


async def _each(
    app: App, member: Member, entries: Sequence[_Entry], known: set[str], *, is_dry: bool, report: Report
) -> list[_Result]:
    slots = asyncio.Semaphore(_AT_ONCE)
    done = 0

    async def one(entry: _Entry) -> _Result:
        nonlocal done
        async with slots:
            result = await (_tried(app, entry, known) if is_dry else _followed(app, member, entry, known))
        done += 1
        report(Progress(done, len(entries), entry.title))
        return result

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(entry)) for entry in entries]
    except* CatalogUnavailable as several:
        raise several.exceptions[0] from None
    return [task.result() for task in tasks]


async def _tried(app: App, entry: _Entry, known: set[str]) -> _Result:
    if _same(entry.url) in known:
        return _Result(entry)
    try:
        found_at, _ = await try_reading(app, entry.url, credentials=entry.credentials)
    except (FetchError, FeedUnreadable) as error:
        return _Result(entry, reason=reason_of(error))
    return _Result(entry, is_new=_same(found_at) not in known)


async def _followed(app: App, member: Member, entry: _Entry, known: set[str]) -> _Result:
    if _same(entry.url) in known:
        return _Result(entry)
    try:
        _, is_new = await follow_show(app, member, entry.url, private=entry.private, credentials=entry.credentials)
    except (FetchError, FeedUnreadable) as error:
        return _Result(entry, reason=reason_of(error))
    return _Result(entry, is_new=is_new)


def _same(url: str) -> str:
    """One name for the spellings of an address."""
    return url.partition("://")[2].rstrip("/").casefold()


def _exported(feed: Feed) -> ListedShape:
    public = feed.audience.is_public
    url = take_credentials(feed.url)[0] if public else without_keys(feed.url)
    return ListedShape(title=feed.title or url, url=url, audience="public" if public else "private")


async def _plan(
    app: App, feed: Feed, held: Sequence[Episode], episodes: Sequence[Episode], *, of: int, is_started: bool
) -> BackfillShape:
    silent = [episode for episode in held if not episode.found.transcripts]
    can_hear = app.pipeline.transcriber is not None
    reading = await _dollars(app, held, episodes)
    lengths = [episode.found.duration for episode in silent if episode.found.duration]
    return BackfillShape(
        title=feed.title or without_keys(feed.url),
        held=of,
        episodes=len(held),
        oldest=held[-1].when if held else None,
        published=len(held) - len(silent),
        to_transcribe=len(silent) if can_hear else 0,
        hours=sum(lengths) / len(lengths) * len(silent) / 3600 if lengths and can_hear else None,
        unreadable=0 if can_hear else len(silent),
        dollars=None if reading is None else reading + hearing_cost(app, silent),
        started=is_started,
        hosted="" if app.hosted.ear is None else app.hosted.ear.model.name,
    )


async def _dollars(app: App, held: Sequence[Episode], episodes: Sequence[Episode]) -> float | None:
    """What the language model may cost for these, going by the show's last ones or, without any, by their length."""
    if app.pipeline.author is Author.EXTRACT:
        return 0.0
    read = [episode for episode in episodes if episode.state is EpisodeState.READY][:_LOOKED_BACK]
    since = app.clock.now() - timedelta(days=3650)
    totals = [await app.spending.total(since=since, subject=episode.id, purpose=Purpose.EXTRACT) for episode in read]
    paid = [total.dollars for total in totals if total.calls]
    return sum(paid) / len(paid) * len(held) if paid else await reading_cost(app, held)
