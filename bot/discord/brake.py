"""Requests that would do harm: another one of what cannot be repeated, and refused ones without end."""

import re
import time
from collections import deque
from collections.abc import Callable
from http import HTTPStatus
from types import SimpleNamespace
from typing import Final

import aiohttp

_WINDOW: Final = 600.0
_MOST_REFUSALS: Final = 4_000
"""Discord bans an address after 10,000 refused requests in ten minutes; who posts and who listens have a share each."""
_REFUSALS: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS})
_UNREPEATABLE: Final = re.compile(r"/channels/\d+/threads$")
"""A new post in a forum takes no nonce, so that discord.py's own second try would make a second post."""


class HeldBack(aiohttp.ClientError):
    """Too many requests were refused lately: nothing is sent for `retry_after` seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__("Discord refused too many requests lately")
        self.retry_after = retry_after


class NotRepeated(aiohttp.ClientError):
    """Discord failed while it did something that must not be done twice: nobody knows whether it did."""


class Brake:
    """Watches the requests of one client."""

    def __init__(self, *, most: int = _MOST_REFUSALS, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._refused: deque[float] = deque()

    def trace(self) -> aiohttp.TraceConfig:
        """For a client's `http_trace`. Requests then also raise HeldBack and NotRepeated."""
        trace = aiohttp.TraceConfig()
        trace.on_request_start.append(self._before)
        trace.on_request_end.append(self._after)
        return trace

    async def _before(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, _told: aiohttp.TraceRequestStartParams
    ) -> None:
        now = self._clock()
        while self._refused and now - self._refused[0] > _WINDOW:
            self._refused.popleft()
        if len(self._refused) >= self._most:
            raise HeldBack(self._refused[0] + _WINDOW - now)

    async def _after(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, told: aiohttp.TraceRequestEndParams
    ) -> None:
        answer = told.response
        is_shared = answer.headers.get("X-RateLimit-Scope") == "shared"  # Discord does not count these
        if answer.status in _REFUSALS and not is_shared:
            self._refused.append(self._clock())
        is_failure = answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        if is_failure and told.method == "POST" and _UNREPEATABLE.search(told.url.path):
            answer.close()
            raise NotRepeated(f"Discord answered {answer.status}")
