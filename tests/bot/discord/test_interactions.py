import time
from typing import Any

import pytest

from bot.discord.layouts import marker_of
from tests.peers.discord_desk import CHANNEL, Scene, post_with_button, settled, words_of
from tests.peers.discord_peer import Fault
from tests.peers.discord_world import BOB


async def test_a_button_works_after_a_restart_and_is_answered_in_private(scene: Scene) -> None:
    post = post_with_button(scene.peer, scene.place)
    async with scene.listening():
        pressed = await scene.peer.press(BOB, scene.place, post, f"card:i1~{marker_of('k')}")
        assert await settled(pressed) == "press: card:i1"
    assert pressed.is_private
    assert scene.parrot.asked[0][2].channel_id == CHANNEL.id


async def test_a_press_that_is_delivered_twice_is_answered_once(scene: Scene) -> None:
    post = post_with_button(scene.peer, scene.place)
    async with scene.listening():
        pressed = await scene.peer.press(BOB, scene.place, post, f"card:i1~{marker_of('k')}", copies=2)
        await settled(pressed)
        await scene.peer.until(lambda: len(scene.peer.calls_of("POST", "/callback")) == 2)
    assert scene.parrot.heard() == ["card:i1"]


async def test_an_interaction_that_is_unknown_already_is_answered_by_a_message(scene: Scene) -> None:
    async with scene.listening():
        scene.peer.late_by = 3.1
        await scene.peer.slash(BOB, scene.place, "ask", question="why?")
        await scene.peer.until(lambda: scene.peer.posts(scene.place))
        await scene.peer.slash(BOB, scene.place, "ask", question="and in private?", private=True)
        await scene.peer.until(lambda: scene.peer.posts(scene.peer.world.direct(BOB)))
    assert words_of(scene.peer.posts(scene.place)[0]) == "answer: why?"
    assert words_of(scene.peer.posts(scene.peer.world.direct(BOB))[0]) == "answer: and in private?"


async def test_a_private_answer_to_somebody_who_takes_no_messages_is_given_up_quietly(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.peer.world.direct(BOB).refused = 50007
    async with scene.listening():
        scene.peer.late_by = 3.1
        await scene.peer.slash(BOB, scene.place, "podcast status")
        await scene.peer.until(lambda: scene.peer.calls_of("POST", "/messages$"))
    assert "Could not answer in a message either" in caplog.text
    assert scene.peer.posts(scene.place) == []


async def test_a_deferral_that_discord_drops_does_not_lose_the_answer(scene: Scene) -> None:
    scene.peer.faults.append(Fault("POST", "/callback", "apply_then_drop"))
    async with scene.listening():
        assert await settled(await scene.peer.slash(BOB, scene.place, "ask", question="why?")) == "answer: why?"
    assert len(scene.peer.posts(scene.place)) == 1


async def test_ask_is_answered_in_place_openly_or_in_private(scene: Scene) -> None:
    async with scene.listening():
        openly = await scene.peer.slash(BOB, scene.place, "ask", question="why?")
        assert await settled(openly) == "answer: why?"
        private = await scene.peer.slash(BOB, scene.place, "ask", question="why?", private=True)
        await settled(private)
    assert (openly.is_private, private.is_private) == (False, True)
    assert openly.callback is not None
    assert openly.callback["type"] == 5, "it is deferred at once"


async def test_a_long_private_answer_has_its_whole_text_in_a_file_and_an_open_one_goes_on_in_messages(
    scene: Scene,
) -> None:
    scene.parrot.padding = "word " * 160
    async with scene.listening():
        private = await scene.peer.slash(BOB, scene.place, "ask", question="why?", private=True)
        told = await settled(private)
        openly = await scene.peer.slash(BOB, scene.place, "ask", question="why?")
        await scene.peer.until(lambda: len(scene.peer.posts(scene.place)) == 2)
    assert "The whole reply is in the file" in told
    assert private.files["reply.txt"].count(b"word") == 960
    assert len(private.shown) == len(openly.shown) == 1
    assert scene.peer.calls_of("POST", r"/webhooks/") == [], "a follow-up may double, an edit and a message cannot"


async def test_where_we_are_a_guest_the_rest_of_a_long_answer_is_in_a_file(scene: Scene) -> None:
    scene.parrot.padding = "word " * 160
    scene.place.refused = 50001
    async with scene.listening():
        openly = await scene.peer.slash(BOB, scene.place, "ask", question="why?")
        await scene.peer.until(lambda: openly.files)
    assert openly.files["reply.txt"].count(b"word") == 960
    assert scene.peer.posts(scene.place)[1:] == []


@pytest.mark.parametrize("kind", ["drop", "apply_then_drop"])
async def test_an_edit_whose_fate_is_unknown_is_made_again_and_nothing_doubles(scene: Scene, kind: Any) -> None:
    scene.peer.faults += [Fault("PATCH", "/messages/@original$", kind)] * 2
    async with scene.listening():
        used = await scene.peer.slash(BOB, scene.place, "ask", question="why?")
        await scene.peer.until(lambda: not scene.peer.faults and used.settled.is_set())
    assert await settled(used) == "answer: why?"
    assert len(scene.peer.posts(scene.place)) == 1


async def test_an_interaction_is_acknowledged_within_a_second_however_long_the_answer_takes(scene: Scene) -> None:
    scene.parrot.may_answer.clear()
    async with scene.listening():
        used = await scene.peer.slash(BOB, scene.place, "ask", question="why?")
        waited = time.monotonic() - used.born
        assert not used.settled.is_set()
        scene.parrot.may_answer.set()
        assert await settled(used) == "answer: why?"
    assert waited < 1


async def test_a_refused_layout_is_shown_as_plain_text(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    scene.peer.faults.append(Fault("PATCH", "/messages/@original$", "answer", status=400, code=50035))
    async with scene.listening():
        used = await scene.peer.slash(BOB, scene.place, "ask", question="why?")
        await scene.peer.until(used.settled.is_set)
    assert used.shown[0]["content"] == "answer: why?"
    assert "refused a layout" in caplog.text


async def test_an_edit_that_discord_refuses_becomes_a_message(scene: Scene) -> None:
    scene.peer.faults.append(Fault("PATCH", "/messages/@original$", "answer", status=404, code=10015))
    async with scene.listening():
        await scene.peer.slash(BOB, scene.place, "ask", question="why?")
        await scene.peer.until(lambda: len(scene.peer.posts(scene.place)) == 2)
    assert words_of(scene.peer.posts(scene.place)[1]) == "answer: why?"


async def test_ask_remembers_what_was_asked_before_even_by_an_earlier_process(scene: Scene) -> None:
    for question in ("why?", "and then?"):
        async with scene.listening():
            await settled(await scene.peer.slash(BOB, scene.place, "ask", question=question))
    assert scene.parrot.earlier == [(), ("why?",)]


async def test_ask_may_be_brought_along_and_the_rest_belongs_to_servers(scene: Scene) -> None:
    async with scene.listening():
        pass
    installs = {command["name"]: command.get("integration_types") for command in scene.peer.commands[""]}
    assert installs["ask"] == installs["Ask about this"] == [0, 1]
    assert installs["podcast"] in (None, [0])
    contexts = {command["name"]: command.get("contexts") for command in scene.peer.commands[""]}
    assert contexts["ask"] == [0, 1, 2]
    assert [command["dm_permission"] for command in scene.peer.commands[""] if command["name"] == "podcast"] == [False]
    rights = {command["name"]: command["default_member_permissions"] for command in scene.peer.commands[""]}
    assert rights["podcast"] == 1 << 11, "whoever may write; what is for curators is checked in code"
