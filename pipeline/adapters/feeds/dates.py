"""Dates as feeds write them become aware UTC times."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz
from typing import Final

_ZONES: Final = {
    "bst": 1, "wet": 0, "west": 1, "ist": 5.5, "cet": 1, "cest": 2, "met": 1, "mez": 1, "mesz": 2, "eet": 2, "eest": 3,
    "msk": 3, "sgt": 8, "hkt": 8, "awst": 8, "jst": 9, "kst": 9, "acst": 9.5, "acdt": 10.5, "aest": 10, "aedt": 11,
    "nzst": 12, "nzdt": 13, "akst": -9, "akdt": -8, "hst": -10, "brt": -3,
}  # fmt: skip
_MONTHS: Final = {
    "jän": "jan", "ene": "jan", "gen": "jan", "fév": "feb", "fev": "feb", "mär": "mar", "mrz": "mar", "maa": "mar",
    "avr": "apr", "abr": "apr", "mai": "may", "mei": "may", "mag": "may", "giu": "jun", "juin": "jun", "lug": "jul",
    "juil": "jul", "aoû": "aug", "aou": "aug", "ago": "aug", "set": "sep", "okt": "oct", "out": "oct", "ott": "oct",
    "dez": "dec", "déc": "dec", "dic": "dec",
}  # fmt: skip
_WORD: Final = re.compile(r"[^\W\d_]+")
_ISO: Final = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"
    r"(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?.{0,6}",
    re.IGNORECASE,
)
_EPOCH_SECONDS: Final = re.compile(r"\d{9,10}")
_FIRST_YEAR: Final = 1971
"""Dates of 1970 and before are the clock of a server that has none."""


def published(text: str) -> datetime | None:
    """The time in UTC; None when it cannot be read. Without a zone it counts as UTC, and a wrong weekday is ignored."""
    written = text.strip()[:80]
    if not written:
        return None
    try:
        found = _from_iso(written) or _from_epoch(written) or _from_mail(written)
    except (ValueError, OverflowError, TypeError):
        return None
    return found if found is not None and found.year >= _FIRST_YEAR else None


def _from_iso(written: str) -> datetime | None:
    found = _ISO.fullmatch(written)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    midnight = datetime(year, month, day, tzinfo=UTC)
    return midnight + timedelta(hours=hour, minutes=minute, seconds=second) - _offset(found[7] or "Z")


def _offset(zone: str) -> timedelta:
    digits = zone[1:].replace(":", "")
    if not digits.isdigit():
        return timedelta(0)
    away = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return -away if zone.startswith("-") else away


def _from_epoch(written: str) -> datetime | None:
    return datetime.fromtimestamp(int(written), UTC) if _EPOCH_SECONDS.fullmatch(written) else None


def _from_mail(written: str) -> datetime | None:
    """`Tue, 05 Mar 2024 06:00:00 +0100` and its relatives. A time like 24:00:00 means the next day."""
    head, comma, tail = written.partition(",")
    bare = tail if comma and head.strip().rstrip(".").isalpha() else written
    fields = parsedate_tz(_WORD.sub(_in_english, bare))
    if fields is None:
        return None
    year, month, day, hour, minute, second, _, _, _, offset = fields
    hours = _ZONES.get(bare.split()[-1].lower())
    away = timedelta(seconds=offset or 0) if hours is None else timedelta(hours=hours)
    midnight = datetime(year, month, day, tzinfo=UTC)
    return midnight + timedelta(hours=hour, minutes=minute, seconds=second) - away


def _in_english(found: re.Match[str]) -> str:
    word = found[0].lower()
    return _MONTHS.get(word[:4], _MONTHS.get(word[:3], found[0]))
