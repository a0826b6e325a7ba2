"""Finding one's way: a channel's settings, what is still to be set up, and taking back a removal."""

from typing import Any
from zoneinfo import ZoneInfo

from bot.app import App
from bot.handover import Report
from bot.operations.outcome import Member, Outcome
from bot.operations.shaping import feed_shape
from bot.shapes.commands import AddedShape, TextShape
from bot.texts.message import Block, Bullets, Heading, Message, Paragraph, Small, Text, bold, code, plain, text
from bot.texts.replies import added_reply
from pipeline.domain.channel import Channel


async def settings(app: App, member: Member, _arguments: dict[str, Any], _report: Report) -> Outcome:
    """How the member's channel is set up, and the commands that change it."""
    channel = await app.pipeline.channels.get(member.channel_id, workspace=member.workspace)
    shows = await _shows(app, member)
    lines = (
        text(
            *(bold("Daily post: "), _when(app, channel), " – ", code("schedule 08:30 Europe/Berlin"), ", "),
            code("resume" if channel.paused else "pause"),
        ),
        text(bold("Shows: "), str(shows), " – ", code("list"), ", ", code("add SHOW"), ", ", code("remove SHOW")),
        text(bold("Topics: "), code("topics"), " shows what is posted more, less or not at all"),
    )
    who = (
        "You may change all of this." if member.is_curator else "Curators may change this; everybody may look and ask."
    )
    return _told(f"Settings of {channel.name}", (Bullets(lines), Small(text(who))))


async def setup(app: App, member: Member, _arguments: dict[str, Any], _report: Report) -> Outcome:
    """What is done and what is still to do until the channel gets its first post."""
    channel = await app.pipeline.channels.get(member.channel_id, workspace=member.workspace)
    shows = await _shows(app, member)
    wish = "resume" if channel.paused else "schedule 08:30"
    steps = (
        _step(shows > 0, "Follow a show", f"{shows or 'none'} so far", "add https://example.org/feed.xml"),
        _step(not channel.paused, "Get a daily post", _when(app, channel), wish),
        _step(False, "See what would be posted now", "without posting it", "preview"),
        _step(False, "Ask", "mention me, or reply under a post", "ask what did they say about code review?"),
    )  # fmt: skip
    note = "" if member.is_curator else "The first two are for curators; ask one of them."
    blocks: tuple[Block, ...] = (Bullets(steps), *((Small(text(note)),) if note else ()))
    return _told(f"Setting up {channel.name}", blocks)


async def undo(app: App, member: Member, arguments: dict[str, Any], _report: Report) -> Outcome:
    """Follow a show again that was removed. Argument: feed, its id. Raises UnknownFeed."""
    feed_id = str(arguments["feed"])
    is_new = await app.subscriptions.follow(
        member.channel_id, feed_id, workspace=member.workspace, added_by=member.name
    )
    followed = await app.library.find_feed(feed_id, workspace=member.workspace, channel_id=member.channel_id)
    data = AddedShape(feed=feed_shape(followed), is_new=is_new)
    return Outcome(data, added_reply(data))


async def add_private(_app: App, _member: Member, _arguments: dict[str, Any], _report: Report) -> Outcome:
    """How to follow a show that needs a sign-in: never by writing the sign-in into a message."""
    lines = (
        Paragraph(text("A sign-in does not belong into a message. Where it is asked for out of sight:")),
        Bullets(
            (
                text("Slack and Discord: ", code("/podcast add-private"), " opens a form"),
                text("the page and the terminal: ", code("podsift add ADDRESS --private")),
            )
        ),
    )
    return _told("Following a private show", lines)


async def _shows(app: App, member: Member) -> int:
    return len(await app.library.feeds(workspace=member.workspace, channel_id=member.channel_id))


def _when(app: App, channel: Channel) -> str:
    if channel.paused:
        return "paused"
    following = channel.next_post(app.clock.now()).astimezone(ZoneInfo(channel.zone))
    return f"daily at {channel.at:%H:%M} ({channel.zone}), next on {following:%A %d %B}"


def _step(is_done: bool, name: str, state: str, command: str) -> Text:
    return text(f"{'✓' if is_done else '○'} ", bold(name), f" – {state}: ", code(command))


def _told(title: str, blocks: tuple[Block, ...]) -> Outcome:
    message = Message((Heading(text(title)), *blocks), title)
    return Outcome(TextShape(text=plain(message)), message)
