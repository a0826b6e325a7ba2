"""Settings and setting up as forms; and lists of shows as files, in and out."""

import base64
import json
from typing import Any

import pytest
from slack_sdk.models.views import View

from bot.commands import VERBS, Verb
from bot.handover import Report, Request
from bot.operations.outcome import Member, Outcome
from bot.shapes.lists import ExportShape, ListedShape
from bot.slack.forms import CHANNEL_FORM, channel_form
from bot.texts.message import Message, Paragraph, text
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.channel import Channel
from tests.bot.slack.slack_world import ScriptedCounter, World, running
from tests.peers.catalog import Stores
from tests.peers.slack_peer import BOT, SlackPeer
from tests.peers.slack_rules import view_flaws

_CHANNEL = Channel("slack:T1/C1", WorkspaceId("slack:T1"), "#podcasts", zone="Europe/Berlin")
_OPML = b'<opml version="2.0"><body><outline xmlUrl="https://pods.example/f.xml"/></body></opml>'


def _filled(place: str = "C1", **fields: str) -> dict[str, Any]:
    """The form as Slack sends it."""
    said = {"show": "", "at": "09:00", "zone": "Europe/Berlin", "post": "on", **fields}
    values = {
        "show": {"show": {"type": "plain_text_input", "value": said["show"] or None}},
        "at": {"at": {"type": "timepicker", "selected_time": said["at"]}},
        "zone": {"zone": {"type": "plain_text_input", "value": said["zone"]}},
        "post": {"post": {"type": "radio_buttons", "selected_option": {"value": said["post"]}}},
    }
    return {**channel_form(_CHANNEL, place, about=[], is_setup=True), "id": "V7", "state": {"values": values}}


async def _send(world: World, view: dict[str, Any]) -> None:
    await world.peer.deliver("interactive", {
        "type": "view_submission", "team": {"id": "T1"}, "user": {"id": "U1", "username": "ann", "team_id": "T1"},
        "trigger_id": "1.1", "api_app_id": "A1", "view": view,
    })  # fmt: skip
    await world.intake.idle()


@pytest.mark.parametrize("is_setup", [True, False])
def test_the_form_is_what_slack_takes(is_setup: bool) -> None:
    view = channel_form(_CHANNEL, "C1", about=[{"type": "divider"}], is_setup=is_setup)
    View(**view).validate_json()
    assert list(view_flaws(view)) == []


@pytest.mark.parametrize("command", ["settings", "setup"])
async def test_a_curator_gets_the_form_with_what_holds_now_and_others_the_words(
    world: World, peer: SlackPeer, command: str
) -> None:
    await world.commands("list")
    await world.commands(command, user="U2")
    assert peer.made("views.open") == []
    assert peer.responses[-1]["text"] == f"{command}:"
    await world.commands(command)
    view = peer.made("views.open")[-1]["view"]
    shown = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
    assert view["callback_id"] == CHANNEL_FORM
    assert shown["at"]["initial_time"] == "09:00"
    assert shown["zone"]["initial_value"] == "Europe/Berlin"
    assert shown["post"]["initial_option"]["value"] == "on"
    assert ("show" in shown) == (command == "setup")


async def test_where_no_form_can_open_the_words_come_with_a_button_for_it(world: World, peer: SlackPeer) -> None:
    peer.fail("views.open", "error", "expired_trigger_id")
    await world.commands("settings")
    assert peer.responses[-1]["blocks"][-1]["elements"][0]["value"] == "form:settings"
    await world.says(f"<@{BOT}> settings")
    assert peer.said("C1")[-1]["blocks"][-1]["elements"][0]["value"] == "form:settings"
    pressed = {"action_id": "form:settings#0", "value": "form:settings", "action_ts": "1", "type": "button"}
    await world.interacts("block_actions", actions=[pressed])
    assert len(peer.made("views.open")) == 2


async def test_what_was_changed_in_the_form_is_done_and_nothing_else(world: World, peer: SlackPeer) -> None:
    await world.commands("list")
    await _send(world, _filled(show="Ship It", at="08:30"))
    done = [request for _, request in world.counter.asked[1:]]
    assert done == [
        Request("add", {"address": "Ship It", "private": False}),
        Request("schedule", {"at": "08:30", "zone": "Europe/Berlin"}),
    ]
    assert [one["text"] for one in peer.ephemerals] == ["add:", "schedule:"]
    await _send(world, {**_filled(post="off"), "id": "V8"})
    assert world.counter.asked[-1][1] == Request("pause")
    assert len(world.counter.asked) == 4


async def test_a_form_that_changes_several_things_is_told_in_one_public_line(world: World, peer: SlackPeer) -> None:
    await world.commands("list")
    await _send(world, _filled(show="Ship It", at="08:30", post="off"))
    assert [request.operation for _, request in world.counter.asked[1:]] == ["add", "pause", "schedule"]
    # What the schedule says holds whether it is paused, so pausing has no reply of its own.
    assert [one["text"] for one in peer.ephemerals] == ["add:", "schedule:"]
    assert world.answers() == ["ann: add: schedule:"]


