"""The replies to commands as messages; posts, answers and passages are in `posts.py`."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.commands import VERBS
from bot.shapes.commands import (
    AddedShape,
    ChannelShape,
    CheckShape,
    DoctorShape,
    EpisodeFailureShape,
    ErrorShape,
    FeedShape,
    FeedsShape,
    ReindexShape,
    RemovedShape,
    RetryShape,
    ScanShape,
)
from bot.shapes.status import SpendingShape, StatusShape
from bot.texts.hints import command, with_commands
from bot.texts.message import (
    Block,
    Bullets,
    Button,
    Buttons,
    Heading,
    Message,
    Paragraph,
    Small,
    Text,
    bold,
    code,
    text,
)
from bot.texts.phrases import NOBODY_READS, NOTHING_FOLLOWED

_MARKS = {"ok": "✓", "off": "–", "problem": "✗"}
UNDO = "undo"
"""The verb of the button that takes a removal back; the key is the feed's id."""
_NAMED = 30
"""So many processes are named."""
_LISTED = 10
"""So many failures are told one by one; the rest is counted."""


def error_reply(error: ErrorShape) -> Message:
    """What happened and what to do."""
    blocks: tuple[Block, ...] = (Paragraph(text(error.sentence)),)
    return Message((*blocks, Small(with_commands(error.hint))) if error.hint else blocks, error.sentence)


def help_reply() -> Message:
    """All commands, a line each."""
    lines = tuple(text(code(verb.usage), f" – {verb.summary}", _curators(verb.is_for_curators)) for verb in VERBS)
    return Message(
        (
            Heading(text("What you can say")),
            Bullets(lines),
            Small(
                text(
                    "Say these after /podcast, or in a message to me; there, anything else is taken as a question. "
                    "“no. 3” means the third insight of the day."
                )
            ),
        ),
        "What you can say",
    )


def nothing_followed_reply() -> Message:
    """To whoever lists, asks or searches where there is nothing yet."""
    return Message((Paragraph(with_commands(NOTHING_FOLLOWED)),), NOTHING_FOLLOWED)


def feeds_reply(feeds: FeedsShape) -> Message:
    """What the channel follows."""
    if not feeds.feeds:
        return nothing_followed_reply()
    title = _count(len(feeds.feeds), "show", "shows")
    lines = tuple(_feed_line(number, feed) for number, feed in enumerate(feeds.feeds, start=1))
    return Message((Heading(text(f"{title} followed")), Bullets(lines)), title)


def added_reply(added: AddedShape, *, is_read_now: bool = True) -> Message:
    """A feed was added, or was there already. Unless `is_read_now`, its episodes wait for somebody to start that."""
    feed = added.feed
    if not added.is_new:
        return _one_line(f"{feed.title} is followed already.")
    waiting = _count(feed.waiting, "episode is", "episodes are")
    held = f" {_count(feed.held, 'older one is', 'older ones are')} kept for later (“backfill”)." if feed.held else ""
    when = f" {NOBODY_READS}" if feed.waiting and not is_read_now else ""
    private = " Only this workspace sees it." if feed.audience == "private" else ""
    return Message(
        (
            Paragraph(text("Now following ", bold(feed.title), ".")),
            Small(
                with_commands(
                    f"{waiting} waiting to be read.{when}{held} Old episodes can be searched and are never posted."
                    f"{private}"
                )
            ),
        ),
        f"Now following {feed.title}.",
    )


def removed_reply(removed: RemovedShape) -> Message:
    """A feed was removed."""
    return Message(
        (
            Paragraph(text("No longer following ", bold(removed.title), ".")),
            *((Buttons((Button("Undo", f"{UNDO}:{removed.id}"),)),) if removed.id else ()),
            Small(_back(removed)),
        ),
        f"No longer following {removed.title}.",
    )


def _back(removed: RemovedShape) -> Text:
    if removed.audience == "private":  # its address is shown without what opens it
        return text("To take it back, add it again with the address or the sign-in that its members are given.")
    return text("To take it back: ", command(f"add {removed.url}"))


