"""Secrets in a text: those of the settings word for word, any other by how it looks."""

import json
import re
from collections.abc import Callable, Collection, Iterator
from typing import Final
from urllib.parse import parse_qsl, quote, unquote

from pydantic import SecretStr

from bot.settings import Settings

_SHORTEST: Final = 6
"""Characters. Anything shorter is a part of ordinary words, and guards nothing."""
_SECRETS: Final = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+|sk-[\w-]{8,}|(?<=Bot )[\w.-]{20,}|(?<=Bearer )[\w.~+/-]+=*|(?<=Basic )[\w+/]+=*"
    r"|\b[\w-]{24,28}\.[\w-]{6}\.[\w-]{27,}|(?<=hooks\.slack\.com/)[\w/-]+|(?<=/api/webhooks/)[\w/-]+"
)
_ASSIGNED: Final = re.compile(
    r"(?P<name>(?:password|passwd|pwd|passphrase|secret|token|api[_-]?key)[\"']?\s*[=:]\s*[\"']?)[^\s\"'&,;]+",
    re.IGNORECASE,
)
_USERINFO: Final = re.compile(r"(?<=://)(?:[^\s\"'<>@/:]*:(?!\d+(?:/|\s|$))[^\s\"'<>]*|[^/\s\"'<>@]+)@")
"""A password may hold a slash, a sign and a colon: it ends at the last @ of the address."""
_QUERY: Final = re.compile(r"(https?://[^\s?\"']+)\?[^\s\"']+")
_KEEPS: Final = re.compile(r"password|secret|token|key", re.IGNORECASE)
"""The names in an address' query whose values are secret."""


def masked(text: str) -> str:
    """The text without what looks like a token, and without user names, passwords and queries of addresses."""
    known = _USERINFO.sub("…@", _SECRETS.sub("…", text))
    return _ASSIGNED.sub(r"\g<name>…", _QUERY.sub(r"\1?…", known))


def masking(secrets: Collection[str] = ()) -> Callable[[str], str]:
    """As `masked`, and without these secrets, however they are written: plain, in JSON, in a trace, in an address."""
    forms = {form for secret in secrets if len(secret) >= _SHORTEST for form in _written(secret)}
    if not forms:
        return masked
    # The longest first: one may be a part of another.
    literally = re.compile("|".join(map(re.escape, sorted(forms, key=lambda form: (-len(form), form)))))
    return lambda text: masked(literally.sub("…", text))


def secrets_of(settings: Settings) -> frozenset[str]:
    """Every secret that the settings hold, the credentials within addresses included."""
    found: set[str] = set()
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if isinstance(text, str):
            found |= {text} if isinstance(value, SecretStr) else set()
            found |= set(_within(text))
    return frozenset(secret for secret in found if len(secret) >= _SHORTEST)


def _within(address: str) -> Iterator[str]:
    _, mark, rest = address.partition("://")
    if not mark:
        return
    place, _, query = rest.partition("?")
    for part in (rest, place):  # a password may hold a question mark
        user, _, password = part.rpartition("@")[0].partition(":")
        for secret in (password, password or user):
            yield from (secret, unquote(secret))
    yield from (value for name, value in parse_qsl(query) if _KEEPS.search(name))


def _written(secret: str) -> Iterator[str]:
    yield from (secret, " ".join(secret.split()))
    yield from (quote(secret), quote(secret, safe=""))
    for plain in (True, False):
        yield json.dumps(secret, ensure_ascii=plain)[1:-1]
    yield repr(secret)[1:-1]
    # A trace within JSON is written twice.
    yield json.dumps(repr(secret)[1:-1], ensure_ascii=False)[1:-1]
