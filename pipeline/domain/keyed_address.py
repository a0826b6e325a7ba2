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
_UUID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_RANDOM: Final = re.compile(r"(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{24,}")
_LEFT_OUT: Final = "…"


def take_credentials(url: str) -> tuple[str, str | None]:
    """The address without `user:password@`, and these."""
    parts = urlsplit(url)
    if parts.username is None:
        return url, None
    return _rebuilt(parts, path=parts.path, query=parts.query), f"{unquote(parts.username)}:{unquote(parts.password or '')}"


def holds_a_key(url: str) -> bool:
    """Whether the address itself may open a members' feed: a token in it, or a host or path that is for members."""
    parts = urlsplit(url)
    if parts.username is not None or _KEYED_HOSTS.fullmatch(parts.hostname or "") or _PRIVATE_PATH.search(parts.path):
        return True
    asked = parse_qsl(parts.query, keep_blank_values=True)
    if any(_KEY_NAMES.fullmatch(name) or _is_random(value) for name, value in asked):
        return True
    return any(_is_random(step) for step in _steps(parts.path))


def without_keys(url: str) -> str:
    """The address of a private feed as it may be shown: no sign-in, no query, no part that may be a token."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return _LEFT_OUT
    path = parts.path
    for step in path.split("/"):
        if len(step) >= 16 or _KEYED_HOSTS.fullmatch(host) and any(map(str.isdigit, step)):  # noqa: PLR2004, RUF021
            path = path.replace(step, _LEFT_OUT)
    return _rebuilt(parts, path=path, query="")


def _rebuilt(parts: SplitResult, *, path: str, query: str) -> str:
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], path, query, ""))


def _steps(path: str) -> list[str]:
    return [step.rpartition(".")[0] or step for step in path.split("/")]


def _is_random(text: str) -> bool:
    """Long, with letters and digits, and no UUID: public hosts name their shows with those."""
    return _RANDOM.fullmatch(text) is not None and _UUID.fullmatch(text) is None and not _is_words(text)


def _is_words(text: str) -> bool:
    """Words with dashes, as in `episode-12-of-the-long-running-show`."""
    parts = re.split(r"[-_]", text)
    return len(parts) > 2 and max(map(len, parts)) < 16  # noqa: PLR2004  a slug has several short words
