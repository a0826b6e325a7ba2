"""Paragraphs of speech, perhaps with a name and a time before them: plain text and loose HTML have them in common."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
