"""The page's server, in the service's own loop."""

import asyncio
import errno
import logging
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from ipaddress import ip_address
from typing import Final

import uvicorn
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from bot.app import App
from bot.settings import Settings
from bot.web.site import make_site
from pipeline.domain.errors import SettingsError

_GRACE: Final = 5
"""Seconds that running requests get when the service stops."""
_BACKLOG: Final = 128

_log = logging.getLogger(__name__)


@asynccontextmanager
async def serving_page(app: App, routes: Sequence[BaseRoute] = ()) -> AsyncIterator[str | None]:
    """Serve the page while the block runs, with `routes` of chat platforms that are heard over HTTP; gives its address.

    None when nothing is to be served, or when the port is taken: that is logged, and posts and answers go on without
    a page. Raises SettingsError when the port is taken and a platform needs it.
    """
    if not app.settings.web and not routes:
        yield None
        return
    listener = _listener(app.settings)
    if listener is None:
        if routes:
            raise SettingsError("Slack is heard over HTTP, and PODSIFT_WEB_PORT cannot be opened; the log says why.")
        yield None
        return
    with listener:
        address = _address(listener)
        async with _running(make_site(app, routes), listener):
            what = "The page, /healthz and /metrics are" if app.settings.serves_page else "/healthz and /metrics are"
            _log.info("%s served.", what, extra={"at": address})
            yield address


class _Server(uvicorn.Server):
    """Leaves the process' signals to the service, which stops everything in its own order."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


@asynccontextmanager
async def _running(site: ASGIApp, listener: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(
        site,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]), name="page")
    try:
        yield
    finally:
        server.should_exit = True
        await serving


def _listener(settings: Settings) -> socket.socket | None:
    """A listening socket. uvicorn would end the whole process where the port is taken."""
    try:
        found = socket.getaddrinfo(settings.web_host, settings.port, type=socket.SOCK_STREAM)
        family, kind, protocol, _name, place = found[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        _log.error("There is no page: PODSIFT_WEB_HOST %s is no address here (%s).", settings.web_host, error.strerror)
        return None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        _tell_why(settings, error)
        return None
    if not ip_address(listener.getsockname()[0].partition("%")[0]).is_loopback:
        _log.warning("The page asks nobody to sign in, and other machines can reach it: everyone there is the owner.")
    return listener


def _tell_why(settings: Settings, error: OSError) -> None:
    taken = "another program uses it; choose another PODSIFT_WEB_PORT" if error.errno == errno.EADDRINUSE else ""
    place = f"{settings.web_host} port {settings.port}"
    _log.error("There is no page at %s: %s.", place, taken or error.strerror)


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
