"""Requests are written down when asked for, and judged by Discord's documented rules; the judge sees what is bad."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.peers.discord_desk import Scene, settled
from tests.peers.discord_rules import problems_of_request
from tests.peers.discord_world import ANN, BOB, BOT

MESSAGES, COMMANDS, THREADS = "/channels/1/messages", "/applications/1/commands", "/channels/1/threads"
CALLBACK = "/interactions/1/t/callback"
NONE: dict[str, Any] = {"allowed_mentions": {"parse": []}}
V2 = {**NONE, "flags": 1 << 15}
WORDS = {"type": 10, "content": "Hello"}
BUTTON = {"type": 2, "style": 2, "label": "1", "custom_id": "card:a"}


async def test_each_request_becomes_a_line(scene: Scene, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    monkeypatch.setenv("PODSIFT_RECORD", str(path))
    async with scene.listening():
        await settled(await scene.peer.slash(ANN, scene.place, "podcast pause"))
        question = scene.peer.say(BOB, scene.place, f"<@{BOT}> why?")
        await scene.peer.until(lambda: int(question["id"]) in scene.peer.world.places)
        await scene.peer.until(lambda: scene.peer.posts(scene.peer.world.places[int(question["id"])]))
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert {"PUT", "POST", "PATCH"} == {line["method"] for line in lines}
    assert all(line["kind"] == "discord" for line in lines)
    assert [p for line in lines for p in problems_of_request(line["method"], line["path"], line["body"])] == []


def test_good_requests_pass() -> None:
    assert (
        problems_of_request("POST", MESSAGES, {**V2, "components": [WORDS], "nonce": "n", "enforce_nonce": True}) == []
    )
    assert problems_of_request("POST", MESSAGES, {**NONE, "content": "Hello"}) == []
    assert problems_of_request("PUT", COMMANDS, [command()]) == []
    assert problems_of_request("POST", "/channels/1/typing", None) == []


def command(**changed: Any) -> dict[str, Any]:
    return {"name": "ask", "type": 1, "description": "Ask", "options": [], **changed}


def option(**changed: Any) -> dict[str, Any]:
    return {"name": "words", "type": 3, "description": "Words", **changed}


def message(**changed: Any) -> tuple[str, str, Any]:
    return "POST", MESSAGES, {**NONE, **changed}


def layout(*components: dict[str, Any], **changed: Any) -> tuple[str, str, Any]:
    return "POST", MESSAGES, {**V2, "components": list(components), **changed}


def commands(*made: dict[str, Any]) -> tuple[str, str, Any]:
    return "PUT", COMMANDS, list(made)


def form(**changed: Any) -> tuple[str, str, Any]:
    field = {"type": 4, "custom_id": "f", "style": 1}
    data = {"title": "T", "custom_id": "c", "components": [{"type": 18, "label": "L", "component": field}], **changed}
    return "POST", CALLBACK, {"type": 9, "data": data}


def row(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(buttons)}


def section(accessory: Any, *texts: dict[str, Any]) -> dict[str, Any]:
    return {"type": 9, "components": list(texts), "accessory": accessory}


def container(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": 17, "components": list(parts)}


def many(count: int) -> list[dict[str, Any]]:
    return [{**BUTTON, "custom_id": f"card:{n}"} for n in range(count)]


BAD = {
    "mentions that are not forbidden": ("POST", MESSAGES, {"content": "x"}),
    "mentions that are allowed": message(content="x", allowed_mentions={"parse": ["everyone"]}),
    "users that may be mentioned": message(content="x", allowed_mentions={"parse": [], "users": ["1"]}),
    "a reply that pings": message(
        content="x", message_reference={"message_id": "1"}, allowed_mentions={"parse": [], "replied_user": True}
    ),
    "nothing at all": message(),
    "2001 characters": message(content="x" * 2_001),
    "an unknown part": message(content="x", text="x"),
    "a flag that cannot be sent": message(content="x", flags=1 << 5),
    "a long nonce": message(content="x", nonce="n" * 26),
    "no nonce to enforce": message(content="x", enforce_nonce=True),
    "a container without the flag": message(components=[container(WORDS)]),
    "content beside a layout": layout(WORDS, content="x"),
    "embeds beside a layout": layout(WORDS, embeds=[{"title": "x"}]),
    "an empty layout": layout(),
    "41 components": layout(*[WORDS] * 41),
    "4001 characters": layout({**WORDS, "content": "x" * 4_001}),
    "a text without words": layout({**WORDS, "content": " "}),
    "a button that stands alone": layout(BUTTON),
    "a section without a button": layout(section(None, WORDS)),
    "a section of four texts": layout(section(BUTTON, *[WORDS] * 4)),
    "an empty container": layout(container()),
    "a container in a container": layout(container(container(WORDS))),
    "an empty row": layout(row()),
    "six buttons in a row": layout(row(*many(6))),
    "a long label": layout(row({**BUTTON, "label": "x" * 81})),
    "no label": layout(row({**BUTTON, "label": ""})),
    "a long id": layout(row({**BUTTON, "custom_id": "x" * 101})),
    "an id twice": layout(row(BUTTON, BUTTON)),
    "a number twice": layout({**WORDS, "id": 1}, {**WORDS, "id": 1}),
    "a button without an id": layout(row({"type": 2, "style": 2, "label": "1"})),
    "a link with an id": layout(row({**BUTTON, "style": 5, "url": "https://a.example"})),
    "a long address": layout(row({"type": 2, "style": 5, "label": "1", "url": "https://a.example/" + "x" * 500})),
    "26 options": layout(row({"type": 3, "custom_id": "s", "options": [{"label": "a", "value": "a"}] * 26})),
    "a long option": layout(row({"type": 3, "custom_id": "s", "options": [{"label": "a" * 101, "value": "a"}]})),
    "a file that was not sent": layout({"type": 13, "file": {"url": "attachment://a.txt"}}),
    "a file that nobody sees": layout(WORDS, attachments=[{"id": "0", "filename": "a.txt"}]),
    "eleven embeds": message(embeds=[{"title": "x"}] * 11),
    "a long embed": message(embeds=[{"title": "x" * 257}]),
    "long embeds": message(embeds=[{"description": "x" * 4_000}] * 2),
    "26 fields": message(embeds=[{"fields": [{"name": "a", "value": "b"}] * 26}]),
    "a long field": message(embeds=[{"fields": [{"name": "a", "value": "b" * 1_025}]}]),
    "a long footer": message(embeds=[{"footer": {"text": "x" * 2_049}}]),
    "a long title of a form": form(title="x" * 46),
    "no id of a form": form(custom_id=""),
    "six fields": form(components=[{"type": 18, "label": "L", "component": WORDS}] * 6),
    "a long label of a field": form(
        components=[{"type": 18, "label": "L" * 46, "component": {"type": 4, "custom_id": "f", "style": 1}}]
    ),
    "a field without a style": form(
        components=[{"type": 18, "label": "L", "component": {"type": 4, "custom_id": "f", "max_length": 5_000}}]
    ),
    "26 completions": ("POST", CALLBACK, {"type": 8, "data": {"choices": [{"name": "a", "value": "a"}] * 26}}),
    "a long completion": ("POST", CALLBACK, {"type": 8, "data": {"choices": [{"name": "a" * 101, "value": "a"}]}}),
    "an unknown answer": ("POST", CALLBACK, {"type": 99}),
    "a long name of a thread": ("POST", THREADS, {"name": "x" * 101}),
    "an odd duration": ("POST", THREADS, {"name": "x", "auto_archive_duration": 5}),
    "six tags": ("POST", THREADS, {"name": "x", "applied_tags": ["1"] * 6}),
    "a nonce in a forum": ("POST", THREADS, {"name": "x", "message": {**NONE, "content": "x", "nonce": "n"}}),
    "101 commands": commands(*(command(name=f"c{n}") for n in range(101))),
    "a command twice": commands(command(), command()),
    "a capital letter": commands(command(name="Ask")),
    "a blank in a name": commands(command(name="ask me")),
    "a long name": commands(command(name="a" * 33)),
    "no description": commands(command(description="")),
    "a long description": commands(command(description="x" * 101)),
    "26 options of a command": commands(command(options=[option(name=f"o{n}") for n in range(26)])),
    "an option twice": commands(command(options=[option(), option()])),
    "what is required comes last": commands(command(options=[option(), option(name="b", required=True)])),
    "verbs beside values": commands(command(options=[option(), option(name="b", type=1)])),
    "26 choices": commands(command(options=[option(choices=[{"name": "a", "value": "a"}] * 26)])),
    "choices and completion": commands(
        command(options=[option(choices=[{"name": "a", "value": "a"}], autocomplete=True)])
    ),
    "completion of a file": commands(command(options=[option(type=11, autocomplete=True)])),
    "8001 characters": commands(
        command(
            options=[
                option(name=f"o{n}", choices=[{"name": "n" * 100, "value": "v" * 100}] * 25, description="d" * 100)
                for n in range(2)
            ]
        )
    ),
    "a described entry": commands(command(type=3, name="Ask about this")),
    "contexts that are not there": commands(command(contexts=[3])),
}


@pytest.mark.parametrize(("method", "path", "body"), BAD.values(), ids=BAD.keys())
def test_bad_requests_are_refused(method: str, path: str, body: Any) -> None:
    assert problems_of_request(method, path, body)
