"""Streamed answers: whole, once, and a plain message wherever Slack does not stream or breaks off."""

import asyncio
from typing import Any

import pytest
from slack_sdk.models.messages.chunk import BlocksChunk, Chunk

from bot.handover import Report, Request
from bot.operations.outcome import Member, Outcome
from bot.shapes.commands import TextShape
from bot.texts.message import Divider, Heading, Message, Paragraph, Quote, Small, text
from tests.bot.slack.shown import words_shown
from tests.bot.slack.slack_world import ScriptedCounter, World, running, until
from tests.peers.catalog import Stores
from tests.peers.slack_peer import BOT, SlackPeer
from tests.peers.slack_streams import StreamingPeer

_PASSAGES = 6


class LongWinded(ScriptedCounter):
    """Answers with a heading and six passages."""

    async def perform(self, member: Member, request: Request, report: Report | None = None) -> Outcome:
        await super().perform(member, request, report)
        said = [(Quote(text(f"passage {n} <!channel>")), Small(text(f"source {n}"))) for n in range(_PASSAGES)]
        blocks = (
            Heading(text("Passages")),
            *(part for pair in said for part in pair),
            Divider(),
            Paragraph(text("end")),
        )
        return Outcome(TextShape(text="Passages"), Message(blocks, "Passages"))


def _shown(message: dict[str, Any]) -> str:
    return "\n".join(words_shown(block) for block in message["blocks"] if block["type"] != "divider")


def _is_whole(message: dict[str, Any]) -> bool:
    shown = _shown(message)
    return all(shown.count(f"passage {n}") == 1 for n in range(_PASSAGES)) and shown.endswith("end")


async def _only_answer(world: World, stamp: str) -> dict[str, Any]:
    (answer,) = [m for m in world.peer.said("C1") if m.get("thread_ts") == stamp]
    return answer


async def test_a_long_answer_appears_bit_by_bit_and_ends_as_one_message(peer: SlackPeer, stores: Stores) -> None:
    streaming = StreamingPeer(peer)
    async with running(peer, stores, counter=LongWinded()) as world:
        stamp = await world.says(f"<@{BOT}> why?")
        answer = await _only_answer(world, stamp)
        assert _is_whole(answer)
        assert answer["metadata"]["event_payload"]["key"] == f"answer:message:C1:{stamp}"
        made = [name for name, _ in peer.calls if name.startswith("chat.")]
        assert made == ["chat.startStream", *["chat.appendStream"] * (len(made) - 2), "chat.stopStream"]
        assert len(made) > 2
        assert not streaming.open
        chunks = [chunk for name, call in peer.calls for chunk in call.get("chunks", []) if name.endswith("Stream")]
        assert all(isinstance(Chunk.parse(chunk), BlocksChunk) for chunk in chunks)


@pytest.mark.parametrize("code", ["unknown_method", "channel_type_not_supported", "invalid_blocks", "missing_scope"])
async def test_where_slack_does_not_stream_the_answer_is_one_message(
    peer: SlackPeer, stores: Stores, code: str
) -> None:
    StreamingPeer(peer)
    async with running(peer, stores, counter=LongWinded()) as world:
        peer.fail("chat.startStream", "error", code)
        for _ in range(2):
            stamp = await world.says(f"<@{BOT}> why?")
            assert _is_whole(await _only_answer(world, stamp))
        tries = len(peer.made("chat.startStream"))
        assert tries == (1 if code in {"unknown_method", "channel_type_not_supported"} else 2)


@pytest.mark.parametrize("method", ["chat.appendStream", "chat.stopStream"])
@pytest.mark.parametrize("kind", ["expired", "lost", "drop", "broken", "limit"])
async def test_an_answer_whose_stream_breaks_off_is_shown_whole_and_once(
    peer: SlackPeer, stores: Stores, method: str, kind: str
) -> None:
    streaming = StreamingPeer(peer)
    async with running(peer, stores, counter=LongWinded()) as world:
        if kind == "expired":
            real = peer.methods[method]

            def late(arguments: dict[str, Any]) -> dict[str, Any]:
                streaming.expire()
                return real(arguments)

            peer.methods[method] = late
        else:
            peer.fail(method, kind, 60 if kind == "limit" else None)
        stamp = await world.says(f"<@{BOT}> why?")
        answer = await _only_answer(world, stamp)
        assert _is_whole(answer)
        assert answer["metadata"]["event_payload"]["key"].startswith("answer:")


async def test_an_update_whose_reply_is_lost_is_made_again(peer: SlackPeer, stores: Stores) -> None:
    StreamingPeer(peer)
    async with running(peer, stores, counter=LongWinded()) as world:
        peer.fail("chat.appendStream", "drop")
        peer.fail("chat.update", "lost", times=2)
        stamp = await world.says(f"<@{BOT}> why?")
        assert _is_whole(await _only_answer(world, stamp))


async def test_blocks_that_slack_refuses_at_the_end_go_out_as_text(peer: SlackPeer, stores: Stores) -> None:
    StreamingPeer(peer)
    async with running(peer, stores, counter=LongWinded()) as world:
        peer.fail("chat.appendStream", "error", "invalid_blocks")
        peer.fail("chat.update", "error", "invalid_blocks")
        stamp = await world.says(f"<@{BOT}> why?")
        answer = await _only_answer(world, stamp)
        assert all(f"passage {n}" in answer["text"] for n in range(_PASSAGES))
        assert answer["blocks"] == []


async def test_a_reader_who_stops_the_stream_is_left_with_what_there_is(peer: SlackPeer, stores: Stores) -> None:
    StreamingPeer(peer)
    async with running(peer, stores, counter=LongWinded()) as world:
        peer.fail("chat.appendStream", "error", "stopped_by_user")
        stamp = await world.says(f"<@{BOT}> why?")
        assert not _is_whole(await _only_answer(world, stamp))
        assert peer.made("chat.update") == []


@pytest.mark.parametrize("kind", ["lost", "drop"])
async def test_a_stream_of_which_nobody_knows_whether_it_began_is_found_or_not_and_answered_once(
    peer: SlackPeer, stores: Stores, kind: str
) -> None:
    StreamingPeer(peer)
    async with running(peer, stores, counter=LongWinded()) as world:
        peer.fail("chat.startStream", kind)
        stamp = await world.says(f"<@{BOT}> why?")
        assert _is_whole(await _only_answer(world, stamp))
        assert world.pauses


async def test_a_stream_that_a_crash_cut_off_becomes_the_answer(peer: SlackPeer, stores: Stores) -> None:
    StreamingPeer(peer)
    async with running(peer, stores, counter=LongWinded()) as world:
        peer.fail("chat.appendStream", "slow", 30)
        saying = asyncio.create_task(world.says(f"<@{BOT}> why?"))
        await until(lambda: bool(peer.made("chat.appendStream")))
        stamp = peer.places["C1"].messages[0]["ts"]
        assert not _is_whole(await _only_answer(world, stamp))
    saying.cancel()
    async with running(peer, stores, counter=LongWinded()) as world:
        await world.intake.idle()
        assert _is_whole(await _only_answer(world, stamp))