def scan_reply(scan: ScanShape) -> Message:
    """What a scan brought."""
    feeds = _count(scan.feeds, "feed", "feeds")
    head = f"{feeds} scanned, {_count(scan.new, 'new episode', 'new episodes')} read; {scan.ready} can be searched."
    blocks: list[Block] = [Paragraph(text(head))]
    if scan.waiting:
        blocks.append(Small(text(f"{_count(scan.waiting, 'episode is', 'episodes are')} still on the way.")))
    blocks += [Small(text(reason)) for reason in scan.paused]
    if scan.unread_feeds:
        lines = tuple(text(bold(feed.title or feed.url), f" – {feed.reason}") for feed in scan.unread_feeds)
        blocks += [Paragraph(text("Not read:")), Bullets(lines)]
    if scan.warnings:
        lines = tuple(text(bold(one.title or one.url), f" – {one.sentence}") for one in scan.warnings)
        blocks += [Paragraph(text("Read, but not all of it:")), Bullets(lines)]
    return Message((*blocks, *_failures(scan.failed)), head)


def status_reply(status: StatusShape, *, shows_service: bool = True) -> Message:
    """What is there, what waits, what failed and why."""
    lines = [
        *((text(bold("Service "), _service(status)),) if shows_service else ()),
        text(
            bold("Episodes "),
            f"{status.ready} ready, {status.waiting} waiting, {len(status.failed)} failed, {status.held} held",
        ),
        text(bold("Insights "), f"{status.insights} from {_count(status.feeds, 'feed', 'feeds')}"),
        text(bold("Index "), _stock(status)),
        text(bold("Kept "), _kept(status)),
        *((text(bold("Key "), status.key_problem),) if status.key_problem else ()),
        *(_channel_line(channel) for channel in status.channels),
        *(text(bold("Overdue "), sentence) for sentence in status.overdue),
        *(text(bold("Paused "), sentence) for sentence in status.paused),
        *(_spending_lines(status.spending) if status.spending else ()),
    ]
    blocks: list[Block] = [Heading(text("Status")), Bullets(tuple(lines))]
    if status.unread_feeds:
        feeds = tuple(text(bold(feed.title or feed.url), f" – {feed.reason}") for feed in status.unread_feeds)
        blocks += [Paragraph(text("Feeds that need a look:")), Bullets(feeds)]
    return Message((*blocks, *_failures(status.failed)), "Status")


def schedule_reply(channel: ChannelShape) -> Message:
    """When the channel gets its digest."""
    if channel.paused:
        return _one_line(f"The daily post is paused. “resume” starts it again, at {channel.at:%H:%M} ({channel.zone}).")
    return _one_line(f"The daily post comes at {channel.at:%H:%M} ({channel.zone}).{_next(channel)}")


def retry_reply(retry: RetryShape) -> Message:
    """Which episodes go again, and how many were only paused."""
    goes_on = f"{_count(retry.resumed, 'paused episode goes', 'paused episodes go')} on."
    if not retry.episodes:
        return _one_line(goes_on if retry.resumed else "No episode has failed; there is nothing to try again.")
    head = f"{_count(len(retry.episodes), 'episode goes', 'episodes go')} again."
    listed = Bullets(tuple(text(title) for title in retry.episodes[:_LISTED]))
    return Message((Paragraph(text(head)), listed, *((Small(text(goes_on)),) if retry.resumed else ())), head)


def reindex_reply(reindex: ReindexShape) -> Message:
    """What the index was rebuilt from."""
    episodes = _count(reindex.episodes, "episode", "episodes")
    return _one_line(f"The index was rebuilt from {episodes}: {reindex.passages} passages.")


def doctor_reply(doctor: DoctorShape) -> Message:
    """What is configured, what works, what is missing and how to get it."""
    problems = sum(check.state == "problem" for check in doctor.checks)
    head = f"{_count(problems, 'problem', 'problems')} found." if problems else "Everything that is set up works."
    return Message(
        (Heading(text("Doctor")), Bullets(tuple(_check_line(check) for check in doctor.checks)), Small(text(head))),
        head,
    )


