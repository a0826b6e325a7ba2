"""A transcript as numbered lines, and the lines in windows that a model can read at once."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.domain.spending import token_estimate
from pipeline.domain.talk.adverts import Span
from pipeline.domain.talk.speech import Word, spoken_words
from pipeline.domain.transcript import Transcript

_LINE: Final = 45
"""Words after which the next segment begins a new line: short captions share one."""
_LONG_LINE: Final = 180
"""Words after which a line ends even inside a segment; some captions last five minutes."""
_LABEL: Final = 10
"""Tokens for a line's number and speaker."""
_MARK: Final = re.compile(r"(?:^|[\s(\[])((?:\d{1,2}:)?\d{1,2}:[0-5]\d)(?=[\s)\]:–—-])", re.MULTILINE)
_FEWEST_MARKS: Final = 3


@dataclass(frozen=True, slots=True)
class Line:
    """Words of one voice from segment `first` to `last`, both included."""

    first: int
    last: int
    speaker: str | None
    text: str

    @property
    def tokens(self) -> int:
        """About how many tokens the line takes, its label included."""
        return token_estimate(self.text) + _LABEL


Window = tuple[Line, ...]


def lines_of(transcript: Transcript, *, left_out: Sequence[Span] = (), borders: Collection[int] = ()) -> Window:
    """Everything said outside of `left_out`, in lines; a segment in `borders` always begins a new line."""
    words = (
        word
        for place, word in enumerate(spoken_words(transcript))
        if not any(span.first <= place <= span.last for span in left_out)
    )
    lines: list[Line] = []
    current: list[Word] = []
    for word in words:
        if current and _ends(current, word, borders):
            lines.append(_line(current))
            current = []
        current.append(word)
    return tuple(lines) if not current else (*lines, _line(current))


def windows_of(
    lines: Sequence[Line], *, most_tokens: int, overlap_tokens: int = 0, borders: Collection[int] = ()
) -> tuple[Window, ...]:
    """The lines in windows of at most `most_tokens`, in order; a line alone may be longer.

    A window ends before a chapter (a segment in `borders`) when one begins in its second half; otherwise the next
    one repeats its last lines, up to `overlap_tokens`, so that no thought is cut in two.
    """
    windows: list[Window] = []
    start = 0
    while start < len(lines):
        end = _end(lines, start, most_tokens)
        chapter = _last_border(lines, start, end, borders) if end < len(lines) else None
        windows.append(tuple(lines[start : chapter or end]))
        if chapter is not None:
            start = chapter
        elif end == len(lines):
            break
        else:
            start = _next_start(lines, end, most_tokens=most_tokens, overlap_tokens=overlap_tokens)
    return tuple(windows)


def halves(window: Window) -> tuple[Window, ...]:
    """The window in two parts of about the same length; itself when it is one line."""
    if len(window) < 2:  # noqa: PLR2004  one line has no halves
        return (window,)
    total, read = sum(line.tokens for line in window), 0
    for place, line in enumerate(window[:-1], start=1):
        read += line.tokens
        if read * 2 >= total:
            return window[:place], window[place:]
    return window[:-1], window[-1:]


def chapter_borders(transcript: Transcript, summary: str) -> frozenset[int]:
    """The segments at which the chapters begin that the summary lists as «12:30 Title»; empty without such a list."""
    starts = [_seconds(mark) for mark in _MARK.findall(summary)]
    if len(starts) < _FEWEST_MARKS or starts != sorted(set(starts)):
        return frozenset()
    return borders_at(transcript, starts)


def borders_at(transcript: Transcript, starts: Sequence[float]) -> frozenset[int]:
    """The segments that begin first at or after each of these seconds; empty without times."""
    if not transcript.is_timed:
        return frozenset()
    segments = transcript.segments
    return frozenset(
        index
        for second in starts
        for index in [next((i for i, s in enumerate(segments) if (s.start or 0.0) >= second), 0)]
        if index
    )


def _ends(current: Sequence[Word], word: Word, borders: Collection[int]) -> bool:
    before = current[-1]
    if word.speaker != before.speaker or len(current) >= _LONG_LINE:
        return True
    return word.segment != before.segment and (len(current) >= _LINE or word.segment in borders)


def _line(words: Sequence[Word]) -> Line:
    return Line(words[0].segment, words[-1].segment, words[0].speaker, " ".join(w.text for w in words))


def _end(lines: Sequence[Line], start: int, most_tokens: int) -> int:
    """Before which line the window must end."""
    total = 0
    for place in range(start, len(lines)):
        total += lines[place].tokens
        if total > most_tokens and place > start:
            return place
    return len(lines)


def _last_border(lines: Sequence[Line], start: int, end: int, borders: Collection[int]) -> int | None:
    half = start + (end - start) // 2
    return next((place for place in range(end, max(half, start), -1) if lines[place].first in borders), None)


def _next_start(lines: Sequence[Line], end: int, *, most_tokens: int, overlap_tokens: int) -> int:
    """So many lines before `end` that they fit the overlap, and that the next line fits behind them."""
    place, total = end, 0
    while place > 0 and (total := total + lines[place - 1].tokens) <= overlap_tokens:
        if total + lines[end].tokens > most_tokens:
            break
        place -= 1
    return place


def _seconds(mark: str) -> int:
    total = 0
    for part in mark.split(":"):
        total = total * 60 + int(part)
    return total
