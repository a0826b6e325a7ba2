"""JSON transcripts: the podcast namespace's schema, and by the same rules those of transcription services."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from pipeline.adapters.transcripts.cue import Cue
from pipeline.adapters.transcripts.json_schemas import find_cues
from pipeline.adapters.transcripts.markup import plain_text, says_something
from pipeline.adapters.transcripts.segments import segments_of
from pipeline.adapters.transcripts.speakers import label_speakers
from pipeline.adapters.transcripts.times import sane
from pipeline.domain.errors import TranscriptUnreadable
from pipeline.domain.transcript import Segment

_SPACED_SHARE: Final = 0.4
_SLOWEST_WORD: Final = 20.0
"""Nobody takes as many seconds for each word of an episode: such whole numbers are milliseconds."""
_MARKS = re.compile(r"[^\w\s\[(“„«¿¡@#$€£♪]+$")


def parse_podcast_json(text: str) -> tuple[Segment, ...]:
    """The segments in order; files of single words are put together into sentences.

    Raises TranscriptUnreadable when it is no JSON, or has no list of pieces with a time or a speaker.
    """
    return segments_of(read_json_cues(text))


def read_json_cues(text: str) -> tuple[Cue, ...]:
    """The cues as they stand in the file, with pieces of words made whole. Raises TranscriptUnreadable."""
    try:
        document = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise TranscriptUnreadable("it is broken JSON") from error
    found = find_cues(document)
    if not found:
        raise TranscriptUnreadable("it is JSON of a schema we do not know")
    cues = _whole_words([replace(cue, text=plain_text(cue.text)) for cue in _in_seconds(found)])
    return cues if any(cue.speaker for cue in cues) else label_speakers(cues)


def _in_seconds(cues: Sequence[Cue]) -> list[Cue]:
    starts = [cue.start for cue in cues if cue.start is not None]
    words = sum(len(cue.words) for cue in cues)
    is_whole = all(start == int(start) for start in starts if abs(start) < 1e15)  # noqa: PLR2004 - infinity has no int
    factor = 1000.0 if starts and is_whole and max(starts) - min(starts) > _SLOWEST_WORD * words else 1.0
    return [replace(cue, start=_scaled(cue.start, factor), end=_scaled(cue.end, factor)) for cue in cues]


def _scaled(seconds: float | None, factor: float) -> float | None:
    return None if seconds is None else sane(seconds / factor)


def _whole_words(cues: Sequence[Cue]) -> tuple[Cue, ...]:
    """Punctuation put to its word. Where the pieces bring their spaces, pieces without one belong together."""
    borders = [before.text[-1:].isspace() or after.text[:1].isspace() for before, after in pairwise(cues)]
    is_spaced = sum(borders) > _SPACED_SHARE * len(borders)
    whole: list[list[Cue]] = []
    for cue, has_border in zip(cues, [True, *borders], strict=True):
        is_attached = not has_border and (is_spaced or bool(_MARKS.fullmatch(cue.text.strip())))
        if whole and is_attached and cue.speaker in (None, whole[-1][0].speaker):
            whole[-1].append(cue)
        elif cue.text.strip():
            whole.append([cue])
    return tuple(_one(pieces) for pieces in whole)


def _one(pieces: Sequence[Cue]) -> Cue:
    ends = [cue.end for cue in pieces if cue.end is not None]
    text = "".join(cue.text for cue in pieces).strip()
    return replace(pieces[0], text=text, end=max(ends, default=None) if says_something(text) else pieces[0].end)
