"""Slack over HTTP: only what Slack signed, only once, and the same answers as over the socket."""

import asyncio
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.signature import Signatures, Verdict
from tests.bot.slack.http_world import received
from tests.peers.catalog import Stores
from tests.peers.slack_peer import BOT, SlackPeer

_CHALLENGE = json.dumps({"type": "url_verification", "challenge": "c-1", "token": "t"}).encode()


async def test_slack_checks_our_address_with_a_signed_challenge(peer: SlackPeer, stores: Stores) -> None:
    async with received(peer, stores) as world:
        reply = await world.slack.post(_CHALLENGE, "application/json")
        assert (reply.status_code, reply.json()) == (200, {"challenge": "c-1"})


@pytest.mark.parametrize("change", [-301, 301])
async def test_a_request_of_another_time_is_refused(peer: SlackPeer, stores: Stores, change: int) -> None:
    async with received(peer, stores) as world:
        reply = await world.slack.post(_CHALLENGE, "application/json", at=time.time() + change)
        assert reply.status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-slack-signature": "v0=00", "x-slack-request-timestamp": "soon"},
        {"x-slack-signature": "v0=\xe9", "x-slack-request-timestamp": "9"},
        {"x-slack-request-timestamp": "99999999999999999999999999999"},
    ],
)
async def test_a_request_without_a_right_signature_is_refused(
    peer: SlackPeer, stores: Stores, headers: dict[str, str]
) -> None:
    async with received(peer, stores) as world:
        raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        reply = await world.slack.web.post("/slack/events", content=_CHALLENGE, headers=raw)
        world.slack.secret = "another secret"
        others = await world.slack.post(_CHALLENGE, "application/json")
        assert (reply.status_code, others.status_code) == (401, 401)


async def test_ssl_checks_need_a_signature_too(peer: SlackPeer, stores: Stores) -> None:
    async with received(peer, stores) as world:
        reply = await world.slack.web.post("/slack/events", data={"ssl_check": "1"})
        assert reply.status_code == 401


async def test_a_request_sent_again_by_a_stranger_does_nothing(peer: SlackPeer, stores: Stores) -> None:
    async with received(peer, stores) as world:
        await world.slack.command("list", response_url=f"{peer.url}/response/1")
        again = await asyncio.gather(*(world.slack.again() for _ in range(3)))
        await world.intake.idle()
        assert [reply.status_code for reply in again] == [200] * 3
        assert len(world.counter.asked) == 1


async def test_a_body_that_is_too_long_is_refused(peer: SlackPeer, stores: Stores) -> None:
    async with received(peer, stores) as world:
        assert (await world.slack.post(b"x" * 1_100_000, "application/json")).status_code == 413


async def test_mentions_commands_and_buttons_are_dealt_with(peer: SlackPeer, stores: Stores) -> None:
    async with received(peer, stores) as world:
        mention = {
            "type": "app_mention",
            "user": "U1",
            "text": f"<@{BOT}> why?",
            "ts": "1795414705.000005",
            "channel": "C1",
        }
        replies = [await world.slack.event(mention), await world.slack.event({**mention, "type": "message"})]
        replies.append(await world.slack.command("list", response_url=f"{peer.url}/response/1"))
        press = {
            "type": "block_actions", "team": {"id": "T1"}, "user": {"id": "U1", "username": "ann", "team_id": "T1"},
            "channel": {"id": "C1"}, "trigger_id": "9.9", "response_url": f"{peer.url}/response/2",
            "actions": [{"action_id": "card:i1#0", "value": "card:i1", "action_ts": "6.6", "type": "button"}],
        }  # fmt: skip
        replies.append(await world.slack.interaction(press))
        await world.intake.idle()
        assert [(reply.status_code, reply.text) for reply in replies] == [(200, "")] * 4
        assert [m["text"] for m in peer.said("C1")] == ["ask: why?"]
        assert sorted(one["text"] for one in peer.responses) == ["list:", "pressed"]


async def test_an_event_that_cannot_be_kept_comes_again(
    peer: SlackPeer, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with received(peer, stores) as world:

        async def refuse(_arrived: object) -> bool:
            raise OSError("the disk is full")

        monkeypatch.setattr(world.intake._inbox, "put", refuse)
        mention = {
            "type": "app_mention",
            "user": "U1",
            "text": f"<@{BOT}> why?",
            "ts": "1795414705.000005",
            "channel": "C1",
        }
        assert (await world.slack.event(mention)).status_code == 500
        monkeypatch.undo()
        assert (await world.slack.again()).status_code == 200
        await world.intake.idle()
        assert world.counter.questions == ["why?"]


@given(body=st.binary(max_size=60), other=st.binary(max_size=60), cut=st.integers(0, 66))
def test_only_the_very_body_and_the_whole_signature_are_right(body: bytes, other: bytes, cut: int) -> None:
    signatures = Signatures("secret", clock=lambda: 1_000_000.0)
    stamp = "1000000"
    right = signatures._signature(stamp, body)
    headers = {"x-slack-request-timestamp": stamp, "x-slack-signature": right}
    assert signatures.judge(body, headers) is Verdict.GENUINE
    assert (signatures.judge(other, headers) is Verdict.GENUINE) == (other == body)
    assert signatures.judge(body, {**headers, "x-slack-signature": right[:cut]}) is Verdict.REFUSED
    signatures.handled(headers)
    assert signatures.judge(body, headers) is Verdict.REPEATED


def test_what_was_handled_is_forgotten_only_when_it_is_too_old_anyway() -> None:
    now = [1_000_000.0]
    signatures = Signatures("secret", clock=lambda: now[0])
    first = {"x-slack-request-timestamp": "1000300", "x-slack-signature": signatures._signature("1000300", b"a")}
    signatures.handled(first)
    now[0] += 600
    assert signatures.judge(b"a", first) is Verdict.REPEATED
    now[0] += 1
    signatures.handled({"x-slack-signature": "v0=b"})
    assert (signatures.judge(b"a", first), len(signatures._handled)) == (Verdict.REFUSED, 1)
