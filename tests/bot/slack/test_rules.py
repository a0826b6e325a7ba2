"""The rules by which everything that the scenarios send is judged: each of them finds what breaks it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.peers.slack_rules import flaws

Json = dict[str, Any]


def _plain(words: str) -> Json:
    return {"type": "plain_text", "text": words}


def _post(*blocks: Json, **more: Any) -> Json:
    quiet = {"unfurl_links": False, "unfurl_media": False}
    return {"method": "chat.postMessage", "channel": "C1", "text": "x", "blocks": list(blocks), **quiet, **more}


def _rich(*leaves: Json, kind: str = "rich_text_section") -> Json:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": list(leaves)}]}


def _view(*blocks: Json, **more: Any) -> Json:
    view = {"type": "modal", "title": _plain("Title"), "submit": _plain("Save"), "blocks": list(blocks), **more}
    return {"method": "views.open", "trigger_id": "1", "view": view}


def _field(element: Json) -> Json:
    return {"type": "input", "label": _plain("Field"), "element": {"action_id": "a", **element}}


def _button(**more: Any) -> Json:
    return {"type": "button", "text": _plain("Go"), "action_id": "go", "value": "v", **more}


def _marked(kind: str, **payload: Any) -> Json:
    return _post({"type": "divider"}, metadata={"event_type": kind, "event_payload": payload})


_TS = "1795414701.000001"
_SMALL = {"type": "context", "elements": [{"type": "mrkdwn", "text": "a &amp; *b* <https://x.example|c>"}]}
_GOOD = [
    _post(_rich({"type": "text", "text": "a", "style": {"bold": True}}), _SMALL, {"type": "divider"}),
    _post({"type": "header", "text": _plain("x" * 150)}, {"type": "actions", "elements": [_button()]}),
    _view(_field({"type": "plain_text_input", "max_length": 3_000}), private_metadata="x" * 3_000),
    _view(_field({"type": "timepicker", "initial_time": "08:30"})),
    {"method": "views.publish", "user_id": "U1", "view": {"type": "home", "blocks": [{"type": "divider"}] * 100}},
    {"method": "chat.update", "channel": "C1", "ts": _TS, "text": "x" * 4_000},
]
_BAD = {
    "a method that nobody has": {"method": "chat.shout", "channel": "C1"},
    "an argument that it does not take": _post(offset=1),
    "no channel": {"method": "chat.postMessage", "text": "x"},
    "a channel by its name": _post(channel="#podcasts"),
    "no text": _post(text=""),
    "previews": _post({"type": "divider"}, unfurl_links=True),
    "words that are markup": _post(text="*x*"),
    "a blank text": _post({"type": "header", "text": _plain("  ")}),
    "a control character": _post(_rich({"type": "text", "text": "a\x07"})),
    "a line turned round": _post({"type": "header", "text": _plain("a\u202eb")}),
    "metadata of a strange kind": _marked("Our Post"),
    "metadata in metadata": _marked("a", key={}),
    "metadata without end": _marked("a", key="x" * 16_000),
    "a member by name": {"method": "users.info", "user": "ann"},
    "an empty cursor": {"method": "conversations.history", "channel": "C1", "cursor": ""},
    "a page too long": {"method": "conversations.history", "channel": "C1", "limit": 1_000},
    "too much text for an update": {"method": "chat.update", "channel": "C1", "ts": _TS, "text": "x" * 4_001},
    "a broadcast": _post(text="<!channel> hello"),
    "a mention in rich text": _post(_rich({"type": "text", "text": "<@U1>"})),
    "a user element": _post(_rich({"type": "user", "user_id": "U1"})),
    "a broadcast element": _post(_rich({"type": "broadcast", "range": "channel"})),
    "a sign that is not escaped": _post({"type": "context", "elements": [{"type": "mrkdwn", "text": "a < b"}]}),
    "a bare ampersand": _post({"type": "context", "elements": [{"type": "mrkdwn", "text": "a & b"}]}),
    "too many blocks": _post(*[{"type": "divider"}] * 51),
    "too much JSON": _post(*[_rich({"type": "text", "text": "x" * 2_900})] * 5),
    "a block of no kind": _post({"type": "poster"}),
    "a field that no block has": _post({"type": "divider", "colour": "red"}),
    "a header too long": _post({"type": "header", "text": _plain("😀" * 76)}),
    "a header in markup": _post({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}),
    "an empty text": _post(_rich({"type": "text", "text": ""})),
    "an empty section": _post(_rich()),
    "rich text too long": _post(_rich(*[{"type": "text", "text": "x" * 1_600}] * 2)),
    "a link to nowhere": _post(_rich({"type": "link", "url": "javascript:x", "text": "x"})),
    "a style of no name": _post(_rich({"type": "text", "text": "x", "style": {"loud": True}})),
    "a list of words": _post(_rich({"type": "text", "text": "x"}, kind="rich_text_list")),
    "small print too long": _post({"type": "context", "elements": [{"type": "mrkdwn", "text": "x" * 2_001}]}),
    "eleven in a context": _post({"type": "context", "elements": _SMALL["elements"] * 11}),  # type: ignore[operator]
    "no buttons": _post({"type": "actions", "elements": []}),
    "two buttons of one id": _post({"type": "actions", "elements": [_button(), _button()]}),
    "two blocks of one id": _post({"type": "divider", "block_id": "a"}, {"type": "divider", "block_id": "a"}),
    "a label too long": _post({"type": "actions", "elements": [_button(text=_plain("x" * 76))]}),
    "a value too long": _post({"type": "actions", "elements": [_button(value="x" * 2_001)]}),
    "an id too long": _post({"type": "actions", "elements": [_button(action_id="x" * 256)]}),
    "an address too long": _post({"type": "actions", "elements": [_button(url="https://x.example/" + "x" * 3_000)]}),
    "a field in a message": _post(_field({"type": "plain_text_input"})),
    "too much markdown": _post({"type": "markdown", "text": "x" * 6_001}, {"type": "markdown", "text": "x" * 6_000}),
    "a title too long": _view(title=_plain("x" * 25)),
    "fields without a way to send them": {
        "method": "views.open", "trigger_id": "1",
        "view": {"type": "modal", "title": _plain("T"), "blocks": [_field({"type": "plain_text_input"})]},
    },
    "metadata too long": _view(private_metadata="x" * 3_001),
    "too many blocks in a view": _view(*[{"type": "divider"}] * 101),
    "a time of no clock": _view(_field({"type": "timepicker", "initial_time": "8:30"})),
    "a choice of one of nothing": _view(_field({"type": "radio_buttons", "options": []})),
    "a stream of words beside chunks": {
        "method": "chat.appendStream", "channel": "C1", "ts": _TS, "markdown_text": "x", "chunks": [],
    },
    "five prompts": {
        "method": "assistant.threads.setSuggestedPrompts", "channel_id": "D1",
        "prompts": [{"title": "a", "message": "b"}] * 5,
    },
    "a reply to nobody in particular": {"method": "response_url", "text": "x", "response_type": "all"},
    "a time stamp of no message": {"method": "chat.update", "channel": "C1", "ts": "now", "text": "x"},
}  # fmt: skip


@pytest.mark.parametrize("call", _GOOD)
def test_what_slack_takes_has_no_flaws(call: Json) -> None:
    assert flaws(call) == []


@pytest.mark.parametrize("name", _BAD)
def test_what_slack_would_refuse_is_found(name: str) -> None:
    assert flaws(_BAD[name])


def test_recorded_traffic_can_be_judged(tmp_path: Path) -> None:
    recorded = tmp_path / "calls.jsonl"
    for calls, code in ((_GOOD, 0), ([*_GOOD, _BAD["a broadcast"]], 1)):
        recorded.write_text("\n".join(map(json.dumps, calls)))
        judged = subprocess.run(
            [sys.executable, "-m", "tests.peers.slack_rules", str(recorded)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert judged.returncode == code, judged.stdout
        assert ("a mention" in judged.stdout) == bool(code)
