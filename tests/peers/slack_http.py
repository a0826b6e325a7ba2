"""Slack as the caller: signed requests into our web app, and a browser that installs the app."""

import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from tests.peers.slack_peer import BOT, Json, SlackPeer

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


@dataclass
class SlackCaller:
    """Calls our web app as Slack does."""

    web: httpx.AsyncClient
    secret: str = SECRET
    sent: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)

    async def event(self, event: Json, *, team: str = "T1", **more: Any) -> httpx.Response:
        """An event of a team, signed now."""
        stamp = f"{time.time_ns()}"
        body = {
            "type": "event_callback", "team_id": team, "api_app_id": "A1", "event_id": f"Ev{stamp}", "event": event,
            "event_time": int(time.time()) + 1, "authorizations": [{"team_id": team, "user_id": BOT, "is_bot": True}],
            **more,
        }  # fmt: skip
        return await self.post(json.dumps(body).encode(), "application/json")

    async def command(self, words: str, *, team: str = "T1", **more: str) -> httpx.Response:
        """`/podcast …`."""
        form = {
            "command": "/podcast", "text": words, "team_id": team, "channel_id": "C1", "channel_name": "podcasts",
            "user_id": "U1", "user_name": "ann", "trigger_id": f"{time.time_ns()}", **more,
        }  # fmt: skip
        return await self.post(urlencode(form).encode(), "application/x-www-form-urlencoded")

    async def interaction(self, payload: Json) -> httpx.Response:
        """A press or a submitted form."""
        return await self.post(
            urlencode({"payload": json.dumps(payload)}).encode(), "application/x-www-form-urlencoded"
        )

    async def post(self, body: bytes, kind: str, *, at: float | None = None) -> httpx.Response:
        """A request signed with our secret, at a time."""
        stamp = f"{time.time() if at is None else at:.0f}"
        signature = hmac.new(self.secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        headers = {
            "content-type": kind,
            "x-slack-request-timestamp": stamp,
            "x-slack-signature": f"v0={signature}",
        }
        self.sent.append((body, headers))
        return await self.web.post("/slack/events", content=body, headers=headers)

    async def again(self) -> httpx.Response:
        """The last request once more, byte for byte."""
        body, headers = self.sent[-1]
        return await self.web.post("/slack/events", content=body, headers=headers)


@asynccontextmanager
async def calling(*routes: BaseRoute) -> AsyncIterator[SlackCaller]:
    """Slack before our web app with these routes."""
    transport = httpx.ASGITransport(app=Starlette(routes=list(routes)), raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="https://podsift.example") as web:
        yield SlackCaller(web)


async def install(caller: SlackCaller, peer: SlackPeer, *, code: str, **granted: Any) -> httpx.Response:
    """A browser goes through the installation; Slack grants what `granted` says (team, enterprise, access_token…)."""
    begun = await caller.web.get("/slack/install")
    state = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]
    token = str(granted.get("access_token", "xoxb-new"))
    peer.tokens.add(token)
    peer.methods["oauth.v2.access"] = lambda arguments: (
        {
            "ok": True, "app_id": "A1", "access_token": token, "token_type": "bot", "scope": "chat:write",
            "bot_user_id": BOT, "authed_user": {"id": "U1"}, "enterprise": None, "is_enterprise_install": False,
            **granted,
        }
        if arguments.get("code") == code
        else {"ok": False, "error": "invalid_code"}
    )  # fmt: skip
    return await caller.web.get("/slack/oauth_redirect", params={"code": code, "state": state})
