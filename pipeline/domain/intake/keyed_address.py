"""Addresses that are keys: a members' feed is often opened by its address alone."""

import re
from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit, urlunsplit

_KEY_NAMES: Final = re.compile(
    r"(?:.*[_-])?(?:auth|token|key|apikey|secret|sig|signature|password|pass|pwd|pw|hash|user|uid|email|member|code)",
    re.IGNORECASE,
)
_KEYED_HOSTS: Final = re.compile(
    r"(?:.*\.)?(?:patreon\.com|supportingcast\.fm|supercast\.com|supercast\.tech|memberful\.com|memberfulcontent\.com|"
    r"glow\.fm|members\..+|private\..+|premium\..+)"
)
_PRIVATE_PATH: Final = re.compile(r"/(?:private|premium|members?|subscribers?|patrons?)(?:/|$)", re.IGNORECASE)
_NUMBER: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{24}", re.IGNORECASE)
"""With these public hosts name their shows."""

_RANDOM: Final = re.compile(r"(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{24,}")
_LIKE_A_KEY: Final = re.compile(r"(?=.*(?:\d|[a-z][A-Z])).{12,}")
_LEFT_OUT: Final = "…"


def take_credentials(url: str) -> tuple[str, str | None]:
    """The address without `user:password@`, and these."""
    parts = urlsplit(url)
    if parts.username is None:
        return url, None
    return _rebuilt(
        parts, path=parts.path, query=parts.query
    ), f"{unquote(parts.username)}:{unquote(parts.password or '')}"


def holds_a_key(url: str) -> bool:
    """Whether the address itself may open a members' feed: a token in it, or a host or path that is for members."""
    parts = urlsplit(url)
    if parts.username is not None or _KEYED_HOSTS.fullmatch(parts.hostname or "") or _PRIVATE_PATH.search(parts.path):
        return True
    return _has_token(parts)


def page_to_show(url: str | None) -> str | None:
    """A web page that a private feed names, None where its address looks like somebody's own, whatever its host."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return None if parts.username is not None or _has_token(parts) else url


def without_keys(url: str) -> str:
    """The address of a private feed as it may be shown: no sign-in, no query, no part that may be a token."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return _LEFT_OUT
    steps = (_LEFT_OUT if _may_be_a_key(step) else step for step in parts.path.split("/"))
    return _rebuilt(parts, path="/".join(steps), query="")


def _has_token(parts: SplitResult) -> bool:
    asked = parse_qsl(parts.query, keep_blank_values=True)
    if any(_KEY_NAMES.fullmatch(name) or _is_random(value) for name, value in asked):
        return True
    steps = [step.rpartition(".")[0] or step for step in parts.path.split("/")]
    return "public" not in steps and any(map(_is_random, steps))


def _rebuilt(parts: SplitResult, *, path: str, query: str) -> str:
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], path, query, ""))


def _is_random(text: str) -> bool:
    """Long, with letters and digits, and neither words nor a public number."""
    return bool(_RANDOM.fullmatch(text)) and not _NUMBER.fullmatch(text) and not _is_words(text)


def _may_be_a_key(step: str) -> bool:
    """In a private feed's address even a short mix of letters and digits may be the key."""
    return bool(_NUMBER.search(step)) or (bool(_LIKE_A_KEY.fullmatch(step)) and not _is_words(step))


def _is_words(text: str) -> bool:
    """Words with dashes, as in `episode-12-of-the-long-running-show`."""
    parts = re.split(r"[-_]", text)
    return len(parts) > 2 and max(map(len, parts)) < 12  # noqa: PLR2004  a slug has several short words
