"""The replies about topics: what a channel wants to read, and how each wish is taken back."""

from typing import Final

from bot.shapes.topics import TopicsShape
from bot.texts.message import Bullets, Heading, Message, Paragraph, Small, Text, bold, code, text
from pipeline.domain.choice.wishes import Want

_VERBS: Final = {Want.MORE: "more", Want.LESS: "less", Want.MUTED: "mute"}
_NOW: Final = {
    Want.MORE: "More of “{}” from the next post on.",
    Want.LESS: "Less of “{}” from the next post on.",
    Want.MUTED: "Nothing about “{}” from the next post on; it can still be asked about.",
    None: "“{}” counts like any other topic again.",
}


def topics_reply(topics: TopicsShape) -> Message:
    """What the channel asked for, and how to change it."""
    title = "Topics of this channel"
    lines = [
        text(bold(f"{name} "), ", ".join(named))
        for name, named in (("More of", topics.more), ("Less of", topics.less), ("Nothing of", topics.muted))
        if named
    ]
    listed = Bullets(tuple(lines)) if lines else Paragraph(text("It has not asked for any; the best insights win."))
    return Message((Heading(text(title)), listed, Small(_how())), title)


def changed_topics_reply(topic: str, *, before: Want | None, now: Want | None) -> Message:
    """One wish was made or taken back, and how to undo it."""
    sentence = _NOW[now].format(topic)
    undo = f"topics {_VERBS[before]} {topic}" if before is not None else f"topics drop {topic}"
    if before is now:
        return Message((Paragraph(text(sentence)), Small(text("That was so already."))), sentence)
    return Message((Paragraph(text(sentence)), Small(text("To undo it: ", code(undo)))), sentence)


def reset_topics_reply(before: TopicsShape) -> Message:
    """All wishes were taken back; `before` is what they were, so that none is lost."""
    wishes = [
        f"topics {verb} {topic}"
        for verb, named in (("more", before.more), ("less", before.less), ("mute", before.muted))
        for topic in named
    ]
    if not wishes:
        sentence = "This channel had not asked for any topic."
        return Message((Paragraph(text(sentence)),), sentence)
    sentence = "All topics of this channel count alike again."
    again = Bullets(tuple(text(code(wish)) for wish in wishes))
    return Message((Paragraph(text(sentence)), Small(text("To take one up again:")), again), sentence)


def _how() -> Text:
    return text(
        *(code("topics more TOPIC"), ", ", code("topics less TOPIC"), " and ", code("topics mute TOPIC"), " ask for "),
        *("it, ", code("topics drop TOPIC"), " takes it back, ", code("topics reset"), " takes all back."),
    )
