"""Private shows by a form: the sign-in is in no message, no row and no log; undo and readable names."""

import json
import logging
from typing import Any

import pytest
from slack_sdk.models.views import View

from bot.slack.forms import PRIVATE_SHOW, private_show
from bot.slack.hearing import Kind, heard_in
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.conversation import Arrived
from tests.bot.slack.slack_world import World, running
from tests.peers.catalog import Stores
from tests.peers.slack_peer import BOT, SlackPeer

_SIGN_IN = "ann:correct-horse"


def _press(action: str) -> dict[str, Any]:
    return {"actions": [{"action_id": f"{action}#0", "value": action, "action_ts": action, "type": "button"}]}


def _sent(address: str, *, place: str = "C1", name: str = "V1") -> dict[str, Any]:
    values = {"address": {"address": {"value": address}}, "sign_in": {"sign_in": {"value": _SIGN_IN}}}
    return {**private_show(place), "id": name, "state": {"values": values}}


async def _send(world: World, view: dict[str, Any], **more: Any) -> float | None:
    """As Slack sends a form: without a channel and an address for replies."""
    took = await world.peer.deliver("interactive", {
        "type": "view_submission", "team": {"id": "T1"}, "user": {"id": "U1", "username": "ann", "team_id": "T1"},
        "trigger_id": "1.1", "api_app_id": "A1", "view": view, **more,
    })  # fmt: skip
    await world.intake.idle()
    return took


def test_the_form_is_what_slack_takes() -> None:
    view = private_show("C1")
    View(**view).validate_json()
    assert len(view["title"]["text"]) <= 24
    assert all(len(block["label"]["text"]) <= 48 for block in view["blocks"])


async def test_the_form_opens_at_once_for_a_curator_and_for_nobody_else(world: World, peer: SlackPeer) -> None:
    await world.commands("add-private", user="U2")
    assert peer.made("views.open") == []
    assert peer.responses[-1]["text"] == "It is for curators."
    await world.commands("add-private")
    await world.interacts("block_actions", **_press("form:private"))
    opened = peer.made("views.open")
    assert [call["view"]["callback_id"] for call in opened] == [PRIVATE_SHOW] * 2
    assert all(call["trigger_id"] for call in opened)


async def test_a_form_that_comes_too_late_is_offered_by_a_button(peer: SlackPeer, stores: Stores) -> None:
    peer.methods["views.open"] = lambda _: {"ok": False, "error": "expired_trigger_id"}
    async with running(peer, stores) as world:
        await world.commands("add --private")
        assert peer.responses[-1]["blocks"][-1]["elements"][0]["value"] == "form:private"
        stamp = await world.says(f"<@{BOT}> add-private")
        answer = next(m for m in peer.said("C1") if m.get("thread_ts") == stamp)
        assert answer["blocks"][-1]["elements"][0]["value"] == "form:private"


async def test_a_form_adds_the_show_and_its_sign_in_is_nowhere_else(
    peer: SlackPeer, stores: Stores, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="bot"):
        async with running(peer, stores) as world:
            assert await _send(world, _sent("https://pods.example/private.xml?key=s3cret")) is not None
            _, request = world.counter.asked[-1]
    assert request.operation == "add"
    assert request.arguments == {
        "address": "https://pods.example/private.xml?key=s3cret", "credentials": _SIGN_IN, "private": True,
    }  # fmt: skip
    assert peer.ephemerals[-1]["user"] == "U1"
    said = json.dumps([peer.calls, peer.responses, [m["text"] for m in peer.said("C1")]])
    async with stores.db.reading() as connection:
        kept = str((await connection.exec_driver_sql("select * from inbox")).all())
    assert "submitted" in kept
    for place in (said, kept, caplog.text):
        assert _SIGN_IN not in place
        assert "s3cret" not in place


async def test_a_wrong_address_is_told_in_the_open_form(world: World, peer: SlackPeer) -> None:
    await _send(world, _sent("my feed"))
    assert world.counter.asked == []
    assert peer.acknowledged[-1]["response_action"] == "errors"


async def test_a_form_whose_process_died_is_asked_for_again(peer: SlackPeer, stores: Stores) -> None:
    async with running(peer, stores) as world:
        view = _sent("https://a.example/f")
        body = {"type": "view_submission", "team": {"id": "T1"}, "user": {"id": "U1"}, "view": view}
        heard = heard_in(body, bot=BOT)
        assert heard is not None
        assert heard.kind is Kind.SUBMITTED
        await world.intake._inbox.put(Arrived(WorkspaceId("slack:T1"), heard.event_id, heard.to_json()))
    async with running(peer, stores) as world:
        await world.intake.idle()
        assert world.counter.asked == []
        assert peer.ephemerals[-1]["text"].endswith("Please send the form again.")


async def test_where_we_are_not_in_the_channel_the_reply_comes_as_a_direct_message(
    world: World, peer: SlackPeer
) -> None:
    await _send(world, _sent("https://pods.example/f.xml", place="C2"))
    await _send(world, _sent("https://pods.example/f.xml", place="D1", name="V2"))
    replies = [one["text"] for one in peer.said("D1")]
    assert replies.count("add:") == 2
    # Both are about the only channel there is, and nothing can be posted to that.
    assert replies.count("I am not in #c2, so nothing can be posted there yet.") == 2


async def test_a_removal_is_taken_back_by_its_button_and_told_to_everybody(world: World) -> None:
    await world.interacts("block_actions", **_press("undo:f1"))
    _, request = world.counter.asked[-1]
    assert (request.operation, request.arguments) == ("undo", {"feed": "f1"})
    assert world.answers() == ["ann: undo:"]


async def test_members_have_one_identity_and_a_readable_name(peer: SlackPeer, stores: Stores) -> None:
    peer.users["U1"]["profile"] = {"display_name": "Ann B."}
    async with running(peer, stores) as world:
        await world.says("pause", place="D1")
        await world.commands("list")
        await world.says("resume", place="D1")
        assert {member.name for member, _ in world.counter.asked} == {"U1"}
        assert world.answers() == ["Ann B.: resume:"]
        (channel, _) = await stores.settings.of(workspace=world.counter.asked[0][0].workspace)
        assert channel.name == "#podcasts"
