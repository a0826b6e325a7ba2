from tests.peers.discord_desk import CHANNEL, WORKSPACE, Scene, post_with_button, settled
from tests.peers.discord_rules import walk
from tests.peers.discord_world import ANN, BOB, BOT, Json


def actions_in(shown: list[Json]) -> list[str]:
    return [part["custom_id"] for message in shown for part in walk(message["components"]) if part["type"] == 2]


async def test_ask_about_this_answers_the_words_of_a_message_in_private(scene: Scene) -> None:
    message = scene.peer.world.add_message(scene.place, ANN, {"content": "Do  reviews slow us down?"})
    async with scene.listening():
        picked = await scene.peer.pick(BOB, scene.place, "Ask about this", message)
        assert await settled(picked) == "answer: Do reviews slow us down?"
    assert picked.is_private


async def test_ask_about_this_on_a_post_asks_which_insight_is_meant(scene: Scene) -> None:
    post = post_with_button(scene.peer, scene.place, "i1", "i2")
    async with scene.listening():
        picked = await scene.peer.pick(BOB, scene.place, "Ask about this", post)
        assert await settled(picked) == "Which of them?"
    assert actions_in(picked.shown) == ["card:i1", "card:i2"]


async def test_ask_about_this_on_a_picture_says_that_there_are_no_words(scene: Scene) -> None:
    message = scene.peer.world.add_message(scene.place, ANN, {"content": ""})
    async with scene.listening():
        assert "no words" in await settled(await scene.peer.pick(BOB, scene.place, "Ask about this", message))
    assert scene.parrot.asked == []


async def test_save_insight_saves_the_only_one_and_asks_among_several(scene: Scene) -> None:
    card, post = (post_with_button(scene.peer, scene.place, *ids) for ids in (["i1"], ["i1", "i2", "i3"]))
    async with scene.listening():
        assert await settled(await scene.peer.pick(BOB, scene.place, "Save insight", card)) == "press: save:i1"
        several = await scene.peer.pick(BOB, scene.place, "Save insight", post)
        await settled(several)
        chosen = await scene.peer.press(BOB, scene.place, several.shown[0], "save:i2")
        assert await settled(chosen) == "press: save:i2"
    assert chosen.is_private


async def test_report_insight_goes_to_the_reasons(scene: Scene) -> None:
    card = post_with_button(scene.peer, scene.place, "i1")
    async with scene.listening():
        assert await settled(await scene.peer.pick(BOB, scene.place, "Report insight", card)) == "press: report:i1"


async def test_what_holds_no_insight_says_where_to_use_the_entry(scene: Scene) -> None:
    message = scene.peer.world.add_message(scene.place, ANN, {"content": "hello"})
    async with scene.listening():
        told = await settled(await scene.peer.pick(BOB, scene.place, "Save insight", message))
    assert "no insight in this message" in told


async def test_the_form_for_a_private_show_adds_it_with_its_sign_in(scene: Scene) -> None:
    async with scene.listening():
        asked = await scene.peer.slash(ANN, scene.place, "podcast add-private")
        assert asked.form is not None
        sent = await scene.peer.send_form(
            ANN, scene.place, asked.form, address=" https://a.example/f ", sign_in="ann:secret"
        )
        assert await settled(sent) == "done: add"
    ((_, request),) = scene.parrot.done
    assert request.arguments == {"address": "https://a.example/f", "private": True, "credentials": "ann:secret"}
    assert sent.is_private


async def test_a_form_that_was_open_over_a_restart_is_taken(scene: Scene) -> None:
    async with scene.listening():
        asked = await scene.peer.slash(ANN, scene.place, "podcast add-private")
    assert asked.form is not None
    async with scene.listening():
        sent = await scene.peer.send_form(ANN, scene.place, asked.form, address="https://a.example/f")
        assert await settled(sent) == "done: add"
    assert "credentials" not in scene.parrot.done[0][1].arguments


async def test_a_reader_may_open_the_form_and_change_nothing(scene: Scene) -> None:
    async with scene.listening():
        asked = await scene.peer.slash(BOB, scene.place, "podcast add-private")
        assert asked.form is not None
        sent = await scene.peer.send_form(BOB, scene.place, asked.form, address="https://a.example/f")
        assert "for curators" in await settled(sent)
    assert scene.parrot.done == []


async def test_a_list_of_shows_comes_in_as_a_file(scene: Scene) -> None:
    scene.peer.files["shows.opml"] = b"<opml/>"
    async with scene.listening():
        used = await scene.peer.slash(ANN, scene.place, "podcast import", file="shows.opml")
        assert await settled(used) == "done: import"
    ((_, request),) = scene.parrot.done
    assert request.arguments == {"dry_run": False, "opml": "PG9wbWwvPg=="}


async def test_a_file_that_discord_does_not_hand_over_is_asked_for_again(scene: Scene) -> None:
    async with scene.listening():
        told = await settled(await scene.peer.slash(ANN, scene.place, "podcast import", file="gone.opml"))
    assert "send it again" in told


async def test_a_file_that_is_too_large_is_not_fetched(scene: Scene) -> None:
    scene.peer.files["shows.opml"] = b"x" * 5_000_001
    async with scene.listening():
        told = await settled(await scene.peer.slash(ANN, scene.place, "podcast import", file="shows.opml"))
    assert "at most 5 MB" in told


async def test_an_import_takes_a_file_or_an_address(scene: Scene) -> None:
    async with scene.listening():
        used = await scene.peer.slash(ANN, scene.place, "podcast import")
        await scene.peer.until(used.settled.is_set)
    assert used.shown[0]["content"] == "Give the list as a file or as an address, one of the two."
    assert used.is_private


async def test_an_export_hands_the_list_out_as_a_file(scene: Scene) -> None:
    async with scene.listening():
        used = await scene.peer.slash(BOB, scene.place, "podcast export")
        assert await settled(used) == "done: export"
    assert used.files == {"shows.opml": b"<opml/>"}
    assert used.is_private


async def test_undo_is_a_change_that_everybody_hears_of(scene: Scene) -> None:
    button = {"type": 2, "style": 2, "label": "Undo", "custom_id": "undo:f1"}
    row = {"type": 17, "components": [{"type": 1, "components": [button]}]}
    message = scene.peer.world.add_message(scene.place, BOT, {"components": [row], "flags": 1 << 15})
    async with scene.listening():
        assert "for curators" in await settled(await scene.peer.press(BOB, scene.place, message, "undo:f1"))
        assert await settled(await scene.peer.press(ANN, scene.place, message, "undo:f1")) == "done: undo"
        await scene.peer.until(lambda: len(scene.peer.posts(scene.place)) == 2)
    assert await scene.stores.settings.of(workspace=WORKSPACE) == (CHANNEL,)
