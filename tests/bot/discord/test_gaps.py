import asyncio

from tests.peers.discord_desk import CHANNEL, Scene, listening, post_with_button, settled
from tests.peers.discord_gateway import MESSAGE_CONTENT
from tests.peers.discord_peer import Fault
from tests.peers.discord_world import ANN, BOB, BOT, FORUM, PODCASTS

ME = f"<@{BOT}>"


async def test_after_a_lost_session_the_questions_of_the_gap_are_answered_once(scene: Scene) -> None:
    direct = scene.peer.world.direct(ANN)
    async with scene.listening():
        scene.peer.say(ANN, direct, "before?")
        await scene.peer.until(lambda: scene.peer.posts(direct))
        for session in scene.peer.gateway.sessions.values():
            session.is_mute = True
        scene.peer.say(ANN, direct, "in the gap?")
        scene.peer.say(BOB, scene.place, f"{ME} in the channel?")
        for session in scene.peer.gateway.sessions.values():
            session.is_mute = False
        await scene.peer.gateway.break_off("invalid")
        await scene.peer.until(lambda: len(scene.peer.posts(direct)) == 2 and len(scene.parrot.asked) == 3)
        await scene.peer.gateway.break_off("invalid")
        await scene.peer.until(lambda: scene.peer.gateway.identified == 3)
    assert sorted(scene.parrot.heard()) == ["before?", "in the channel?", "in the gap?"]


async def test_what_an_earlier_process_did_not_finish_is_answered_by_the_next(scene: Scene) -> None:
    direct = scene.peer.world.direct(ANN)
    desk = scene.desk()
    async with listening(desk):
        scene.peer.faults.append(Fault("POST", rf"/channels/{direct.id}/messages$", "answer", status=403, code=50007))
        scene.peer.say(ANN, direct, "why?")
        await scene.peer.until(lambda: scene.parrot.asked and not scene.peer.faults)
    async with listening(desk):
        await scene.peer.until(lambda: scene.peer.posts(direct))
    async with listening(desk):
        pass
    assert len(scene.peer.posts(direct)) == 1


async def test_an_answer_that_arrived_before_the_crash_is_not_given_again(scene: Scene) -> None:
    direct = scene.peer.world.direct(ANN)
    desk = scene.desk()
    async with listening(desk):
        scene.peer.faults.append(Fault("POST", rf"/channels/{direct.id}/messages$", "apply_then_drop"))
        scene.peer.say(ANN, direct, "why?")
        await scene.peer.until(lambda: scene.peer.posts(direct))
    scene.peer.forget_nonces()
    async with listening(desk) as client:
        await client.read_up()
    assert len(scene.peer.posts(direct)) == 1
    assert scene.parrot.heard() == ["why?"]


async def test_a_message_that_was_deleted_meanwhile_is_forgotten(scene: Scene) -> None:
    direct = scene.peer.world.direct(ANN)
    desk = scene.desk()
    async with listening(desk):
        scene.peer.faults.append(Fault("POST", rf"/channels/{direct.id}/messages$", "answer", status=403, code=50007))
        scene.peer.say(ANN, direct, "why?")
        await scene.peer.until(lambda: scene.parrot.asked and not scene.peer.faults)
    direct.messages.clear()
    async with listening(desk) as client:
        await client.read_up()
    assert scene.parrot.heard() == ["why?"]


async def test_what_is_being_answered_while_the_session_is_lost_is_answered_once(scene: Scene) -> None:
    direct = scene.peer.world.direct(ANN)
    scene.parrot.may_answer.clear()
    async with scene.listening() as client:
        scene.peer.say(ANN, direct, "why?")
        await asyncio.wait_for(scene.parrot.is_asked.wait(), timeout=5)
        await client.read_up()
        scene.parrot.may_answer.set()
        await scene.peer.until(lambda: scene.peer.posts(direct))
        await client.read_up()
    assert scene.parrot.heard() == ["why?"]
    assert len(scene.peer.posts(direct)) == 1


async def test_a_question_under_the_daily_post_that_nobody_heard_is_answered(scene: Scene) -> None:
    scene.peer.gateway.approved = MESSAGE_CONTENT
    post = post_with_button(scene.peer, scene.place)
    thread = scene.peer.world.open_thread(scene.place, "Five insights", post)
    scene.peer.say(BOB, thread, "what about no. 2?")
    async with scene.listening(sees_all=True):
        await scene.peer.until(lambda: scene.peer.posts(thread))
    async with scene.listening(sees_all=True) as client:
        await client.read_up()
    assert scene.parrot.heard() == ["what about no. 2?"]


async def test_questions_in_a_forums_posts_that_nobody_heard_are_answered(scene: Scene) -> None:
    scene.place.kind = FORUM
    thread = scene.peer.world.open_thread(scene.place, "Monday", None)
    scene.peer.say(BOB, thread, f"{ME} why?")
    async with scene.listening():
        await scene.peer.until(lambda: scene.peer.posts(thread))
    assert scene.parrot.asked[0][2].channel_id == CHANNEL.id
    assert scene.peer.calls_of("GET", f"/channels/{PODCASTS}/messages") == [], "a forum itself has no messages"


async def test_a_talk_goes_on_after_a_restart(scene: Scene) -> None:
    async with scene.listening():
        question = scene.peer.say(BOB, scene.place, f"{ME} why do models forget?")
        await scene.peer.until(lambda: int(question["id"]) in scene.peer.world.places)
        thread = scene.peer.world.places[int(question["id"])]
        await scene.peer.until(lambda: scene.peer.posts(thread))
    async with scene.listening():
        scene.peer.say(BOB, thread, f"{ME} and that?")
        await scene.peer.until(lambda: len(scene.peer.posts(thread)) == 2)
    assert scene.parrot.earlier == [(), ("why do models forget?",)]


async def test_a_talk_by_command_is_no_place_to_read_up_on(scene: Scene) -> None:
    async with scene.listening():
        await settled(await scene.peer.slash(BOB, scene.place, "ask", question="why?"))
    async with scene.listening() as client:
        await client.read_up()
    assert scene.parrot.heard() == ["why?"]
