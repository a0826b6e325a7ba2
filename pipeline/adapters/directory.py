"""Shows by name: the iTunes directory, which asks for no key, and Podcast Index, which asks for one.

https://performance-partners.apple.com/search-api and https://podcastindex-org.github.io/docs-api
"""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from hashlib import sha1
from http import HTTPStatus
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import urlencode

from pipeline.domain.errors import DirectoryUnavailable, FetchError, HttpStatus
from pipeline.domain.intake.finding import FoundShow, OnApple, web_address
from pipeline.ports import Clock, Fetched, ShowDirectory

_MOST_BYTES: Final = 2_000_000
_MOST_HITS: Final = 50
_REFUSED: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})

_T = TypeVar("_T")


class Caller(Protocol):
    """A fetcher that can send headers of ours."""

    async def fetch(self, url: str, *, max_bytes: int = ..., headers: Mapping[str, str] | None = ...) -> Fetched:
        """The body at `url`; `headers` are for its origin alone. Raises FetchError."""
        ...


class ITunes:
    """The directory of Apple Podcasts."""

    def __init__(self, caller: Caller, *, base_url: str = "https://itunes.apple.com") -> None:
        self._caller = caller
        self._base_url = base_url

    async def search(self, name: str, *, limit: int = 10) -> tuple[FoundShow, ...]:
        """See ShowDirectory."""
        asked = {"term": name, "media": "podcast", "entity": "podcast", "limit": str(min(limit, _MOST_HITS))}
        return _each_once(await self._ask("search", asked), limit=limit)

    async def lookup(self, apple: OnApple) -> FoundShow | None:
        """See ShowDirectory."""
        asked = {"id": str(apple.number), "entity": "podcast"}
        found = await self._ask("lookup", asked | ({"country": apple.country} if apple.country else {}))
        return next(iter(_each_once(found, limit=1)), None)

    async def _ask(self, what: str, asked: Mapping[str, str]) -> list[FoundShow | None]:
        answer = await _json(self._caller, f"{self._base_url}/{what}?{urlencode(asked)}")
        return [_at_apple(hit) for hit in _list(answer, "results")]


class PodcastIndex:
    """podcastindex.org, with the key and secret that it gives to everybody who asks."""

    def __init__(
        self,
        caller: Caller,
        *,
        key: str,
        secret: str,
        clock: Clock,
        base_url: str = "https://api.podcastindex.org/api/1.0",
    ) -> None:
        self._caller = caller
        self._key = key
        self._secret = secret
        self._clock = clock
        self._base_url = base_url

    async def search(self, name: str, *, limit: int = 10) -> tuple[FoundShow, ...]:
        """See ShowDirectory."""
        answer = await self._ask("search/byterm", {"q": name, "max": str(min(limit, _MOST_HITS))})
        return _each_once([_in_index(hit) for hit in _list(answer, "feeds") if not hit.get("dead")], limit=limit)

    async def lookup(self, apple: OnApple) -> FoundShow | None:
        """See ShowDirectory."""
        answer = await self._ask("podcasts/byitunesid", {"id": str(apple.number)})
        hit = answer.get("feed")  # an empty list where it knows none
        return _in_index(hit) if isinstance(hit, dict) else None

    async def _ask(self, what: str, asked: Mapping[str, str]) -> dict[str, Any]:
        at = str(int(self._clock.now().timestamp()))
        signed = sha1(f"{self._key}{self._secret}{at}".encode(), usedforsecurity=False).hexdigest()
        headers = {"X-Auth-Key": self._key, "X-Auth-Date": at, "Authorization": signed}
        return await _json(self._caller, f"{self._base_url}/{what}?{urlencode(asked)}", headers=headers)


class Directories:
    """Several directories as one: the first that knows something answers."""

    def __init__(self, *directories: ShowDirectory) -> None:
        self._directories = directories

    async def search(self, name: str, *, limit: int = 10) -> tuple[FoundShow, ...]:
        """See ShowDirectory; unavailable only when none of them answers."""
        return await self._first(lambda directory: directory.search(name, limit=limit)) or ()

    async def lookup(self, apple: OnApple) -> FoundShow | None:
        """See ShowDirectory; unavailable only when none of them answers."""
        return await self._first(lambda directory: directory.lookup(apple))

    async def _first(self, ask: Callable[[ShowDirectory], Awaitable[_T]]) -> _T | None:
        failed: list[DirectoryUnavailable] = []
        for directory in self._directories:
            try:
                found = await ask(directory)
            except DirectoryUnavailable as error:
                failed.append(error)
            else:
                if found:
                    return found
        if len(failed) == len(self._directories):
            raise failed[-1]
        return None


async def _json(caller: Caller, url: str, *, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    try:
        fetched = await caller.fetch(url, max_bytes=_MOST_BYTES, headers=headers)
    except FetchError as error:
        raise DirectoryUnavailable(_problem(error)) from error
    try:
        answer = json.loads(fetched.body)
    except (ValueError, RecursionError) as error:
        raise DirectoryUnavailable("the directory answered with something unexpected") from error
    if not isinstance(answer, dict):
        raise DirectoryUnavailable("the directory answered with something unexpected")
    return answer


def _problem(error: FetchError) -> str:
    if not isinstance(error, HttpStatus):
        return error.problem
    if error.status in _REFUSED:
        return "the directory refused our key"
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:
        return "the directory asks us to come less often"
    return error.problem


def _list(answer: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = answer.get(name)
    return [hit for hit in found if isinstance(hit, dict)] if isinstance(found, list) else []


def _at_apple(hit: Mapping[str, Any]) -> FoundShow | None:
    title = hit.get("collectionName") or hit.get("trackName")
    return _show(title, hit.get("feedUrl"), hit.get("artistName"), hit.get("trackCount"))


def _in_index(hit: Mapping[str, Any]) -> FoundShow | None:
    return _show(hit.get("title"), hit.get("url"), hit.get("author"), hit.get("episodeCount"))


def _show(title: object, url: object, author: object, episodes: object) -> FoundShow | None:
    """A show, None when it has no title or no public feed."""
    address = web_address(url.strip()) if isinstance(url, str) else None
    name = " ".join(title.split()) if isinstance(title, str) else ""
    if address is None or not name:
        return None
    by = " ".join(author.split()) if isinstance(author, str) else ""
    return FoundShow(name, address, by, episodes if isinstance(episodes, int) and episodes > 0 else None)


def _each_once(found: Iterable[FoundShow | None], *, limit: int) -> tuple[FoundShow, ...]:
    by_address: dict[str, FoundShow] = {}
    for show in found:
        if show is not None:
            by_address.setdefault(show.url.partition("://")[2].rstrip("/").casefold(), show)
    return tuple(by_address.values())[:limit]
