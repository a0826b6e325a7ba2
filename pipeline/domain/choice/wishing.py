"""How a channel's members change what they read more of, less of and nothing of; every wish can be taken back."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pipeline.domain.channel import Channel
from pipeline.domain.choice.wishes import Want, Wish, wishes_of
from pipeline.domain.errors import BadInput
from pipeline.domain.talk.live_text import inert

_LONGEST: Final = 60
_MOST: Final = 30


def want_of(channel: Channel, topic: str) -> Want | None:
    """What the channel wants of this topic, None when it has not said."""
    return next((wish.want for wish in wishes_of(channel) if _same(wish.topic, topic)), None)


def with_wish(channel: Channel, topic: str, want: Want) -> Channel:
    """The channel with this wish last in its list; what it wanted of the topic before no longer counts.

    Raises BadInput when the topic is no topic, or when there are too many.
    """
    named = topic_named(topic)
    others = _without(channel, named)
    if len(wishes_of(others)) >= _MOST:
        raise BadInput(f"This channel has {_MOST} topics already. Take one back first, with “topics drop TOPIC”.")
    return _with(others, (*wishes_of(others), Wish(want, named)))


def without_wish(channel: Channel, topic: str) -> Channel:
    """The channel without its wish about this topic. Raises BadInput when there is none."""
    named = topic_named(topic)
    if want_of(channel, named) is None:
        known = ", ".join(f"“{wish.topic}”" for wish in wishes_of(channel))
        has = f"It has {known}." if known else "It has none."
        raise BadInput(f"This channel has said nothing about “{named}”. {has}")
    return _without(channel, named)


def without_wishes(channel: Channel) -> Channel:
    """The channel as it was before anybody wished for anything."""
    return _with(channel, ())


def topic_named(text: str) -> str:
    """The topic in these words. Raises BadInput when they are none, or a whole text."""
    topic = inert(text).strip("“”\"'., ")
    if not any(letter.isalnum() for letter in topic):
        raise BadInput("Say which topic, for example “topics more code review”.")
    if len(topic) > _LONGEST:
        raise BadInput(f"A topic has at most {_LONGEST} letters; name it in a few words.")
    return topic


def _without(channel: Channel, topic: str) -> Channel:
    return _with(channel, tuple(wish for wish in wishes_of(channel) if not _same(wish.topic, topic)))


def _with(channel: Channel, wishes: Sequence[Wish]) -> Channel:
    more, less, muted = (
        tuple(w.topic for w in wishes if w.want is want) for want in (Want.MORE, Want.LESS, Want.MUTED)
    )
    return replace(channel, more=more, less=less, muted=muted)


def _same(one: str, other: str) -> bool:
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())
