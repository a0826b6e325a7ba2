"""Tags, entities and invisible characters of caption text."""

import re
from html import unescape

_TAG = re.compile(
    r"</?[A-Za-z_.][^<>]*>"  # <i>, <font color=red>, <c.yellow>, </v>
    r"|<\s*/?\s*>"
    r"|<\s*\d+:[\d:.,\s]*>"  # the karaoke time marks of WebVTT
    r"|\{\\[^{}]*\}"  # position codes that SubStation left in SRT files
)
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u2060\ufeff\u00ad\x00-\x08\x0e-\x1f]")
_BREAK = re.compile(r"\r\n|\r|\n")


def plain_text(text: str) -> str:
    """The text without tags, with its entities resolved and its line breaks kept."""
    return _INVISIBLE.sub("", unescape(_TAG.sub("", text))).replace("\xa0", " ")


def one_line(text: str) -> str:
    """The text with every run of white space made one space."""
    return " ".join(text.split())


def lines_of(text: str) -> list[str]:
    """The lines, whichever of the three line ends the file uses; other separators stay within a line."""
    return _BREAK.split(text)


def says_something(text: str) -> bool:
    """Whether there is a letter or a digit in it: a lone note or dash says nothing."""
    return any(c.isalnum() for c in text)
