"""Times as transcript files write them, in seconds."""

import math
import re
from typing import Final

_SIXTY: Final = 60
_LONGEST: Final = 10 * 24 * 3600.0
_CLOCK = re.compile(r"[\[(]?\s*(?:(?:(\d+):)?(\d{1,3}):)?(\d{1,2})(?:[.,](\d{1,6}))?\s*[\])]?")


def clock_seconds(hours: str | None, minutes: str | None, seconds: str, fraction: str | None) -> float | None:
    """The seconds that these digits stand for; None when a clock cannot show them (`00:00:75`)."""
    if int(seconds) >= _SIXTY or (hours is not None and int(minutes or 0) >= _SIXTY):
        return None
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds)
    return sane(whole + (int(fraction) / 10 ** len(fraction) if fraction else 0.0))


def parse_time(text: str) -> float | None:
    """`1:02:03.5`, `02:03,500`, `(0:07)` or plain seconds (`63.2`, `63.2s`); None for anything else."""
    text = text.strip()
    if ":" not in text:
        return _plain_seconds(text.removesuffix("s"))
    clock = _CLOCK.fullmatch(text)
    return clock_seconds(clock[1], clock[2], clock[3], clock[4]) if clock else None


def sane(seconds: float) -> float | None:
    """The same number, or None when it cannot be a time in an episode."""
    return round(seconds, 3) if math.isfinite(seconds) and 0 <= seconds <= _LONGEST else None


def _plain_seconds(text: str) -> float | None:
    try:
        return sane(float(text))
    except ValueError:
        return None
