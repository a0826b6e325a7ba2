"""Captions that show the same words more than once: exact repeats and roll-up lines."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from pipeline.adapters.transcripts.cue import Cue

_ROLLING_SHARE: Final = 0.3
_ROLLING_PAIRS: Final = 2
_LONGEST_OVERLAP: Final = 40
_TELLING: Final = 3
"""As many words in a row are not said twice by chance."""
_SHOWN_ON: Final = 5.0
"""A roll-up line may stay on the screen through a pause of as many seconds."""


def without_repeats(cues: Sequence[Cue]) -> tuple[Cue, ...]:
    """The cues (in order of time) with every caption once. What was really said twice stays twice."""
    once = _once(cues)
    return _unrolled(once) if _rolls_up(once) else once


def _once(cues: Sequence[Cue]) -> tuple[Cue, ...]:
    """Without exact copies, and without captions that repeat the one that is still being shown."""
    seen: set[tuple[float | None, float | None, tuple[str, ...], str | None]] = set()
    kept: list[Cue] = []
    for cue in cues:
        key = (cue.start, cue.end, cue.words, cue.speaker)
        if cue.start is not None and key in seen:
            continue
        seen.add(key)
        if kept and _still_shown(kept[-1], cue):
            kept[-1] = replace(kept[-1], end=_later(kept[-1].end, cue.end))
        else:
            kept.append(cue)
    return tuple(kept)


def _still_shown(shown: Cue, cue: Cue) -> bool:
    if cue.start is None or shown.end is None or cue.start >= shown.end:
        return False
    return shown.speaker == cue.speaker and shown.words == cue.words and len(cue.words) >= _TELLING


def _rolls_up(cues: Sequence[Cue]) -> bool:
    """Whether captions often begin with what was just shown and go on from there."""
    overlaps = sum(1 < _overlap(shown, cue) < len(cue.words) for shown, cue in pairwise(cues))
    return overlaps >= _ROLLING_PAIRS and overlaps >= _ROLLING_SHARE * (len(cues) - 1)


def _unrolled(cues: Sequence[Cue]) -> tuple[Cue, ...]:
    kept: list[Cue] = [cues[0]]
    for shown, cue in pairwise(cues):
        repeated = _overlap(shown, cue)
        words = cue.words
        if repeated == len(words):
            kept[-1] = replace(kept[-1], end=_later(kept[-1].end, cue.end))
        elif repeated:
            kept.append(replace(cue, text=" ".join(words[repeated:])))
        else:
            kept.append(cue)
    return tuple(kept)


def _overlap(shown: Cue, cue: Cue) -> int:
    """How many words at the beginning of `cue` were at the end of what was just shown.

    Whole lines count, all of what was shown (a caption that grows), and any run long enough to be no accident.
    """
    if cue.start is None or shown.end is None or cue.start > shown.end + _SHOWN_ON:
        return 0
    before, now = _folded(shown), _folded(cue)
    borders = {len(before)} | set(range(_TELLING, _LONGEST_OVERLAP))
    length = 0
    for line in cue.lines:
        length += len(line.split())
        borders.add(length)
    longest = min(len(before), len(now))
    fitting = (n for n in borders if 0 < n <= longest and before[-n:] == now[:n])
    return max(fitting, default=0)


def _folded(cue: Cue) -> tuple[str, ...]:
    return tuple(word.casefold() for word in cue.words)


def _later(one: float | None, other: float | None) -> float | None:
    return one if other is None or (one is not None and one >= other) else other
