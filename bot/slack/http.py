"""Slack over HTTP: signed requests at one address, and the pages by which a workspace installs the app."""

import logging
from collections.abc import Awaitable, Callable
from typing import Final

from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from bot.slack.signature import Signatures, Verdict

MOUNTED_AT: Final = "/slack"
"""The manifest names /slack/events, /slack/install and /slack/oauth_redirect."""
_LONGEST_BODY: Final = 1_048_576
_OK: Final = 200

_log = logging.getLogger(__name__)

_Handle = Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]


def slack_mount(app: AsyncApp, signatures: Signatures, *, flow: AsyncOAuthFlow | None = None) -> Mount:
    """Everything that Slack and installing browsers ask for, to be mounted in a Starlette app."""

    async def events(request: Request) -> Response:
        return await _take(request, app, signatures)

    routes = [Route("/events", events, methods=["POST"])]
    if flow is not None:
        routes += [_page("/install", flow.handle_installation), _page("/oauth_redirect", flow.handle_callback)]
    return Mount(MOUNTED_AT, routes=routes)


async def _take(request: Request, app: AsyncApp, signatures: Signatures) -> Response:
    body = await _body(request)
    if body is None:
        return PlainTextResponse("too large", status_code=413)
    match signatures.judge(body, request.headers):
        case Verdict.REFUSED:
            _log.warning("Refused a request that Slack did not sign.")
            return PlainTextResponse("the signature is wrong or too old", status_code=401)
        case Verdict.REPEATED:
            # Slack may not have seen our first reply; whoever else sends it learns nothing and does nothing.
            return Response()
    reply = await app.async_dispatch(to_async_bolt_request(request, body))
    if reply.status == _OK:
        signatures.handled(request.headers)
    return to_starlette_response(reply)


async def _body(request: Request) -> bytes | None:
    """The body; None when it is longer than anything that Slack sends."""
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > _LONGEST_BODY:
                return None
    except ClientDisconnect:
        return b""
    return bytes(body)


def _page(path: str, handle: _Handle) -> Route:
    async def page(request: Request) -> Response:
        return to_starlette_response(await handle(to_async_bolt_request(request, b"")))

    return Route(path, page, methods=["GET"])
