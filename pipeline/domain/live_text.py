"""What text of models, feeds and transcripts must not do: link, call people, hide letters, give orders to a machine."""

import re
import unicodedata
from typing import Final

_INVISIBLE: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    r"\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e01ef]+"
)
_LIVE: Final = re.compile(
    r"\b[a-z][a-z\d+.-]*://|\bhttps?:|\bwww\.|\b(?:javascript|data|mailto|tel):\S|<[@#!/a-z|][^>]*>|\]\(|(?<![\w.])@\w+"
    r"|\b(?:[\w-]+\.)+[a-z]{2,24}/\S",
    re.IGNORECASE,
)
_ORDERS: Final = re.compile(
    r"\b(?:ignore|disregard|forget|override) (?:all |any |the |your |my )*(?:previous|prior|above|earlier"
    r"|system) (?:instructions?|prompts?|rules|messages?)"
    r"|\bsystem prompt\b|\byou are now (?:a|an|in)\b|\bas an ai (?:language )?model\b",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(
    r"\b(?:[\w-]+\.)+(?:com|io|org|net|dev|ai|co|fm|me|app|xyz|gg|ly|to|tv|uk|de|eu|ru|cn|info|biz|link|site|online"
    r"|shop|store|top|club|live|zip|example|test)\b(?!\.\w)",
    re.IGNORECASE,
)
_NO_ADDRESS: Final = frozenset({"asp.net", "vb.net", "ado.net", "ml.net"})


def inert(text: str) -> str:
    """The text on one line without characters that nobody sees."""
    return " ".join(_INVISIBLE.sub(" ", text).split())


def live_part(text: str) -> str | None:
    """The first link, mention or order to a machine in the text, None when there is none."""
    plain = unicodedata.normalize("NFKC", text)
    found = _LIVE.search(plain) or _ORDERS.search(plain)
    return found.group() if found else None


def bare_address(text: str) -> str | None:
    """The first web address without a scheme («pods.example»), which some platforms turn into a link."""
    plain = unicodedata.normalize("NFKC", text)
    found = (m.group() for m in _ADDRESS.finditer(plain))
    return next((address for address in found if address.casefold() not in _NO_ADDRESS), None)
