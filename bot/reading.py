"""How days, times, counts and long texts are written for readers."""

import re
from datetime import date
from typing import Final

_SENTENCE_END: Final = re.compile(r"[.!?…](?=\s|$)")
_LATE: Final = 0.6
"""A cut is good from this part of the room on; before it, too much would be lost."""
_NUMBERS: Final = ("no", "one", "two", "three", "four", "five")
_HOUR: Final = 3_600


def weekday(day: date) -> str:
    """«Monday 23 November»."""
    return f"{day:%A} {day.day} {day:%B}"


def short_day(day: date) -> str:
    """«12 Nov»."""
    return f"{day.day} {day:%b}"


def clock(seconds: float) -> str:
    """«12:34», from an hour on «1:02:03»."""
    whole = int(seconds)
    rest = f"{whole % _HOUR // 60:02d}:{whole % 60:02d}" if whole >= _HOUR else f"{whole // 60}:{whole % 60:02d}"
    return f"{whole // _HOUR}:{rest}" if whole >= _HOUR else rest


def in_words(number: int) -> str:
    """Up to five in words, then in digits."""
    return _NUMBERS[number] if 0 <= number < len(_NUMBERS) else f"{number:,}"


def counted(number: int, noun: str, nouns: str | None = None) -> str:
    """«1 show», «3 shows»."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


def shortened(text: str, longest: int) -> str:
    """At most `longest` characters: cut after a sentence where one ends late enough, else between words with «…»."""
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    if longest <= 1:
        return "…"[:longest]
    head = text[: longest - 1]
    end = max((found.start() for found in _SENTENCE_END.finditer(head)), default=-1)
    if end >= longest * _LATE:
        return head[: end + 1]
    space = head.rfind(" ")
    return (head[:space] if space >= longest * _LATE else head).rstrip(" ,;:–-") + "…"
