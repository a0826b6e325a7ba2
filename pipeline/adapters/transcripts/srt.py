"""SubRip (SRT): numbered cues, often out of order, unnumbered or with a point for a comma."""

import re
from collections.abc import Sequence
from itertools import pairwise

from pipeline.adapters.transcripts.cue import Cue
from pipeline.adapters.transcripts.markup import lines_of, plain_text
from pipeline.adapters.transcripts.segments import segments_of
from pipeline.adapters.transcripts.speakers import label_speakers
from pipeline.adapters.transcripts.times import clock_seconds
from pipeline.domain.transcript import Segment

_CLOCK = r"(?:(?:(\d+)\s?:\s?)?(\d{1,3})\s?:\s?)?(\d{1,2})(?:\s?[.,:;]\s?(\d{1,6}))?"
_TIMING = re.compile(rf"\s*{_CLOCK}\s*-{{1,3}}>\s*{_CLOCK}(?!\w)(.*)")
_SETTING = re.compile(r"\s*\w+:\S+")


def parse_srt(text: str) -> tuple[Segment, ...]:
    """The segments of an SRT file, in order of time; empty when it holds no cue."""
    return segments_of(read_srt_cues(text))


def read_srt_cues(text: str) -> tuple[Cue, ...]:
    """The cues as they stand in the file, with `Name:` at the start of a line taken as the speaker."""
    lines = lines_of(text)
    timings = [(at, cue) for at, line in enumerate(lines) if ">" in line and (cue := _timing(line))]
    is_numbered = _is_numbered(lines, [at for at, _ in timings])
    cues = []
    for (at, cue), (end, _) in pairwise([*timings, (len(lines), Cue(""))]):
        has_number = is_numbered and end < len(lines) and lines[end - 1].strip().isdigit()
        said = [cue.text, *lines[at + 1 : end - has_number]]
        cues.append(Cue(plain_text("\n".join(said)).strip(), cue.start, cue.end))
    return label_speakers([cue for cue in cues if cue.text])


def _timing(line: str) -> Cue | None:
    match = _TIMING.match(line)
    if match is None:
        return None
    start = clock_seconds(match[1], match[2], match[3], match[4])
    end = clock_seconds(match[5], match[6], match[7], match[8])
    if start is None or end is None:
        return None
    rest = "" if _SETTING.match(match[9]) else match[9]
    return Cue(rest, start, end)


def _is_numbered(lines: Sequence[str], timings: Sequence[int]) -> bool:
    """Whether the cues have numbers above them: in a file that has none, a lone number was said."""
    numbers = sum(at > 0 and lines[at - 1].strip().isdigit() for at in timings)
    return 2 * numbers >= len(timings) > 0
