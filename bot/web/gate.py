"""Who may ask the page: this machine under its own name, from this page, and nobody's foreign website.

A website that a member visits can send requests to loopback addresses too: under a name of its own that it points here
(DNS rebinding, seen in Host) or as a form (CSRF, seen in Origin). Nobody signs in, so both are refused.
"""

from collections.abc import Mapping
from http import HTTPStatus
from ipaddress import ip_address
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
_SAFE_METHODS: Final = frozenset({"GET", "HEAD"})
_HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Content-Security-Policy": (
            "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
        # «no-referrer» would make browsers send «Origin: null» with the page's own forms.
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
)


class Gate:
    """Lets a request through, or answers 421 or 403.

    `open_to_all` are paths without anything private; what begins with one of `guarded` has a gate of its own.
    """

    def __init__(
        self,
        inner: ASGIApp,
        *,
        host: str,
        open_to_all: frozenset[str] = frozenset(),
        guarded: tuple[str, ...] = (),
    ) -> None:
        self._inner = inner
        self._host = host.lower()
        self._open = open_to_all
        self._guarded = guarded

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["path"].startswith(self._guarded):
            await self._inner(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        refusal = self._refusal(scope)
        await (self._inner if refusal is None else refusal)(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        is_safe = scope["method"] in _SAFE_METHODS
        if is_safe and scope["path"] in self._open:
            return None
        if any(name in headers for name in _FORWARDED):
            # A proxy that opens one path to the world (Slack's, say) would open this page with it.
            return PlainTextResponse("This page is not served through a proxy: nobody signs in.", HTTPStatus.FORBIDDEN)
        if not is_own_name(headers.get("host", ""), own=self._host):
            said = "This page answers under this machine's own address only, for example http://127.0.0.1."
            return PlainTextResponse(said, HTTPStatus.MISDIRECTED_REQUEST)
        if not is_safe and not is_same_origin(headers):
            return PlainTextResponse("This came from another website and was not done.", HTTPStatus.FORBIDDEN)
        return None


def is_own_name(host: str, *, own: str) -> bool:
    """Whether a Host header names this machine: `localhost`, `own`, or a bare IP address, which no DNS can turn."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name in {"localhost", own}:
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def is_same_origin(headers: Mapping[str, str]) -> bool:
    """Whether a request that changes something comes from our own page: browsers say so in Origin."""
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site") == "same-origin"
    return origin.lower() in {f"{scheme}://{headers.get('host', '').lower()}" for scheme in ("http", "https")}
