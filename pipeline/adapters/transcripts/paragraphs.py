"""Paragraphs of speech, perhaps with a name and a time before them: plain text and loose HTML have them in common."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from pipeline.adapters.transcripts.cue import Cue
from pipeline.adapters.transcripts.speakers import all_labels, is_name, labelled, speaker_names
from pipeline.adapters.transcripts.times import parse_time

_CLOCK = r"(?:\d+:)?\d{1,3}:\d{2}(?:[.,]\d{1,6})?"
_TIME_FIRST = re.compile(
    rf"[\[(<]?\s*(?P<start>{_CLOCK})(?:\s*(?:-+>|-+|–|to)\s*(?P<end>{_CLOCK}))?\s*[\])>]?"
    r"(?:\s*[-–—|:]\s+|\s+|$|(?<=[\])>]))(?P<rest>.*)"
)
_NAME_FIRST = re.compile(
    r"(?P<name>[^\W\d_][^:\[\](){}|]{0,49}?)\s*[-–—|,:]?\s*"
    rf"(?:[\[(]\s*(?P<start>{_CLOCK})\s*[\])]\s*[:：]?\s*(?P<rest>.*)|(?P<bare>{_CLOCK})\s*[:：]?$)"  # noqa: RUF001 - full-width colon
)
_FEWEST: Final = 2
_FORWARD_SHARE: Final = 0.9
_FEWEST_PER_LINE: Final = 0.05
_MOST_AFTER_LAST: Final = 0.7
_NAMED_SHARE: Final = 0.9


@dataclass(frozen=True, slots=True)
class _Mark:
    """A time mark at the start of a line: the times, the name beside it (None: no name), and the rest of the line."""

    start: float
    end: float | None
    speaker: str | None
    rest: str


@dataclass(frozen=True, slots=True)
class _Turn:
    lines: list[str]
    speaker: str | None
    mark: _Mark | None


def read_lines(lines: Iterable[str]) -> tuple[Cue, ...]:
    """A cue for each paragraph, name or time mark. Without time marks they have no times."""
    given = [line.strip() for line in lines]
    marks = _marks(given)
    marks |= _names_beside(given, marks)
    return _timed(_turns([mark.rest if (mark := marks.get(at)) else line for at, line in enumerate(given)], marks))


def _turns(lines: Sequence[str], marks: Mapping[int, _Mark]) -> list[_Turn]:
    names = speaker_names(lines) | all_labels(mark.rest for mark in marks.values())
    turns: list[_Turn] = []
    is_fresh = True
    for at, line in enumerate(lines):
        mark = marks.get(at)
        said = labelled(line, names)
        speaker = mark.speaker if mark and said.speaker is None else said.speaker
        if mark or speaker is not None or (is_fresh and said.text):
            turns.append(_Turn([], speaker, mark))
        if said.text:
            turns[-1].lines.append(said.text)
        is_fresh = not line and mark is None
    return turns


def _timed(turns: Sequence[_Turn]) -> tuple[Cue, ...]:
    """What follows a mark is of its time; what comes before the first is of the beginning."""
    if not any(turn.mark for turn in turns):
        return tuple(Cue("\n".join(turn.lines), speaker=turn.speaker) for turn in turns)
    cues = []
    start, end = 0.0, None
    for turn in turns:
        if turn.mark:
            start, end = turn.mark.start, turn.mark.end
        cues.append(Cue("\n".join(turn.lines), start, end, turn.speaker))
    return tuple(cues)


def _marks(lines: Sequence[str]) -> dict[int, _Mark]:
    found = {at: mark for at, line in enumerate(lines) if ":" in line and (mark := _mark(line))}
    return found if _are_marks(found, lines) else {}


def _names_beside(lines: list[str], marks: Mapping[int, _Mark]) -> dict[int, _Mark]:
    """The marks with the names that stand alone beside or below them, where nearly all have one; those lines go."""
    places = {at: place for at, mark in marks.items() if (place := _name_at(lines, at, mark, marks)) is not None}
    names = {at: marks[at].rest if place == at else lines[place] for at, place in places.items()}
    if len(names) < max(_FEWEST, _NAMED_SHARE * len(marks)) or len(set(names.values())) > max(_FEWEST, len(names) / 2):
        return {}
    for at, place in places.items():
        if place != at:
            lines[place] = ""
    return {at: replace(marks[at], speaker=name, rest="") for at, name in names.items()}


def _name_at(lines: Sequence[str], at: int, mark: _Mark, marks: Mapping[int, _Mark]) -> int | None:
    """The line of the name that stands alone at this mark, with words to come; None when there is none."""
    filled = [n for n in range(at + 1, min(at + 5, len(lines))) if lines[n]]
    words_to_come = [n for n in filled if n not in marks]
    if mark.speaker is not None or not words_to_come or words_to_come[0] != filled[0]:
        return None
    if mark.rest:
        return at if _is_bare_name(mark.rest) else None
    is_followed = len(filled) > 1 and filled[1] not in marks
    return filled[0] if is_followed and _is_bare_name(lines[filled[0]]) else None


def _is_bare_name(text: str) -> bool:
    return is_name(text) and text[-1].isalnum()


def _are_marks(found: Mapping[int, _Mark], lines: Sequence[str]) -> bool:
    """Whether the times mark the text, all through it and going forward: not a list of chapters, nor times of day."""
    if len(found) < _FEWEST or len(found) < _FEWEST_PER_LINE * sum(bool(line) for line in lines):
        return False
    starts = [mark.start for mark in found.values()]
    forward = sum(before <= after for before, after in pairwise(starts))
    if forward < _FORWARD_SHARE * (len(starts) - 1):
        return False
    lengths = [len(line.split()) for line in lines]
    return sum(lengths[max(found) :]) <= _MOST_AFTER_LAST * sum(lengths)


def _mark(line: str) -> _Mark | None:
    first = _TIME_FIRST.fullmatch(line)
    if first:
        start = parse_time(first["start"])
        return None if start is None else _Mark(start, parse_time(first["end"] or ""), None, first["rest"].strip())
    named = _NAME_FIRST.fullmatch(line)
    if named is None or not is_name(named["name"]):
        return None
    start = parse_time(named["start"] or named["bare"])
    return None if start is None else _Mark(start, None, named["name"].strip(), (named["rest"] or "").strip())
