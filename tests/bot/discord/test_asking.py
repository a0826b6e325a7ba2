from dataclasses import replace

import pytest

from bot.handover import Request
from tests.peers.discord_desk import CHANNEL, WORKSPACE, Scene, words_of
from tests.peers.discord_gateway import MESSAGE_CONTENT
from tests.peers.discord_peer import Fault
from tests.peers.discord_world import ANN, BOB, BOT, GENERAL, GUILD, PODCASTS, THREAD, Json

ME = f"<@{BOT}>"


async def test_a_mention_is_answered_in_a_thread_of_its_own(scene: Scene) -> None:
    async with scene.listening():
        question = scene.peer.say(BOB, scene.place, f"{ME} why do  models forget?")
        await scene.peer.until(lambda: int(question["id"]) in scene.peer.world.places)
        thread = scene.peer.world.places[int(question["id"])]
        await scene.peer.until(lambda: scene.peer.posts(thread))
    assert words_of(scene.peer.posts(thread)[0]) == "answer: why do models forget?"
    assert thread.name == "why do models forget?"
    (_, _, member, name) = scene.parrot.asked[0]
    assert (member.workspace, member.channel_id, member.is_curator) == (WORKSPACE, CHANNEL.id, False)
    assert name == question["id"]


async def test_follow_ups_in_our_thread_need_no_mention_once_the_portal_allows_it(scene: Scene) -> None:
    scene.peer.gateway.approved = MESSAGE_CONTENT
    async with scene.listening(sees_all=True):
        question = scene.peer.say(BOB, scene.place, f"{ME} why?")
        await scene.peer.until(lambda: int(question["id"]) in scene.peer.world.places)
        thread = scene.peer.world.places[int(question["id"])]
        await scene.peer.until(lambda: scene.peer.posts(thread))
        scene.peer.say(BOB, scene.place, "nobody asked you")
        scene.peer.say(BOB, thread, f"<@{ANN}> what do you think?")
        scene.peer.say(BOB, thread, "and then?")
        await scene.peer.until(lambda: len(scene.peer.posts(thread)) == 2)
    assert scene.parrot.heard() == ["why?", "and then?"]


async def test_without_message_content_a_bare_follow_up_is_left_alone_and_a_reply_is_heard(scene: Scene) -> None:
    async with scene.listening():
        question = scene.peer.say(BOB, scene.place, f"{ME} why?")
        await scene.peer.until(lambda: int(question["id"]) in scene.peer.world.places)
        thread = scene.peer.world.places[int(question["id"])]
        await scene.peer.until(lambda: scene.peer.posts(thread))
        scene.peer.say(BOB, thread, "bare")
        scene.peer.say(BOB, thread, "and no. 2?", reply_to=scene.peer.posts(thread)[0])
        await scene.peer.until(lambda: len(scene.peer.posts(thread)) == 2)
    assert scene.parrot.heard() == ["why?", "and no. 2?"]
    assert scene.peer.posts(thread)[1]["message_reference"]


async def test_a_direct_message_is_answered_from_a_server_that_both_share(scene: Scene) -> None:
    direct = scene.peer.world.direct(ANN)
    async with scene.listening():
        scene.peer.say(ANN, direct, "who pays for it?")
        await scene.peer.until(lambda: scene.peer.posts(direct))
    assert words_of(scene.peer.posts(direct)[0]) == "answer: who pays for it?"
    assert scene.parrot.asked[0][2].channel_id == CHANNEL.id
    assert scene.parrot.asked[0][2].is_curator, "Ann may manage the server"


async def test_a_stranger_who_shares_no_server_learns_nothing(scene: Scene) -> None:
    scene.peer.world.add_user(7, "mallory")
    direct = scene.peer.world.direct(7)
    async with scene.listening():
        scene.peer.say(7, direct, "what is new?")
        await scene.peer.until(lambda: scene.peer.posts(direct))
    assert "found none that is set up" in words_of(scene.peer.posts(direct)[0])
    assert scene.parrot.asked == []


async def test_bots_and_webhooks_are_never_answered(scene: Scene) -> None:
    scene.peer.world.add_user(8, "other", is_bot=True)
    async with scene.listening():
        scene.peer.say(8, scene.place, f"{ME} hello?")
        scene.peer.say(BOB, scene.place, f"{ME} hello!")
        await scene.peer.until(lambda: scene.parrot.asked)
    assert scene.parrot.heard() == ["hello!"]


async def test_where_no_thread_may_be_opened_the_answer_is_a_reply(scene: Scene) -> None:
    scene.peer.faults.append(Fault("POST", "/threads$", "answer", status=403, code=50013))
    async with scene.listening():
        question = scene.peer.say(BOB, scene.place, f"{ME} why?")
        await scene.peer.until(lambda: scene.peer.posts(scene.place))
    (post,) = scene.peer.posts(scene.place)
    assert post["message_reference"]["message_id"] == question["id"]
    (call,) = scene.peer.calls_of("POST", rf"/channels/{PODCASTS}/messages$")
    assert call.body["allowed_mentions"] == {"parse": [], "replied_user": False}


