"""SubRip (SRT): numbered cues, often out of order, unnumbered, with odd arrows or letters in their times."""

import re
from collections.abc import Sequence
from itertools import pairwise

from pipeline.adapters.transcripts.cue import Cue
from pipeline.adapters.transcripts.markup import lines_of, plain_text
from pipeline.adapters.transcripts.segments import segments_of
from pipeline.adapters.transcripts.speakers import label_speakers
from pipeline.adapters.transcripts.times import clock_seconds
from pipeline.domain.transcript import Segment

# Who scanned or typed the times took letters for digits: `0O:00:0l`.
_D = "[0-9OoIl]"
_CLOCK = rf"(?:(?:({_D}+)\s?:\s?)?({_D}{{1,3}})\s?:\s?)?({_D}{{1,2}})(?:\s?[.,:;]\s?({_D}{{1,6}}))?"
_ARROW = r"(?:[-–—−=~]{1,3}\s?>+|[-–—−]{2,3}|[→⇒➔➡⟶»])"  # noqa: RUF001  the arrows that tools and typists write
_TIMING = re.compile(rf"\s*{_CLOCK}\s*{_ARROW}\s*{_CLOCK}(?!\w)(.*)")
_SBV = re.compile(r"(\d+):(\d\d):(\d\d)\.(\d{3}),(\d+):(\d\d):(\d\d)\.(\d{3})()")
_DIGITS = str.maketrans("OoIl", "0011")
_NUMBER = re.compile(r"#?\s?\d{1,7}[A-Za-z]?\s?[.:)\]]?")
_SETTING = re.compile(r"\s*\w+:\S+")


def parse_srt(text: str) -> tuple[Segment, ...]:
    """The segments of an SRT file, in order of time; empty when it holds no cue."""
    return segments_of(read_srt_cues(text))


def read_srt_cues(text: str) -> tuple[Cue, ...]:
    """The cues as they stand in the file, with `Name:` at the start of a line taken as the speaker."""
    lines = lines_of(text)
    timings = [(at, cue) for at, line in enumerate(lines) if ":" in line and (cue := _timing(line))]
    is_numbered = _is_numbered(lines, [at for at, _ in timings])
    cues = []
    for (at, cue), (end, _) in pairwise([*timings, (len(lines), Cue(""))]):
        has_number = is_numbered and end < len(lines) and _is_number(lines[end - 1])
        said = [cue.text, *lines[at + 1 : end - has_number]]
        cues.append(Cue(plain_text("\n".join(said)).strip(), cue.start, cue.end))
    return label_speakers([cue for cue in cues if cue.text])


def _timing(line: str) -> Cue | None:
    match = _TIMING.match(line) or _SBV.fullmatch(line.strip())
    if match is None or match[2] is None or match[6] is None:
        return None
    start, end = (_seconds(*match.groups()[first : first + 4]) for first in (0, 4))
    if start is None or end is None:
        return None
    rest = "" if _SETTING.match(match[9]) else match[9]
    return Cue(rest, start, end)


def _seconds(*parts: str | None) -> float | None:
    hours, minutes, seconds, fraction = (None if part is None else part.translate(_DIGITS) for part in parts)
    return clock_seconds(hours, minutes, seconds or "", fraction)


def _is_numbered(lines: Sequence[str], timings: Sequence[int]) -> bool:
    """Whether the cues have numbers above them: in a file that has none, a lone number was said."""
    numbers = sum(at > 0 and _is_number(lines[at - 1]) for at in timings)
    return 2 * numbers >= len(timings) > 0


def _is_number(line: str) -> bool:
    return _NUMBER.fullmatch(line.strip()) is not None
