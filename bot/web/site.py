"""The page of the local channel: what each address answers. Everything works with plain forms."""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from importlib.resources import files
from typing import Any, Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.app import App
from bot.handover import Request
from bot.operations import Outcome, perform_unseen
from bot.reception import Reception
from bot.running import OWNER
from bot.texts.cards import DOWN, SAVE, UP, WHY
from bot.texts.message import Message
from bot.web.asking import Asking
from bot.web.channel_page import channel_page, thread_page
from bot.web.failures import bug, gone, not_found, told
from bot.web.forms import number_in, read_form, see
from bot.web.frame import View, note, page
from bot.web.gate import Gate
from bot.web.health import HEALTH_PATHS, health_routes
from bot.web.markup import card_address, html_of
from bot.web.shows_page import shows_page
from bot.web.talk import Talks, Thread
from pipeline.domain.channel import Channel
from pipeline.domain.errors import BadInput, PodsiftError
from pipeline.domain.overview import FollowedFeed

_ON_A_PAGE: Final = 10
_FILES: Final = {"page.css": "text/css", "page.js": "text/javascript", "icon.svg": "image/svg+xml"}


def make_site(app: App, others: Sequence[BaseRoute] = ()) -> Starlette:
    """`/healthz`, `/metrics`, `others` and, unless it is switched off, the page over an open app.

    Whoever reaches the page is the owner: nobody signs in. `others` are addresses that guard themselves.
    """
    guarded = tuple(f"{path.rstrip('/')}/" for path in (getattr(route, "path", "") for route in others) if path)
    return Starlette(
        routes=[*health_routes(app), *others, *(_page_routes(app) if app.settings.serves_page else ())],
        middleware=[Middleware(Gate, host=app.settings.web_host, open_to_all=HEALTH_PATHS, guarded=guarded)],
        exception_handlers={HTTPStatus.NOT_FOUND: not_found, PodsiftError: told, Exception: bug},
    )


def _page_routes(app: App) -> tuple[Route, ...]:
    site = _Site(app)
    return (
        Route("/", site.channel),
        Route("/say", site.asking.say, methods=["POST"]),
        Route("/thread/{number}", site.thread),
        Route("/card/{insight}", site.card),
        Route("/press", site.press, methods=["POST"]),
        Route("/shows", site.shows),
        Route("/shows", site.follow, methods=["POST"]),
        Route("/shows/remove", site.unfollow, methods=["POST"]),
        Route("/latest", site.latest),
        *(Route(f"/{name}", _file(name, kind)) for name, kind in _FILES.items()),
    )


class _Site:
    """The answers. `asking` takes what is said."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._reception = Reception(app)
        self._talks = Talks(app.board, OWNER.channel_id)
        self.asking = Asking(app, self._talks)

    async def channel(self, request: HttpRequest) -> Response:
        """The newest threads, or those before a number."""
        before = number_in(request.query_params.get("before", ""))
        threads = await self._talks.page(limit=_ON_A_PAGE + 1, before=before)
        channel = await self._channel()
        shown = threads[:_ON_A_PAGE]
        return HTMLResponse(
            channel_page(
                shown,
                self._view(channel),
                lead=self._lead(channel),
                once=secrets.token_urlsafe(12),
                newest=await self._talks.newest() if before is None else None,
                earlier=shown[-1].root.number if len(threads) > _ON_A_PAGE else None,
                said=self.asking.reply(request.query_params.get("said", "")),
            )
        )

    async def thread(self, request: HttpRequest) -> Response:
        """One thread."""
        thread = await self._thread(request.path_params["number"])
        if thread is None:
            return gone()
        return HTMLResponse(thread_page(thread, self._view(await self._channel()), once=secrets.token_urlsafe(12)))

    async def card(self, request: HttpRequest) -> Response:
        """An insight's evidence."""
        return await self._card(request.path_params["insight"])

    async def press(self, request: HttpRequest) -> Response:
        """A button: votes and saves show the card again with what came of it."""
        action = (await read_form(request)).get("action", "")
        verb, _, key = action.partition(":")
        if verb == "card":
            return see(card_address(key))
        if verb not in {UP, DOWN, SAVE} and not verb.startswith(WHY):
            raise BadInput("That button is not of this page.")
        return await self._card(key, told=await self._reception.press(action, OWNER))

    async def shows(self, _request: HttpRequest) -> Response:
        """What the channel follows."""
        return HTMLResponse(shows_page(await self._followed()))

    async def follow(self, request: HttpRequest) -> Response:
        """Follow a show."""
        form = await read_form(request)
        arguments: dict[str, Any] = {
            "address": form.get("address", ""),
            "private": bool(form.get("private")),
            "credentials": form.get("credentials") or None,
        }
        return await self._changed(Request("add", arguments))

    async def unfollow(self, request: HttpRequest) -> Response:
        """Stop following a show."""
        return await self._changed(Request("remove", {"name": (await read_form(request)).get("feed", "")}))

    async def latest(self, _request: HttpRequest) -> Response:
        """The number of the newest post: the script asks now and then."""
        return JSONResponse({"newest": await self._talks.newest()})

    async def _card(self, insight: str, *, told: Message | None = None) -> Response:
        outcome = await self._done(Request("card", {"insight": insight}))
        notice = "" if told is None else note(html_of(told))
        back = '<p class="back"><a href="/">All posts</a></p>'
        body = [back, notice, f'<article class="card">{html_of(outcome.message)}</article>']
        status = HTTPStatus.NOT_FOUND if outcome.code else HTTPStatus.OK
        return HTMLResponse(page(outcome.message.fallback, body), status)

    async def _changed(self, wanted: Request) -> Response:
        outcome = await self._done(wanted)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if outcome.code else HTTPStatus.OK
        told = shows_page(await self._followed(), told=outcome)
        return HTMLResponse(told, status)

    async def _followed(self) -> tuple[FollowedFeed, ...]:
        return await self._app.library.feeds(workspace=OWNER.workspace, channel_id=OWNER.channel_id)

    async def _done(self, wanted: Request) -> Outcome:
        return await perform_unseen(self._app, OWNER, wanted)

    async def _thread(self, number: str) -> Thread | None:
        found = number_in(number)
        return None if found is None else await self._talks.thread(found)

    async def _channel(self) -> Channel:
        return await self._app.pipeline.channels.get(OWNER.channel_id, workspace=OWNER.workspace)

    def _view(self, channel: Channel) -> View:
        return View(channel.zone, self._app.clock.now())

    def _lead(self, channel: Channel) -> str:
        if channel.paused:
            return "The daily post is paused; “/podcast resume” starts it again."
        return f"The day’s five best insights come at {channel.at:%H:%M} ({channel.zone})."


def _file(name: str, kind: str) -> Callable[[HttpRequest], Awaitable[Response]]:
    """A file beside this one, as it is."""
    body = files("bot.web").joinpath(name).read_bytes()

    async def answer(_request: HttpRequest) -> Response:
        return Response(body, media_type=kind)

    return answer
