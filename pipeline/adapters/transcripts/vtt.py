"""WebVTT, as the standard has it and as it is found."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.adapters.transcripts.cue import Cue
from pipeline.adapters.transcripts.markup import lines_of, one_line, plain_text
from pipeline.adapters.transcripts.segments import segments_of
from pipeline.adapters.transcripts.speakers import label_speakers
from pipeline.adapters.transcripts.srt import read_srt_cues
from pipeline.adapters.transcripts.times import clock_seconds
from pipeline.domain.transcript import Segment

# The standard wants two digits each and three after the point; one digit, seconds alone and no fraction occur.
_CLOCK = r"(?:(?:(\d+):)?(\d{1,2}):)?(\d{1,2})(?:\.(\d{1,3}))?"
_TIMING = re.compile(rf"\s*{_CLOCK}\s*-->\s*{_CLOCK}(?![\w.,:])")
_COMMA_TIMING = re.compile(r"\s*[\d:]+,\d+\s*-->")
_NO_CUE = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?(?:[ \t\n]+([^>]*))?>|(</v\s*>)")
_ARROW = "-->"


def parse_vtt(text: str) -> tuple[Segment, ...]:
    """The segments of a WebVTT file, in order; empty when it holds no cue."""
    return segments_of(read_vtt_cues(text))


def read_vtt_cues(text: str) -> tuple[Cue, ...]:
    """The cues as they stand in the file, split where the voice changes. A bad or missing header is no matter."""
    lines = lines_of(text)
    first = next((line for line in lines if _ARROW in line), "")
    if not first or _COMMA_TIMING.match(first):  # an SRT file that was given a WebVTT header, or has odd arrows
        return read_srt_cues(text)
    cues = _timed_payloads(lines)
    closes = any("</v" in cue.text for cue in cues)
    spoken = tuple(part for cue in cues for part in _voices(cue, closes=closes))
    return spoken if any(cue.speaker for cue in spoken) else label_speakers(spoken)


@dataclass(slots=True)
class _Payload:
    start: float
    end: float
    lines: list[str]


def _timed_payloads(lines: Sequence[str]) -> list[Cue]:
    blocks = [*_blocks(lines), []]
    payloads: list[_Payload] = []
    attachable = False
    for block, following in pairwise(blocks):
        found = _payloads_of(block)
        if found or any(_ARROW in line for line in block):
            payloads += found
            attachable = bool(found)
        elif attachable and not _NO_CUE.match(block[0]) and not _names_next(block, following):
            # A blank line inside a cue: the standard drops what follows, but it was said.
            payloads[-1].lines += block
    return [Cue("\n".join(p.lines), p.start, p.end) for p in payloads]


def _blocks(lines: Sequence[str]) -> Iterator[list[str]]:
    block: list[str] = []
    for line in lines:
        if line.strip():
            block.append(line)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _payloads_of(block: Sequence[str]) -> list[_Payload]:
    payloads: list[_Payload] = []
    is_open = False
    for line in block:
        times = _times(line) if _ARROW in line else None
        if times:
            payloads.append(_Payload(*times, []))
            is_open = True
        elif _ARROW in line:
            is_open = False
        elif is_open:
            payloads[-1].lines.append(line)
    return payloads


def _times(line: str) -> tuple[float, float] | None:
    timing = _TIMING.match(line)
    if timing is None:
        return None
    start = clock_seconds(timing[1], timing[2], timing[3], timing[4])
    end = clock_seconds(timing[5], timing[6], timing[7], timing[8])
    return None if start is None or end is None else (start, end)


def _names_next(block: Sequence[str], following: Sequence[str]) -> bool:
    """Whether this is the identifier of the next cue, set apart from it by a blank line."""
    is_token = len(block) == 1 and len(block[0].split()) == 1
    return is_token and bool(following) and _times(following[0]) is not None


def _voices(cue: Cue, *, closes: bool) -> Iterator[Cue]:
    speaker = "" if closes else None
    at = 0
    for tag in _VOICE.finditer(cue.text):
        yield from _part(cue, cue.text[at : tag.start()], speaker)
        speaker = "" if tag[2] else one_line(plain_text(tag[1] or "")).removesuffix(":").strip()
        at = tag.end()
    yield from _part(cue, cue.text[at:], speaker)


def _part(cue: Cue, text: str, speaker: str | None) -> Iterator[Cue]:
    said = plain_text(text).strip()
    if said:
        yield Cue(said, cue.start, cue.end, speaker)
