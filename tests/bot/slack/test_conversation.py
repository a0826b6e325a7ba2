"""Asking in Slack: mentions, threads, direct messages, the shortcut; one answer whatever is delivered twice."""

import asyncio

from bot.slack.hearing import ASK_ABOUT
from tests.bot.slack.slack_world import ScriptedCounter, World, running, until
from tests.peers.catalog import Stores
from tests.peers.slack_peer import BOT, SlackPeer


async def test_a_mention_is_answered_once_in_its_thread_though_it_is_two_events(world: World, peer: SlackPeer) -> None:
    stamp = await world.says(f"<@{BOT}> why do small models &amp; grids matter?", copies=2)
    assert world.answers(thread=stamp) == ["ask: why do small models &amp; grids matter?"]
    assert world.counter.questions == ["why do small models & grids matter?"]
    assert peer.made("assistant.threads.setStatus")[0]["thread_ts"] == stamp


async def test_a_reply_in_a_thread_we_started_needs_no_mention(world: World, peer: SlackPeer) -> None:
    peer.places["C1"].messages.append({"user": BOT, "ts": "1795414701.000001", "text": "Five insights"})
    await world.says("who said no. 3?", thread="1795414701.000001", user="U2")
    await world.says("and when?", thread="1795414701.000001")
    assert world.answers(thread="1795414701.000001") == ["ask: who said no. 3?", "ask: and when?"]
    assert world.counter.asked[-1][1].arguments["earlier"] == ("who said no. 3?",)


async def test_people_who_talk_to_each_other_are_left_alone(world: World, peer: SlackPeer) -> None:
    peer.places["C1"].messages.append({"user": BOT, "ts": "1795414701.000001", "text": "Five insights"})
    await world.says("what do you make of it, <@U2>?", thread="1795414701.000001")
    await world.says("haha, nice", thread="1795414701.000001", user="U2")
    await world.says("why do you think so?", thread="1795414701.000001")
    await world.says("is anybody coming to lunch?")
    await world.says("what is this thread about?", thread="1795414709.000009")
    assert world.counter.asked == []
    await world.says(f"<@{BOT}> who said it?", thread="1795414701.000001")
    assert world.counter.questions == ["who said it?"]


async def test_in_a_thread_of_others_only_who_asked_us_goes_on_without_a_mention(world: World, peer: SlackPeer) -> None:
    peer.places["C1"].messages.append({"user": "U2", "ts": "1795414702.000002", "text": "I read something"})
    await world.says(f"<@{BOT}> is that true?", thread="1795414702.000002")
    await world.says("who says so?", thread="1795414702.000002")
    await world.says("what about lunch?", thread="1795414702.000002", user="U2")
    assert world.counter.questions == ["is that true?", "who says so?"]


async def test_other_bots_edits_and_our_own_words_are_not_heard(world: World) -> None:
    await world.says(f"<@{BOT}> hello?", bot_id="B9")
    await world.says(f"<@{BOT}> hello?", subtype="message_changed")
    await world.says(f"<@{BOT}> hello?", user=BOT)
    assert world.counter.asked == []


async def test_a_direct_message_is_a_command_or_a_question(world: World) -> None:
    await world.says("top", place="D1")
    await world.says("add <https://pods.example/feed.xml>", place="D1")
    await world.says("search code review", place="D1")
    await world.says("what did they say about <https://x.example|tea>?", place="D1")
    requests = [request for _, request in world.counter.asked]
    assert [request.operation for request in requests] == ["top", "add", "search", "ask"]
    assert requests[0].arguments == {"dry_run": True}
    assert requests[1].arguments["address"] == "https://pods.example/feed.xml"
    assert requests[3].arguments["question"] == "what did they say about https://x.example?"


async def test_a_direct_message_stands_for_the_workspaces_first_channel(world: World) -> None:
    await world.says("why?", place="D1")
    assert world.counter.asked[-1][0].channel_id == "slack:T1/D1"
    await world.says(f"<@{BOT}> why?")
    await world.says("and now?", place="D1")
    assert world.counter.asked[-1][0].channel_id == "slack:T1/C1"


async def test_a_bare_mention_gets_help_and_a_broken_command_its_reason(world: World) -> None:
    await world.says(f"<@{BOT}>")
    assert world.counter.asked[-1][1].operation == "help"
    await world.says(f"<@{BOT}> schedule soon")
    assert world.answers()[-1].startswith("Say a time of day")


