"""Which show somebody means: an address, a link to Apple Podcasts, or a name that several shows may have."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlsplit

from pipeline.domain.errors import BadInput

_SCHEMES: Final = ("http", "https")
_APP_SCHEMES: Final = re.compile(r"(?:feed|pcast|itpc|podcast|podcasts|overcast):(?://)?(?=.)", re.IGNORECASE)
_NESTED: Final = re.compile(r"https?:", re.IGNORECASE)
_HOST: Final = re.compile(r"(?:[\w-]+\.)+[a-z][\w-]+(?::\d+)?(?:/\S*)?|[\w.-]+:\d+(?:/\S*)?", re.IGNORECASE)
_APPLE_HOSTS: Final = frozenset({"podcasts.apple.com", "itunes.apple.com", "podcast.apple.com"})
_APPLE_NUMBER: Final = re.compile(r"/id(\d{4,20})(?:/|$)")
_COUNTRY: Final = re.compile(r"/([a-z]{2})/", re.IGNORECASE)
_WORD: Final = re.compile(r"\w+")
_ARTICLES: Final = frozenset({"the", "a", "an"})


@dataclass(frozen=True, slots=True)
class FoundShow:
    """A show in a directory, or a feed that a web page names; `episodes` is how many it is said to have."""

    title: str
    url: str
    author: str = ""
    episodes: int | None = None


@dataclass(frozen=True, slots=True)
class AtAddress:
    """The feed, or a page that names it, at this http(s) address."""

    url: str


@dataclass(frozen=True, slots=True)
class OnApple:
    """The show with this number at Apple Podcasts; `country` is the two letters of the link, None without."""

    number: int
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A show of this name."""

    name: str


Meant = AtAddress | OnApple | Named


def what_is_meant(text: str) -> Meant:
    """What somebody who typed this wants to follow. Raises BadInput when it is nothing, or no address we can read."""
    text = " ".join(text.split())
    if not text:
        raise BadInput("Say the address of a feed, a link to Apple Podcasts, or the name of a show.")
    scheme = re.match(r"[a-z][a-z0-9+.-]*:(?=//)", text, re.IGNORECASE)
    if scheme is None and not _APP_SCHEMES.match(text):
        return _on_apple(f"https://{text}") if _HOST.fullmatch(text) else Named(text)
    url = web_address(text)
    if url is None or " " in url:
        raise BadInput("This is no web address; it should look like https://example.org/feed.xml.")
    return _on_apple(url)


def addresses_in(text: str) -> tuple[str, ...]:
    """The addresses, where the text is nothing but two or more of them; else none."""
    words = text.split()
    are_addresses = len(words) > 1 and all(_HOST.fullmatch(word) or web_address(word) for word in words)
    return tuple(dict.fromkeys(words)) if are_addresses else ()


def web_address(text: str) -> str | None:
    """The http(s) address; the schemes with which apps claim feeds stand for it. None for anything else."""
    without = _APP_SCHEMES.sub("", text, count=1)
    if without != text:
        text = without if _NESTED.match(without) else f"http://{without}"
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme in _SCHEMES and parts.hostname else None


def choose_show(name: str, shows: Sequence[FoundShow]) -> FoundShow | None:
    """The one show that is clearly meant by `name`, None when people have to choose.

    One is clear when its title is the name alone (case, articles and punctuation apart) and no other's is, or when it
    is the only one found and its title has all words of the name.
    """
    wanted = _words(name)
    same = [show for show in shows if _words(show.title) == wanted]
    if len(same) == 1:
        return same[0]
    alone = shows[0] if len(shows) == 1 else None
    return alone if alone is not None and set(wanted) <= set(_words(alone.title)) else None


def _on_apple(url: str) -> Meant:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise BadInput("This is no web address; it should look like https://example.org/feed.xml.") from error
    if (parts.hostname or "") not in _APPLE_HOSTS:
        return AtAddress(url)
    asked = parse_qs(parts.query).get("id", [""])[0]
    found = _APPLE_NUMBER.search(parts.path)
    number = found[1] if found else asked if asked.isdecimal() else None
    if number is None:
        raise BadInput(
            "This Apple link names no show; copy the link of the show itself, which ends with “/id” and a number."
        )
    country = _COUNTRY.match(parts.path)
    return OnApple(int(number), country[1].lower() if country else None)


def _words(text: str) -> tuple[str, ...]:
    words = tuple(_WORD.findall(text.casefold()))
    return tuple(word for word in words if word not in _ARTICLES) or words
