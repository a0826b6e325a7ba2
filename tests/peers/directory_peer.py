"""The two directories of shows on loopback, answering as they document it.

    async with DirectoryPeer() as peer:
        peer.know(Listed("Ferns", "https://ferns.example/feed.xml", number=42))
        directory = ITunes(http, base_url=peer.itunes)

`broken` makes every answer the given status. A request to Podcast Index without a right signature is refused.
"""

from dataclasses import dataclass
from hashlib import sha1
from types import TracebackType
from typing import Any, Self

from aiohttp import web

KEY, SECRET = "PEERKEY", "peer$ecret^"


@dataclass(frozen=True, slots=True)
class Listed:
    """A show in both directories; without `url` it is for subscribers of the shop only."""

    title: str
    url: str | None
    author: str = "Nobody"
    number: int = 0
    episodes: int = 12
    dead: bool = False


class DirectoryPeer:
    """Listens on 127.0.0.1 at a free port while its context is open."""

    def __init__(self) -> None:
        self.broken: int | None = None
        self.body: bytes | None = None
        """Given instead of every answer."""
        self.asked: list[web.Request] = []
        self._shows: list[Listed] = []
        self._runner: web.AppRunner | None = None
        self._address = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        for path, answer in (
            ("/itunes/search", self._itunes_search),
            ("/itunes/lookup", self._itunes_lookup),
            ("/index/search/byterm", self._index_search),
            ("/index/podcasts/byitunesid", self._index_lookup),
        ):
            app.router.add_get(path, answer)
        app.middlewares.append(self._guard)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._address = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    @property
    def itunes(self) -> str:
        """The base address of the iTunes directory."""
        return f"{self._address}/itunes"

    @property
    def index(self) -> str:
        """The base address of Podcast Index."""
        return f"{self._address}/index"

    def know(self, *shows: Listed) -> None:
        """List these shows."""
        self._shows += shows

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.asked.append(request)
        if self.broken is not None:
            return web.Response(status=self.broken)
        if self.body is not None:
            return web.Response(body=self.body)
        if request.path.startswith("/index/") and not _is_signed(request):
            return web.json_response({"status": "false", "description": "Authorization header incorrect"}, status=401)
        answer: web.StreamResponse = await handler(request)
        return answer

    async def _itunes_search(self, request: web.Request) -> web.Response:
        assert request.query["media"] == "podcast"
        return _shop(self._matching(request.query["term"])[: int(request.query["limit"])])

    async def _itunes_lookup(self, request: web.Request) -> web.Response:
        return _shop([show for show in self._shows if show.number == int(request.query["id"])])

    async def _index_search(self, request: web.Request) -> web.Response:
        found = [_feed(show) for show in self._matching(request.query["q"]) if show.url]
        answer = {"status": "true", "feeds": found, "count": len(found), "query": request.query["q"]}
        return web.json_response(answer)

    async def _index_lookup(self, request: web.Request) -> web.Response:
        found = [_feed(show) for show in self._shows if show.number == int(request.query["id"]) and show.url]
        return web.json_response({"status": "true", "query": dict(request.query), "feed": found[0] if found else []})

    def _matching(self, term: str) -> list[Listed]:
        words = term.casefold().split()
        return [show for show in self._shows if any(word in show.title.casefold() for word in words)]


def _is_signed(request: web.Request) -> bool:
    given = request.headers
    signed = sha1(f"{KEY}{SECRET}{given.get('X-Auth-Date', '')}".encode()).hexdigest()  # noqa: S324  as documented
    return given.get("X-Auth-Key") == KEY and given.get("Authorization") == signed and "User-Agent" in given


def _shop(shows: list[Listed]) -> web.Response:
    results = [
        {
            "wrapperType": "track",
            "kind": "podcast",
            "collectionId": show.number,
            "artistName": show.author,
            "collectionName": show.title,
            "trackName": show.title,
            "trackCount": show.episodes,
            **({"feedUrl": show.url} if show.url else {}),
        }
        for show in shows
    ]
    body = web.json_response({"resultCount": len(results), "results": results})
    body.content_type = "text/javascript"
    return body


def _feed(show: Listed) -> dict[str, Any]:
    return {
        "id": show.number + 1,
        "title": show.title,
        "url": show.url,
        "author": show.author,
        "itunesId": show.number,
        "episodeCount": show.episodes,
        "dead": int(show.dead),
    }
