"""Who may ask the page."""

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from bot.web.gate import Gate, is_own_name


async def page(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("private")(scope, receive, send)


async def asked(method: str = "GET", path: str = "/", host: str = "127.0.0.1:8080", **headers: str) -> httpx.Response:
    gate = Gate(page, host="podsift.home", open_to_all=frozenset({"/healthz"}), guarded=("/slack/",))
    transport = httpx.ASGITransport(app=gate)
    named = {name.replace("_", "-"): value for name, value in headers.items()} | {"Host": host}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
        return await client.request(method, path, headers=named)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8080", "[::1]:8080", "192.168.1.5:1", "podsift.home:8080"])
async def test_answers_under_its_own_names(host: str) -> None:
    assert (await asked(host=host)).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "[", "a b"])
def test_another_name_is_not_ours(host: str) -> None:
    assert not is_own_name(host, own="127.0.0.1")


async def test_a_name_that_was_pointed_here_gets_nothing() -> None:
    answer = await asked(host="evil.example:8080")

    assert answer.status_code == 421
    assert "private" not in answer.text


async def test_health_may_be_asked_under_any_name_but_only_read() -> None:
    assert (await asked(path="/healthz", host="podsift")).status_code == 200
    assert (await asked("POST", path="/healthz", host="podsift")).status_code == 421


async def test_what_has_a_gate_of_its_own_is_left_alone() -> None:
    answer = await asked("POST", path="/slack/events", host="bot.example", x_forwarded_for="1.2.3.4")

    assert answer.status_code == 200
    assert "Content-Security-Policy" not in answer.headers
    assert (await asked("POST", path="/slacker", host="bot.example")).status_code == 421


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "none"},
    ],
)
async def test_a_form_of_another_website_changes_nothing(headers: dict[str, str]) -> None:
    assert (await asked("POST", **headers)).status_code == 403


@pytest.mark.parametrize("headers", [{"origin": "http://127.0.0.1:8080"}, {"sec_fetch_site": "same-origin"}])
async def test_our_own_form_is_taken(headers: dict[str, str]) -> None:
    assert (await asked("POST", **headers)).status_code == 200


async def test_a_proxy_opens_nothing() -> None:
    assert (await asked(x_forwarded_for="203.0.113.7")).status_code == 403


async def test_every_answer_forbids_foreign_resources_and_frames() -> None:
    policy = (await asked()).headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
