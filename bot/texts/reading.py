"""How days, times, counts and long texts are written for readers."""

import re
from datetime import date
from typing import Final

_SENTENCE_END: Final = re.compile(r"[.!?…](?=\s|$)")
_LATE: Final = 0.6
"""A cut is good from this part of the room on; before it, too much would be lost."""
_NUMBERS: Final = ("no", "one", "two", "three", "four", "five")
_SPARED: Final = 2
"""Words of a body's beginning that its headline may lack."""
_DOUBTS: Final = frozenset({"think", "guess", "say", "feel", "presumably", "kind", "sort", "like"})
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


def unrepeated(body: str, headline: str) -> str:
    """The body without the headline it begins with: nothing of that sentence, or «… because of the fan.».

    A few words that the headline left out («really») may stand between its words, but none that say how sure the
    speaker is: then the body stays whole.
    """
    pieces = body.split()
    wanted = [_plain(word) for word in headline.split()]
    at = spared = 0
    for word in wanted:
        while at < len(pieces) and _plain(pieces[at]) not in {word, *_DOUBTS} and spared < _SPARED:
            at, spared = at + 1, spared + 1
        if at == len(pieces) or _plain(pieces[at]) != word:
            return body
        at += 1
    rest = " ".join(pieces[at:])
    if not rest or not wanted:
        return body
    return rest if _SENTENCE_END.search(pieces[at - 1]) else f"… {rest}"


def _plain(word: str) -> str:
    return "".join(letter for letter in word.casefold() if letter.isalnum())