async def test_long_answers_come_in_parts_and_each_part_once(scene: Scene) -> None:
    scene.parrot.padding = "word " * 160
    direct = scene.peer.world.direct(ANN)
    scene.peer.faults.append(Fault("POST", "/messages$", "apply_then_answer", status=502))
    async with scene.listening():
        scene.peer.say(ANN, direct, "tell me everything")
        await scene.peer.until(lambda: len(scene.peer.posts(direct)) == 2)
    assert sum(words_of(post).count("word") for post in scene.peer.posts(direct)) == 960


async def test_a_mention_without_words_is_told_what_to_say(scene: Scene) -> None:
    async with scene.listening():
        question = scene.peer.say(BOB, scene.place, ME)
        await scene.peer.until(lambda: int(question["id"]) in scene.peer.world.places)
        thread = scene.peer.world.places[int(question["id"])]
        await scene.peer.until(lambda: scene.peer.posts(thread))
    assert "write “help”" in words_of(scene.peer.posts(thread)[0])
    assert thread.name == "Question"


async def test_a_question_in_a_thread_that_was_folded_away_is_answered_from_its_own_channel(scene: Scene) -> None:
    general = replace(CHANNEL, id=f"discord:{GUILD}/{GENERAL}", name="general")
    await scene.stores.settings.save(general, workspace=WORKSPACE)
    async with scene.listening():
        old = scene.peer.world.add_place(77, "old", kind=THREAD, guild=GUILD, parent=PODCASTS)
        scene.peer.say(BOB, old, f"{ME} and now?")
        await scene.peer.until(lambda: scene.peer.posts(old))
    assert scene.parrot.asked[0][2].channel_id == CHANNEL.id
    assert scene.peer.posts(scene.place) == []


@pytest.mark.parametrize(
    ("code", "hint"),
    [(50001, "I need View Channel"), (50013, "I need Send Messages"), (160005, "is locked; ask a moderator")],
)
async def test_where_we_may_not_write_the_asker_learns_why_and_the_answer(scene: Scene, code: int, hint: str) -> None:
    thread = scene.peer.world.add_place(77, "our talk", kind=THREAD, guild=GUILD, parent=PODCASTS)
    thread.refused = code
    direct = scene.peer.world.direct(BOB)
    async with scene.listening():
        scene.peer.say(BOB, thread, f"{ME} why?")
        await scene.peer.until(lambda: scene.peer.posts(direct))
    said = words_of(scene.peer.posts(direct)[0])
    assert hint in said
    assert "“our talk”" in said
    assert "answer: why?" in said
    async with scene.listening() as client:
        await client.read_up()
    assert scene.parrot.heard() == ["why?"], "it is dealt with"


async def test_a_refused_layout_goes_on_as_plain_text_and_repeats_nothing(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.parrot.padding = "word " * 160
    direct = scene.peer.world.direct(ANN)
    refusal = Fault("POST", "/messages$", "answer", status=400, code=50035)
    async with scene.listening():
        scene.peer.say(ANN, direct, "tell me everything")
        await scene.peer.until(lambda: scene.peer.calls_of("POST", "/messages$"))
        scene.peer.faults.append(refusal)
        await scene.peer.until(
            lambda: not scene.peer.faults and sum(_words(p) for p in scene.peer.posts(direct)) == 960
        )
    assert "answer: tell me everything" in words_of(scene.peer.posts(direct)[0])
    assert "refused a layout" in caplog.text


def _words(post: Json) -> int:
    return int(words_of(post).count("word") + post["content"].count("word"))


async def test_commands_may_be_written_to_us_and_the_channel_hears_of_a_change_that_it_did_not_see(
    scene: Scene,
) -> None:
    direct = scene.peer.world.direct(ANN)
    async with scene.listening():
        scene.peer.say(ANN, direct, "remove Ship It")
        await scene.peer.until(lambda: scene.peer.posts(direct))
        scene.peer.say(ANN, direct, "remove")
        await scene.peer.until(lambda: len(scene.peer.posts(direct)) == 2)
        scene.peer.say(ANN, direct, "list")
        await scene.peer.until(lambda: len(scene.peer.posts(direct)) == 3)
    assert [request for _, request in scene.parrot.done] == [Request("remove", {"name": "Ship It"}), Request("list")]
    first, second, third = (words_of(post) for post in scene.peer.posts(direct))
    assert (first, third) == ("done: remove", "done: list")
    assert "Say which show" in second
    assert [words_of(post) for post in scene.peer.posts(scene.place)] == ["-# **ann**: done: remove"]
