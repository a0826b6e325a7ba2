"""What members see before they ask anything: the welcome, the home tab, suggested questions, a farewell."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.slack.faults import NOT_THERE, SlackGone
from bot.slack.place import conversation_of
from bot.texts.message import (
    Block,
    Bullets,
    Button,
    Buttons,
    Divider,
    Heading,
    Message,
    Paragraph,
    Small,
    bold,
    code,
    text,
)
from pipeline.domain.channel import Channel

PROMPTS: Final[tuple[tuple[str, str], ...]] = (
    ("Today's insights", "top"),
    ("What is followed", "list"),
    ("Where guests disagree", "Where did guests disagree this week?"),
    ("What I can say", "help"),
)
HOME: Final = "home"
"""The verb of the home tab's buttons; the key is what to do and the conversation in which it is done."""
_INVITED: Final = "As soon as a member of it says “/invite @Podsift” there, I post."
_HOW_TO_ASK: Final = (
    text("Mention me in a channel, or write to me here: ", code("what did they say about code review?")),
    text("Reply in the thread of a daily post; ", code("no. 3"), " means its third insight."),
    text("Press a number under the post for the evidence: the quote and the minute around it."),
)


def welcome(channel: Channel, now: datetime) -> Message:
    """The first message in a channel."""
    blocks: tuple[Block, ...] = (
        Heading(text("Hello! I listen to podcasts for you")),
        Paragraph(
            text(
                "Every day I post up to five insights from new episodes, each with the words that prove it. ",
                *_when(channel, now),
            )
        ),
        Bullets(
            (
                text("Follow a show: ", code("/podcast add https://example.org/feed.xml")),
                text("Change the time: ", code("/podcast schedule 08:30 Europe/Berlin")),
                text("Ask: mention me, or reply in the thread of a post."),
            )
        ),
        Small(text("Admins and whoever invited me can change what is followed. All commands: ", code("/podcast help"))),
    )  # fmt: skip
    return Message(blocks, "Hello! I post up to five podcast insights a day.", f"welcome:{channel.id}")


def home(channels: Sequence[tuple[Channel, Message]], now: datetime) -> Message:
    """The home tab: each channel with what it follows, its next post and what one does there, and how to ask."""
    blocks: list[Block] = [Heading(text("What your podcasts said")), Bullets(_HOW_TO_ASK)]
    for channel, followed in channels:
        blocks += [Divider(), Paragraph(text(bold(channel.name))), Small(text(*_when(channel, now)))]
        blocks += [Paragraph(block.text) if isinstance(block, Heading) else block for block in followed.blocks]
        blocks.append(_to_do(conversation_of(channel.id)))
    if not channels:
        blocks += [Divider(), Paragraph(text("Invite me to a channel, and I post there every day."))]
    return Message(tuple(blocks), "What your podcasts said")


def thread_opener() -> Message:
    """The first message in the thread of a daily post."""
    words = text("Ask me here about any of these. ", code("no. 3"), " means the third one.")
    return Message((Small(words),), "Ask me here about any of these.")


def announcement(name: str, sentence: str) -> Message:
    """The public line about a change that a member made in private."""
    return Message((Small(text(bold(name), f": {sentence}")),), f"{name}: {sentence}")


def farewell(channel: Channel, gone: SlackGone) -> Message:
    """What the owner of a channel is told, once, when it cannot be posted to any more."""
    sentence = f"I cannot post to {channel.name} any more, so its daily post is paused."
    way_back = _INVITED if gone.code in NOT_THERE else "When that is mended, say “/podcast resume” there."
    return Message((Paragraph(text(sentence)), Small(text(f"{gone} {way_back}"))), sentence)


def outside(channel: Channel) -> Message:
    """What a member is told who set up a channel that we are not in."""
    sentence = f"I am not in {channel.name}, so nothing can be posted there yet."
    return Message((Paragraph(text(sentence, " ", _INVITED)),), sentence)


def in_private(answer: Message) -> Message:
    """An answer that only who asked can see, because we are not in the channel."""
    note = Small(text("I am not in this channel, so nobody else sees this. Say “/invite @Podsift” to change that."))
    return Message((*answer.blocks, note), answer.fallback, answer.key)


def suggested_prompts() -> list[dict[str, Any]]:
    """As assistant.threads.setSuggestedPrompts takes them."""
    return [{"title": title, "message": message} for title, message in PROMPTS]


def _to_do(conversation: str) -> Buttons:
    """A button on the home tab names the conversation that it is about: the tab itself belongs to none."""
    doings = (("Today’s five", "top"), ("Add a show", "setup"), ("Settings", "settings"))
    return Buttons(tuple(Button(label, f"{HOME}:{doing}:{conversation}") for label, doing in doings))


def _when(channel: Channel, now: datetime) -> tuple[str, ...]:
    if channel.paused:
        return ("The daily post is paused.",)
    following = channel.next_post(now).astimezone(ZoneInfo(channel.zone))
    return (f"Next post: {following:%A %d %B, %H:%M} ({channel.zone}).",)
