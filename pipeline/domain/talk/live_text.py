"""What text of models, feeds and transcripts must not do: link, call people, hide letters, give orders to a machine."""

import re
import unicodedata
from typing import Final

_INVISIBLE: Final = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    r"\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e01ef]+"
)
_LIVE: Final = re.compile(
    r"\b[a-z][a-z\d+.-]*://|\bhttps?:|\bwww\.|\b(?:javascript|data|mailto|tel):\S|<[@#!/a-z|][^>]*>|\]\(|(?<![\w.])@\w+"
    r"|\b(?:[\w-]+\.)+[a-z]{2,24}/\S|\$\{|\{\{",
    re.IGNORECASE,
)
_ORDERS: Final = re.compile(
    r"\b(?:ignore|disregard|forget|override) (?:all |any |the |your |my )*(?:previous|prior|above|earlier"
    r"|system) (?:instructions?|prompts?|rules|messages?)"
    r"|\bsystem prompt\b|\byou are now (?:a|an|in)\b|\bas an ai (?:language )?model\b",
    re.IGNORECASE,
)
_KEY: Final = re.compile(r"\b(?=[A-Za-z_]*\d)(?=\d*[A-Za-z])[A-Za-z\d_]{26,}\b")
"""A wallet's address, a key, something encoded: nobody says such a word."""
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
    """The first link, mention, key or order to a machine in the text, None when there is none.

    Hidden characters do not hide one: give the text as it came, not what `inert` made of it.
    """
    found = (_LIVE.search(reading) or _ORDERS.search(reading) or _KEY.search(reading) for reading in _readings(text))
    return next((match.group() for match in found if match), None)


def bare_address(text: str) -> str | None:
    """The first web address without a scheme («pods.example»), which some platforms turn into a link."""
    found = (match.group() for reading in _readings(text) for match in _ADDRESS.finditer(reading))
    return next((address for address in found if address.casefold() not in _NO_ADDRESS), None)


def _readings(text: str) -> tuple[str, ...]:
    """The text as a platform may read it: what is hidden may join the letters around it or part them."""
    plain = unicodedata.normalize("NFKC", text)
    joined = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    return (plain,) if plain == joined else (plain, joined, unicodedata.normalize("NFKC", inert(text)))
