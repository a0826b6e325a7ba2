"""Where hosts read aloud what listeners wrote: their questions and stories are not the show's own words (English)."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from pipeline.domain.talk.sentences import Sentence

_NAME: Final = r"[A-Z][\w'’-]+"
_START: Final = re.compile(
    rf"\b(?i:(?:next|first|second|third|last|another|this|final|other) (?:up|one|question|story|email|letter"
    rf"|message)\b"
    rf"[^.?!]{{0,24}}\bfrom) (?:a |our |an )?(?:{_NAME}|anonymous|anon\b|listener)"
    rf"|\b(?i:questions?|email|letter|message) (?:here )?(?i:is |was |comes |came )(?i:in )?from (?:{_NAME}"
    rf"|anonymous|anon\b)"
    rf"|^(?:And |So |Okay,? )?(?!(?:He|She|They|It)\b){_NAME}(?: {_NAME})? (?:asks|says,? (?:hi|hey|first|hello))\b"
    r"|^(?i:hi|hey|hello|dear),? (?:guys|[A-Z]\w+,? (?:and|&) [A-Z]\w+)\b"
    r"|\b(?i:long[- ]?time listener|love (?:the|your) (?:show|podcast)|keep up the (?:good|great)"
    r"|thanks? (?:you )?(?:so much )?for (?:the|all the|a|this|your|all of the) (?:\w+ )?(?:show|podcast|content"
    r"|episode|work))"
)
_PARTING: Final = re.compile(
    r"\b(?:thanks|thank you|love (?:the|your) (?:show|podcast)|keep up|cheers|what do you think|any (?:advice"
    r"|tips|thoughts))\b",
    re.IGNORECASE,
)
_REACH: Final = 200
"""Words: longer letters are seldom read out."""
_STORY: Final = 90
"""Words that are taken for the letter's when no question and no parting shows its end."""
_PAUSE: Final = 70
"""Words between two questions of one letter."""


def letters_among(said: Sequence[Sentence]) -> frozenset[int]:
    """The indices of the sentences that are read aloud."""
    found: set[int] = set()
    for index, sentence in enumerate(said):
        if _START.search(sentence.text):
            found.update(range(index, _end(said, index) + 1))
    return frozenset(found)


def _end(said: Sequence[Sentence], start: int) -> int:
    """The last question or parting of the letter, or where a story without any is about to end."""
    reached = None
    end = start
    for index in _following(said, start):
        sentence = said[index]
        if sentence.is_question or _PARTING.search(sentence.text):
            if reached is not None and sentence.first - said[reached].last > _PAUSE:
                break
            reached = index
        if sentence.last - said[start].first <= _STORY:
            end = index
    return end if reached is None else reached


def _following(said: Sequence[Sentence], start: int) -> Iterator[int]:
    for index in range(start, len(said)):
        if said[index].last - said[start].first > _REACH or said[index].turn != said[start].turn:
            return
        yield index