def _stock(status: StatusShape) -> str:
    held = (
        f"{_count(status.passages, 'passage', 'passages')} of {_count(status.indexed_episodes, 'episode', 'episodes')}"
    )
    return f"{held}; searches go by words alone. {status.index_problem}" if status.index_problem else held


def _service(status: StatusShape) -> str:
    if status.processes:
        names = ", ".join(status.processes[:_NAMED])
        more = len(status.processes) - _NAMED
        return f"{_count(len(status.processes), 'process runs', 'processes run')}: {names}" + (
            f" and {more} more" if more > 0 else ""
        )
    return "runs" if status.service else "does not run; start it with “podsift run”"


def _kept(status: StatusShape) -> str:
    gone = (
        f"; of {_count(status.forgotten, 'older episode', 'older episodes')} only the title" if status.forgotten else ""
    )
    if not status.keep_days:
        return f"what was said stays for ever{gone}"
    days = _count(status.keep_days, "day", "days")
    return f"what was said stays for {days}, longer where it was posted or saved{gone}"


def _one_line(sentence: str) -> Message:
    return Message((Paragraph(text(sentence)),), sentence)


def _feed_line(number: int, feed: FeedShape) -> Text:
    counts = [f"{feed.ready} ready"]
    counts += [f"{count} {name}" for count, name in ((feed.waiting, "waiting"), (feed.failed, "failed")) if count]
    private = " · private" if feed.audience == "private" else ""
    newest = f" · newest {feed.newest:%d %b %Y}" if feed.newest else ""
    reason = f" · {feed.reason}" if feed.reason else ""
    return text(f"{number}. ", bold(feed.title or feed.url), f" – {', '.join(counts)}{newest}{private}{reason}")


def _spending_lines(spent: SpendingShape) -> tuple[Text, ...]:
    caps = [
        f"{_dollars(cap)} a {name}" for name, cap in (("day", spent.daily_cap), ("month", spent.monthly_cap)) if cap
    ]
    line = f"{spent.model}: {_dollars(spent.today)} today, {_dollars(spent.month)} this month"
    line += f" ({spent.tokens:,} tokens)" if spent.tokens else ""
    line += f"; at most {' and '.join(caps)}" if caps else "; no cap is set"
    lines = [text(bold("Hosted models "), line)]
    if spent.an_episode is not None:
        episodes = _count(spent.episodes, "episode was", "episodes were")
        lines.append(text(f"{episodes} read this month, {_dollars(spent.an_episode)} each on the average"))
    if spent.problem:
        lines.append(text(bold("Not called now "), spent.problem))
    return tuple(lines)


def _dollars(amount: float) -> str:
    return f"${amount:.4f}" if 0 < amount < 0.01 else f"${amount:.2f}"  # noqa: PLR2004  a cent


def _channel_line(channel: ChannelShape) -> Text:
    when = "paused" if channel.paused else f"daily at {channel.at:%H:%M} {channel.zone}.{_next(channel)}"
    return text(bold(f"Channel {channel.name} "), when)


def _next(channel: ChannelShape) -> str:
    return f" Next: {_local(channel.next_post, channel.zone)}." if channel.next_post else ""


def _local(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%A %d %B, %H:%M}"


def _check_line(check: CheckShape) -> Text:
    advice = f" {check.help}" if check.help else ""
    return text(f"{_MARKS[check.state]} ", bold(check.name), f" – {check.detail}{advice}")


def _failures(failed: tuple[EpisodeFailureShape, ...]) -> tuple[Block, ...]:
    if not failed:
        return ()
    lines = [text(bold(episode.title), f" ({episode.feed_title}) – {episode.reason}") for episode in failed[:_LISTED]]
    if len(failed) > _LISTED:
        lines.append(text(f"and {len(failed) - _LISTED} more"))
    return (
        Paragraph(text("Failed episodes:")),
        Bullets(tuple(lines)),
        Small(text("“podsift retry” lets them go again.")),
    )


def _curators(is_for_curators: bool) -> str:
    return " (curators)" if is_for_curators else ""


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
