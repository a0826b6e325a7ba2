"""Numbers, yes and no, and lengths of time in all the spellings that feeds use."""

import math
import re
from typing import Final

_WEEK: Final = 7 * 24 * 3600.0
_CLOCK: Final = re.compile(r"(?:(?:(\d{1,3})\s*:\s*)?(\d{1,4})\s*:\s*)?(\d{1,7}(?:[.,]\d{1,9})?)")
_THOUSANDS: Final = re.compile(r"(\d{1,3}),(\d{3})")
_UNITS: Final = re.compile(
    r"(?:pt)?\s*(?:(\d{1,3})\s*h(?:ours?|rs?)?)?[\s,]*(?:and)?\s*(?:(\d{1,4})\s*m(?:in(?:ute)?s?)?)?"
    r"[\s,.]*(?:and)?\s*(?:(\d{1,6}(?:\.\d{1,9})?)\s*s(?:ec(?:ond)?s?)?)?\.?"
)
_HOURS_THEN_MINUTES: Final = re.compile(r"(\d{1,3})\s*h\s*(\d{1,2})")
_NUMBER: Final = re.compile(r"\d{1,9}(?:\.\d{1,9})?")
_YES: Final = frozenset({"yes", "true", "explicit", "1", "y"})
_NO: Final = frozenset({"no", "false", "clean", "0", "n"})


def seconds(text: str) -> float | None:
    """`1:02:03`, `62:03`, `3723`, `3723.5`, `1h 2m`, `62 min`, `PT1H2M3S`; None for nothing, zero or over a week."""
    written = text.strip().lower()[:60]
    if (grouped := _THOUSANDS.fullmatch(written)) is not None:
        written = grouped[1] + grouped[2]
    found = _CLOCK.fullmatch(written) or _HOURS_THEN_MINUTES.fullmatch(written) or _UNITS.fullmatch(written)
    if found is None:
        return None
    parts = [float((part or "0").replace(",", ".")) for part in found.groups()]
    hours, minutes, rest = (*parts, 0.0)[:3]
    total = hours * 3600 + minutes * 60 + rest
    return total if 0 < total <= _WEEK else None


def number(text: str) -> float | None:
    """The first number in the text; None when there is none."""
    found = _NUMBER.search(text[:60])
    return float(found[0]) if found else None


def whole(text: str) -> int | None:
    """The first number in the text, without its fraction."""
    found = number(text)
    return None if found is None else int(found)


def decimal(text: str) -> float | None:
    """The text as a number that is finite and not negative; None otherwise."""
    try:
        found = float(text.strip()[:30])
    except ValueError:
        return None
    return found if math.isfinite(found) and found >= 0 else None


def length(text: str) -> int | None:
    """A size in bytes; None when it is not one."""
    digits = text.strip().replace(",", "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else None  # noqa: PLR2004 - a petabyte


def yes_or_no(text: str) -> bool | None:
    """What the publisher answers; None for any other word."""
    word = text.strip().lower()
    if word in _YES:
        return True
    return False if word in _NO else None
