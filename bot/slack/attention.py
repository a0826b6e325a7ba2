"""When a message is for us: always if we are addressed, otherwise only where silence would be rude."""

import re
from typing import Final

from bot.slack.hearing import Heard, Kind
from pipeline.domain.conversation import Talk

_ASKING: Final = re.compile(
    r"\?|^(?:who|whom|whose|what|what's|when|where|which|why|how|is|are|was|were|do|does|did|can|could|should|would|"
    r"will|tell|explain|compare|summari[sz]e|show|list|find|search|give|more|and|name)\b",
    re.IGNORECASE,
)


def could_be_ours(heard: Heard, talk: Talk | None) -> bool:
    """Whether it is in a place where we may have to answer; messages elsewhere are dropped unread."""
    if heard.kind is not Kind.MESSAGE:
        return True
    return heard.is_direct or heard.is_mention or (heard.is_reply and (heard.in_our_thread or talk is not None))


def is_for_us(heard: Heard, talk: Talk | None) -> bool:
    """Whether to answer a message that could be ours.

    Without a mention, people who talk to each other are left alone: who mentions somebody else, who says something
    that asks nothing, who answers another member, and in a thread of others everybody but the one who asked us.
    """
    if heard.is_direct or heard.is_mention:
        return True
    if heard.for_others or not _ASKING.search(heard.text):
        return False
    talk = talk or Talk()
    if talk.last_speaker not in {"", heard.user}:
        return False
    return heard.in_our_thread or talk.asker in {"", heard.user}