async def test_the_shortcut_asks_about_a_message_in_its_thread(world: World) -> None:
    stamp = await world.says("grids delay data centres", user="U2")
    took = await world.interacts(
        "message_action", callback_id=ASK_ABOUT, message={"ts": stamp, "text": "grids delay data centres"}
    )
    assert took is not None
    assert world.answers(thread=stamp) == ["ask: grids delay data centres"]


async def test_an_answer_whose_reply_is_lost_is_not_posted_twice(world: World, peer: SlackPeer) -> None:
    peer.fail("chat.postMessage", "lost")
    stamp = await world.says(f"<@{BOT}> why?")
    assert len(world.answers(thread=stamp)) == 1
    assert world.pauses


async def test_an_answer_that_did_not_go_out_is_tried_again_and_then_given_up(world: World, peer: SlackPeer) -> None:
    peer.fail("chat.postMessage", "drop")
    first = await world.says(f"<@{BOT}> why?")
    peer.fail("chat.postMessage", "limit", 60, times=9)
    second = await world.says(f"<@{BOT}> how?")
    assert (len(world.answers(thread=first)), len(world.answers(thread=second))) == (1, 0)
    assert 60 in world.pauses


async def test_an_answer_to_a_place_that_is_closed_is_given_up(world: World, peer: SlackPeer) -> None:
    peer.fail("chat.postMessage", "error", "is_archived")
    await world.says(f"<@{BOT}> why?")
    assert len(peer.made("chat.postMessage")) == 1


async def test_a_question_survives_a_crash_after_it_was_acknowledged(peer: SlackPeer, stores: Stores) -> None:
    counter = ScriptedCounter()
    counter.gate.clear()
    async with running(peer, stores, counter=counter) as world:
        saying = asyncio.create_task(world.says(f"<@{BOT}> why?"))
        await until(lambda: bool(counter.asked))
        assert world.answers() == []
    saying.cancel()
    async with running(peer, stores) as world:
        await world.intake.idle()
        assert world.answers() == ["ask: why?"]
    async with running(peer, stores) as world:
        await world.intake.idle()
        assert world.answers() == ["ask: why?"]


async def test_an_answer_that_went_out_before_the_crash_is_not_repeated(peer: SlackPeer, stores: Stores) -> None:
    async with running(peer, stores) as world:
        peer.fail("chat.postMessage", "slow", 0.6)
        saying = asyncio.create_task(world.says(f"<@{BOT}> why?"))
        await until(lambda: bool(world.answers()))
    saying.cancel()
    async with running(peer, stores) as world:
        await world.intake.idle()
        assert world.answers() == ["ask: why?"]


async def test_what_stops_us_again_and_again_is_given_up(peer: SlackPeer, stores: Stores) -> None:
    async with running(peer, stores, counter=ScriptedCounter(error=RuntimeError("a bug"))) as world:
        await world.says(f"<@{BOT}> why?")
    for _ in range(4):
        counter = ScriptedCounter(error=RuntimeError("a bug"))
        async with running(peer, stores, counter=counter) as world:
            await world.intake.idle()
    assert counter.asked == []


async def test_what_is_not_kept_yet_is_not_acknowledged_and_comes_again(world: World, stores: Stores) -> None:
    event = {"type": "app_mention", "user": "U1", "text": f"<@{BOT}> why?", "ts": "1795414705.000005", "channel": "C1"}
    world.peer.patience = 0.2
    async with stores.db.writing():
        assert await world.event(event) is None
    world.peer.patience = 3.0
    assert await world.event(event) is not None
    assert world.counter.questions == ["why?"]


async def test_events_are_acknowledged_at_once_while_an_answer_takes_its_time(peer: SlackPeer, stores: Stores) -> None:
    counter = ScriptedCounter()
    counter.gate.clear()
    async with running(peer, stores, counter=counter) as world:
        saying = asyncio.create_task(world.says(f"<@{BOT}> why?"))
        await until(lambda: bool(counter.asked))
        asking = asyncio.create_task(world.commands("list"))
        await until(lambda: len(counter.asked) == 2)
        counter.gate.set()
        await saying
        took = await asking
        assert took is not None
        assert took < 0.3
