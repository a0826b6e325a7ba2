"""From a file's cues to the segments of a transcript: in order, each thing once, in utterances."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.adapters.transcripts.captions import without_repeats
from pipeline.adapters.transcripts.cue import Cue
from pipeline.adapters.transcripts.markup import one_line, says_something
from pipeline.adapters.transcripts.utterances import in_utterances
from pipeline.domain.transcript import Segment


def segments_of(cues: Iterable[Cue]) -> tuple[Segment, ...]:
    """The segments in order of time, none ending before it starts; either all have a start or none has."""
    said = [cue for cue in in_order(tuple(cues)) if says_something(cue.text)]
    return tuple(
        Segment(text=one_line(cue.text), start=cue.start, end=cue.end, speaker=one_line(cue.speaker or "") or None)
        for cue in in_utterances(without_repeats(said))
    )


def in_order(cues: Sequence[Cue]) -> tuple[Cue, ...]:
    """The cues by start, missing times taken from their neighbours, speakers carried on to who does not say."""
    if all(cue.start is None for cue in cues):
        return _carried([replace(cue, end=None) for cue in cues])
    started: list[Cue] = []
    last = 0.0
    for cue in cues:
        last = last if cue.start is None else cue.start
        started.append(replace(cue, start=last))
    started.sort(key=lambda cue: cue.start or 0.0)
    return _carried(_ended(started))


def _ended(cues: Sequence[Cue]) -> list[Cue]:
    """A missing end is the next later start; an end before the start is moved to it."""
    ended: list[Cue] = []
    later: float | None = None
    following: float | None = None
    for cue in reversed(cues):
        start = cue.start or 0.0
        if following is not None and following > start:
            later = following
        end = cue.end if cue.end is not None else later
        ended.append(replace(cue, start=start, end=start if end is None else max(start, end)))
        following = start
    return ended[::-1]


def _carried(cues: Sequence[Cue]) -> tuple[Cue, ...]:
    speaker = ""
    carried = []
    for cue in cues:
        speaker = speaker if cue.speaker is None else cue.speaker
        carried.append(replace(cue, speaker=speaker))
    return tuple(carried)
