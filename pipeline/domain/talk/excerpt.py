"""What was said around an insight."""

from typing import Final

from pipeline.domain.insight import Insight
from pipeline.domain.transcript import Segment, Transcript

_UNTIMED_REACH: Final = 2
"""Segments before and after, where the transcript has no times."""


def around(transcript: Transcript, insight: Insight, *, seconds: float = 60.0) -> tuple[Segment, ...]:
    """The segments within a window of `seconds` around the quote, at the least those that hold it."""
    segments = transcript.segments
    first, last = insight.first_segment, min(insight.last_segment, len(segments) - 1)
    if insight.start is None or not transcript.is_timed:
        return segments[max(0, first - _UNTIMED_REACH) : last + 1 + _UNTIMED_REACH]
    quoted = (insight.end or insight.start) - insight.start
    spare = max(0.0, seconds - quoted) / 2
    begin, end = insight.start - spare, insight.start + quoted + spare
    while first > 0 and (segments[first - 1].start or 0.0) >= begin:
        first -= 1
    while last + 1 < len(segments) and (segments[last + 1].end or segments[last + 1].start or 0.0) <= end:
        last += 1
    return segments[first : last + 1]