async def test_a_zone_that_is_none_is_told_in_the_open_form(world: World, peer: SlackPeer) -> None:
    await _send(world, _filled(zone="Berlin"))
    assert world.counter.asked == []
    assert peer.acknowledged[-1]["errors"] == {
        "zone": "“Berlin” is no time zone; name one like Europe/Berlin."
    }  # fmt: skip


async def test_a_channel_that_is_renamed_has_its_new_name(world: World, stores: Stores) -> None:
    await world.commands("list")
    await world.event({"type": "channel_rename", "channel": {"id": "C1", "name": "listening"}})
    await world.event({"type": "channel_rename", "channel": {"id": "C7", "name": "elsewhere"}})
    assert [one.name for one in await stores.settings.of(workspace=_CHANNEL.workspace)] == ["#listening"]


async def test_members_and_channels_in_a_command_are_read_by_their_names(peer: SlackPeer, stores: Stores) -> None:
    peer.users["U2"]["profile"] = {"display_name": "Bob"}
    async with running(peer, stores) as world:
        await world.commands("ask what did <@U2> and <@U77|eve> say in <#C2> and <#C1|> about <#C9|radio>?")
        assert world.counter.questions == ["what did @Bob and @eve say in #c2 and #c1 about #radio?"]


async def test_an_unknown_word_gets_the_nearest_command_and_three_examples(peer: SlackPeer, stores: Stores) -> None:
    async with running(peer, stores) as world:
        await world.commands("shedule 08:30")
        said = peer.responses[-1]["text"]
        assert "Did you mean “schedule”?" in said
        assert said.count("“") == 2 + 3


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
async def test_every_command_of_the_grammar_is_one_in_slack(world: World, verb: Verb) -> None:
    await world.commands(verb.example)
    opened = [call["view"]["callback_id"] for call in world.peer.made("views.open")]
    done = [request.operation for _, request in world.counter.asked]
    assert done == [verb.name]
    assert bool(opened) == (verb.name in {"add-private", "settings", "setup"})
    assert len(world.peer.responses) == (0 if opened else 1)


async def test_who_wants_to_import_is_told_of_both_ways(world: World) -> None:
    await world.commands("import")
    assert "direct message" in json.dumps(world.peer.responses[-1]["blocks"])


# Lists as files


class _Exporter(ScriptedCounter):
    async def perform(self, member: Member, request: Request, report: Report | None = None) -> Outcome:
        await super().perform(member, request, report)
        show = ListedShape(title="Ship It", url="https://pods.example/f.xml", audience="public")
        data = ExportShape(shows=(show,), left_out=0, opml=_OPML.decode())
        return Outcome(data, Message((Paragraph(text("1 show exported")),), "1 show exported"))


async def test_an_export_comes_in_words_and_as_a_file_that_only_the_member_sees(
    peer: SlackPeer, stores: Stores
) -> None:
    async with running(peer, stores, counter=_Exporter()) as world:
        await world.commands("export")
        assert peer.responses[-1]["text"] == "1 show exported"
        (given,) = [m for m in peer.said("D1") if m.get("files")]
        assert peer.files[given["files"][0]] == _OPML
        assert peer.said("C1") == []


async def test_an_export_without_the_permission_for_files_is_in_words(peer: SlackPeer, stores: Stores) -> None:
    peer.scopes.discard("files:write")
    async with running(peer, stores, counter=_Exporter()) as world:
        await world.commands("export")
        assert peer.responses[-1]["text"] == "1 show exported"
        assert peer.files == {}


@pytest.mark.parametrize("words", ["import", "Import --dry-run", ""])
async def test_a_file_sent_along_with_import_is_the_list(peer: SlackPeer, stores: Stores, words: str) -> None:
    peer.files["F1"] = _OPML
    async with running(peer, stores) as world:
        await world.says(words, place="D1", subtype="file_share", files=[{"id": "F1", "name": "shows.opml"}])
        (request,) = [request for _, request in world.counter.asked]
        assert request.operation == "import"
        assert base64.b64decode(request.arguments["opml"]) == _OPML
        assert request.arguments["dry_run"] == words.endswith("run")


@pytest.mark.parametrize("problem", ["missing", "scope", "elsewhere", "too long"])
async def test_a_file_that_cannot_be_read_says_what_else_can_be_done(
    peer: SlackPeer, stores: Stores, problem: str
) -> None:
    peer.files = {} if problem == "missing" else {"F1": _OPML * (70_000 if problem == "too long" else 1)}
    if problem == "scope":
        peer.scopes.discard("files:read")
    if problem == "elsewhere":
        told = {"id": "F1", "size": 9, "url_private_download": "https://evil.example/F1"}
        peer.methods["files.info"] = lambda _: {"ok": True, "file": told}
    async with running(peer, stores) as world:
        await world.says("import", place="D1", subtype="file_share", files=[{"id": "F1"}])
        assert world.counter.asked == []
        assert "import https://example.org/shows.opml" in json.dumps(peer.said("D1")[-1])
