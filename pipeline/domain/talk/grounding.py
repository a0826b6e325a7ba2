"""The answer gate: a statement stays only when the passages it cites carry it, and code gives the numbers."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pipeline.domain.answer import Citation, Statement
from pipeline.domain.passage import Passage
from pipeline.domain.talk.english import STOP_WORDS
from pipeline.domain.talk.foreign import in_our_spelling, is_foreign
from pipeline.domain.talk.live_text import bare_address, inert, live_part
from pipeline.domain.talk.particulars import Surroundings, unsupported_name, unsupported_number
from pipeline.domain.talk.speech import normalised, word_count

MOST_CITATIONS: Final = 5
MOST_WORDS: Final = 150
_LONGEST: Final = 200
"""Words that a first statement may have: it is better than none."""
_MARKS: Final = re.compile(r"\s*[\[(](?:passages? )?(\d{1,2}(?:\s*[,;&]\s*\d{1,2})*)[\])]", re.IGNORECASE)
_STEM: Final = 5
"""Letters by which two forms of a word count as one."""
_TELLING: Final = 4
"""With fewer telling words their share says nothing."""
_SHARED: Final = 0.2
"""The share of a statement's telling words that its passages have, at the least.

Evidence (2026-11-23): of 249 sentences in which hosts sum up a stretch of their show 94 % reach 0.2 (median 0.6), and
6 % reach it with 150 words of another episode. Summaries of meetings are freer: 75 % of 79 reach it.
"""
_ENGLISH: Final = 0.2
"""The share of stop words from which on a text counts as English."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a writer claims: a statement and the places of its passages in the list it was given, from 1.

    A correction speaks about the question, so it may use the names and numbers of `about`. `is_refuted` says that a
    reader of the passages did not find it there.
    """

    text: str
    passages: tuple[int, ...]
    about: str = ""
    is_refuted: bool = False


class Dropped(StrEnum):
    """Why a statement went; the values are logged and counted."""

    EMPTY = "empty"
    NO_CITATION = "no citation"
    LIVE_TEXT = "link, mention or order"
    NUMBER_UNSUPPORTED = "number unsupported"
    NAME_UNSUPPORTED = "name unsupported"
    NOT_CARRIED = "not in the cited passages"
    REFUTED = "refuted by a reader of the passages"
    TOO_MUCH = "past the limits"


_CLAIMED_MORE: Final = frozenset(
    {Dropped.NUMBER_UNSUPPORTED, Dropped.NAME_UNSUPPORTED, Dropped.NOT_CARRIED, Dropped.REFUTED}
)


@dataclass(frozen=True, slots=True)
class Grounded:
    """The statements that stay, with the citations they use, numbered from 1 as they are first used."""

    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    dropped: tuple[Dropped, ...]

    @property
    def lost_substance(self) -> bool:
        """Whether something went that claimed more than its passages say."""
        return bool(_CLAIMED_MORE & set(self.dropped))


def ground(drafts: Iterable[Draft], passages: Sequence[Passage]) -> Grounded:
    """What remains of the drafts, at most five citations and 150 words; the first statement alone may have 200."""
    statements: list[Statement] = []
    dropped: list[Dropped] = []
    numbers: dict[int, int] = {}
    words = 0
    for draft in drafts:
        raw, places = _read(draft, len(passages))
        text = inert(raw)
        flaw = Dropped.REFUTED if draft.is_refuted else _flaw(raw, [passages[p - 1] for p in places], about=draft.about)
        room = [p for p in places if p in numbers]
        room += [p for p in places if p not in numbers][: MOST_CITATIONS - len(numbers)]
        most = MOST_WORDS if statements else _LONGEST
        if flaw is None and (not room or words + word_count(text) > most):
            flaw = Dropped.TOO_MUCH
        if flaw is not None:
            dropped.append(flaw)
            continue
        words += word_count(text)
        marks = tuple(sorted(numbers.setdefault(place, len(numbers) + 1) for place in room))
        statements.append(Statement(text, marks))
    citations = tuple(Citation(number, passages[place - 1]) for place, number in numbers.items())
    return Grounded(tuple(statements), citations, tuple(dropped))


def _read(draft: Draft, count: int) -> tuple[str, tuple[int, ...]]:
    """The text without numbers written into it, and the places that exist, each once."""
    written = [int(n) for marks in _MARKS.findall(draft.text) for n in re.findall(r"\d+", marks)]
    places = dict.fromkeys(draft.passages or written)
    return _MARKS.sub("", draft.text), tuple(p for p in places if 0 < p <= count)


def _flaw(raw: str, cited: Sequence[Passage], *, about: str) -> Dropped | None:
    text = inert(raw)
    if not text:
        return Dropped.EMPTY
    if live_part(raw) is not None or bare_address(raw) is not None:
        return Dropped.LIVE_TEXT
    if not cited:
        return Dropped.NO_CITATION
    said = "\n".join(p.text for p in cited)
    near = f"{said}\n{about}\n" + "\n".join(_metadata(p) for p in cited)
    readable = in_our_spelling(text) if is_foreign(text) else text
    if unsupported_number(readable, near) is not None:
        return Dropped.NUMBER_UNSUPPORTED
    if unsupported_name(readable, Surroundings(near, said)) is not None:
        return Dropped.NAME_UNSUPPORTED
    return None if _is_carried(text, near) else Dropped.NOT_CARRIED


def _metadata(passage: Passage) -> str:
    day = passage.published
    when = f"{day.day} {day:%B} {day.year} {day:%A}"
    voices = dict.fromkeys(turn.speaker for turn in passage.turns if turn.speaker) or (passage.speaker or "",)
    return "\n".join((passage.feed_title, passage.episode_title, *voices, when))


def _is_carried(text: str, near: str) -> bool:
    """Whether enough of the statement's telling words stand in the passages; only English can be told."""
    words, has = normalised(text).split(), normalised(near).split()
    if not (_is_english(words) and _is_english(has)):
        return True
    telling = {w[:_STEM] for w in words if w not in STOP_WORDS and len(w) > 2}  # noqa: PLR2004  letters carry nothing
    known = {w[:_STEM] for w in has}
    return len(telling) < _TELLING or len(telling & known) >= _SHARED * len(telling)


def _is_english(words: Sequence[str]) -> bool:
    return sum(w in STOP_WORDS for w in words) > _ENGLISH * len(words)
