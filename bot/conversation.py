"""What a question means in its thread, before it is answered."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.domain.answer import Moment
from pipeline.domain.digest import Digest
from pipeline.domain.insight import Insight
from pipeline.domain.talk.asking import has_no_subject

_COUNTED: Final = ("one", "two", "three", "four", "five")
_ORDINALS: Final = ("first", "second", "third", "fourth", "fifth")
_SHORT_ORDINALS: Final = ("1st", "2nd", "3rd", "4th", "5th")
_LAST: Final = "last"
_NUMBER: Final = re.compile(
    rf"(?:\bn[or]s?\b\.?|\bnumbers?\b|\bitems?\b|\binsights?\b|#)\s*((?:\d{{1,3}}|{'|'.join(_COUNTED)})\b"
    r"(?:\s*(?:,|&|and|or|und)\s*\d{1,3}\b)*)",
    re.IGNORECASE,
)
_ORDINAL: Final = re.compile(
    rf"\bthe\s+({'|'.join((*_ORDINALS, *_SHORT_ORDINALS, _LAST))})\s+"
    r"(?:one|insight|item|point|claim|of\s+the(?:m|se))\b",
    re.IGNORECASE,
)
_ALONE: Final = re.compile(r"^(?:and\s+|what\s+about\s+|how\s+about\s+)?([1-5])\s*[?.!]*$", re.IGNORECASE)
_LEANS: Final = re.compile(
    r"^(?:and|but|so|how so|really)\b|\b(?:this|that|these|those|it|its|they|them|their|he|she|him|her|his)\b",
    re.IGNORECASE,
)
_SHORT: Final = 4
"""A question of so few words leans on what was asked before."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a question leans on: words that resolve it, and where the insights that it means were said."""

    context: str = ""
    about: tuple[Moment, ...] = ()


def meaning_of(question: str, *, digest: Digest | None, earlier: Sequence[str] = ()) -> Meaning:
    """What «no. 3» or «that» means; nothing when the question stands alone.

    `digest` is that of the post whose thread this is; `earlier` are the member's previous questions in this thread,
    oldest first. Earlier answers are left out on purpose: they are never evidence.
    """
    meant = _meant(question, digest)
    if meant:
        return Meaning("\n".join(insight.text for insight in meant), tuple(map(_moment, meant)))
    if not earlier or not (_LEANS.search(question) or len(question.split()) <= _SHORT):
        return Meaning()
    before = meaning_of(earlier[-1], digest=digest, earlier=earlier[:-1])
    return Meaning(f"{before.context}\n{earlier[-1]}".strip(), before.about)


def missing_number(question: str, *, digest: Digest | None) -> int | None:
    """The number of an insight that the post has not, where the question asks about nothing else; else None."""
    there = {pick.number for pick in digest.picks} if digest is not None else set()
    asked = (number for found in _NUMBER.findall(question) for number in _counted(found))
    return next((n for n in asked if n not in there), None) if has_no_subject(question) else None


def _meant(question: str, digest: Digest | None) -> list[Insight]:
    if digest is None:
        return []
    numbers = set(_numbers(question, count=len(digest.picks)))
    return [pick.candidate.insight for pick in digest.picks if pick.number in numbers]


def _numbers(question: str, *, count: int) -> Iterable[int]:
    for found in (*_NUMBER.findall(question), *_ALONE.findall(question.strip())):
        yield from _counted(found)
    for found in _ORDINAL.findall(question):
        word = found.lower()
        names = _ORDINALS if word in _ORDINALS else _SHORT_ORDINALS
        yield count if word == _LAST else names.index(word) + 1


def _counted(found: str) -> Iterable[int]:
    for word in re.findall(r"\w+", found.lower()):
        if word in _COUNTED or word.isdigit():
            yield _COUNTED.index(word) + 1 if word in _COUNTED else int(word)


def _moment(insight: Insight) -> Moment:
    return Moment(insight.episode_id, insight.start, insight.end, insight.quote)
