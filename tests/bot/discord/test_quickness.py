"""Discord is told that we are at it before anything is kept: a catalogue that is being written to delays no sign."""

from tests.peers.discord_desk import Scene, post_with_button, settled, words_of
from tests.peers.discord_world import ANN, BOB, BOT


async def test_a_command_and_a_button_are_deferred_while_the_catalogue_is_being_written_to(scene: Scene) -> None:
    post = post_with_button(scene.peer, scene.place)
    (button,) = post["components"][0]["components"][0]["components"]
    async with scene.listening():
        async with scene.stores.db.writing():
            deferred = [
                await scene.peer.slash(ANN, scene.place, "podcast pause"),
                await scene.peer.slash(BOB, scene.place, "ask", question="why?"),
                await scene.peer.press(BOB, scene.place, post, button["custom_id"]),
            ]
            await scene.peer.until(lambda: all(each.acknowledged.is_set() for each in deferred))
        assert [await settled(each) for each in deferred] == ["done: pause", "answer: why?", "press: card:i1"]


async def test_who_mentions_us_sees_that_we_are_at_it_while_the_catalogue_is_being_written_to(scene: Scene) -> None:
    async with scene.listening():
        async with scene.stores.db.writing():
            question = scene.peer.say(BOB, scene.place, f"<@{BOT}> why?")
            await scene.peer.until(lambda: scene.peer.calls_of("POST", f"/channels/{scene.place.id}/typing"))
            assert scene.parrot.heard() == []
        await scene.peer.until(lambda: scene.parrot.heard() == ["why?"])
        await scene.peer.until(lambda: scene.peer.posts(scene.peer.world.places[int(question["id"])]))
    assert words_of(scene.peer.posts(scene.peer.world.places[int(question["id"])])[0]) == "answer: why?"
