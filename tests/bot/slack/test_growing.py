"""An answer that a model is writing appears sentence by sentence, only ever grows, and is whole in the end."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.handover import Progress, Report, Request
from bot.operations.outcome import Member, Outcome
from bot.shapes.commands import TextShape
from bot.texts.message import Block, Divider, Message, Paragraph, Small, text
from bot.texts.message_json import to_json
from tests.bot.slack.shown import words_shown
from tests.bot.slack.slack_world import ScriptedCounter, running, until
from tests.peers.catalog import Stores
from tests.peers.slack_peer import BOT, SlackPeer
from tests.peers.slack_streams import StreamingPeer

_SENTENCES = tuple(f"Sentence {number}, which passed the gate." for number in range(4))
_SOURCES: tuple[Block, ...] = (Divider(), Small(text("[1] Load Curve")))


@dataclass
class Writer(ScriptedCounter):
    """Tells each sentence as it is written; the next is written when Slack shows the one before."""

    peer: SlackPeer | None = None
    final: Sequence[Block] = (*(Paragraph(text(one)) for one in _SENTENCES), *_SOURCES)
    told: Sequence[str] = _SENTENCES
    shown: list[str] = field(default_factory=list)

    async def perform(self, member: Member, request: Request, report: Report | None = None) -> Outcome:
        assert self.peer is not None
        for number in range(1, len(self.told) + 1) if report else ():
            said = Message(tuple(Paragraph(text(one)) for one in self.told[:number]), "so far")
            assert report is not None
            report(Progress(number, 0, "", message=to_json(said)))
            calls = len(self.peer.calls)
            if number <= self.waits:
                await until(lambda calls=calls: len(self.peer.calls) > calls)  # type: ignore[misc]  # the default is what a lambda in a loop needs
            self.shown.append(_words(self.peer))
        return Outcome(TextShape(text="x"), Message(tuple(self.final), "An answer"))

    waits: int = 9
    """So many sentences are waited for until Slack shows them."""


def _words(peer: SlackPeer) -> str:
    messages = [m for m in peer.said("C1") if m.get("thread_ts")]
    return "\n".join(words_shown(b) for m in messages for b in m["blocks"] if b["type"] != "divider")


async def _ask(peer: SlackPeer, stores: Stores, writer: Writer) -> dict[str, Any]:
    """The one answer, as it is in the end."""
    writer.peer = peer
    async with running(peer, stores, counter=writer) as world:
        await world.intake.idle()
        stamp = await world.says(f"<@{BOT}> why?")
        (answer,) = [m for m in peer.said("C1") if m.get("thread_ts") == stamp]
    assert answer["metadata"]["event_payload"]["key"] == f"answer:message:C1:{stamp}"
    return answer


async def test_each_sentence_appears_when_it_is_written_and_the_sources_come_last(
    peer: SlackPeer, stores: Stores
) -> None:
    streaming, writer = StreamingPeer(peer), Writer()
    await _ask(peer, stores, writer)
    assert _words(peer) == "\n".join((*_SENTENCES, "[1] Load Curve"))
    made = [name for name, _ in peer.calls if name.startswith("chat.")]
    assert made[:4] == ["chat.startStream", *["chat.appendStream"] * 3]
    assert made[-1] == "chat.stopStream"
    assert not streaming.open
    assert "chat.update" not in made


async def test_that_it_is_only_a_part_is_said_below_what_was_shown(peer: SlackPeer, stores: Stores) -> None:
    StreamingPeer(peer)
    partly = Small(text("Only a part."))
    await _ask(peer, stores, Writer(final=(partly, *(Paragraph(text(one)) for one in _SENTENCES), *_SOURCES)))
    assert _words(peer) == "\n".join((*_SENTENCES, "[1] Load Curve", "Only a part."))


async def test_an_answer_that_turned_out_otherwise_takes_the_place_of_what_was_shown(
    peer: SlackPeer, stores: Stores
) -> None:
    StreamingPeer(peer)
    await _ask(peer, stores, Writer(final=(Paragraph(text("Something went wrong.")),)))
    assert _words(peer) == "Something went wrong."


@pytest.mark.parametrize("fault", ["message_not_in_streaming_state", "internal_error", "msg_blocks_too_long"])
async def test_a_stream_that_dies_while_the_model_writes_loses_nothing(
    peer: SlackPeer, stores: Stores, fault: str
) -> None:
    streaming = StreamingPeer(peer)
    peer.fail("chat.appendStream", "error", fault)
    await _ask(peer, stores, Writer(waits=2))
    assert _words(peer) == "\n".join((*_SENTENCES, "[1] Load Curve"))
    assert not streaming.open
    assert len(peer.made("chat.appendStream")) == 1


async def test_a_stream_that_expires_before_the_end_is_replaced_by_the_whole(peer: SlackPeer, stores: Stores) -> None:
    StreamingPeer(peer)
    peer.fail("chat.stopStream", "error", "message_not_in_streaming_state")
    await _ask(peer, stores, Writer(told=_SENTENCES[:2]))
    assert _words(peer).startswith("\n".join(_SENTENCES))


async def test_where_slack_does_not_stream_the_answer_is_posted_when_it_is_done(
    peer: SlackPeer, stores: Stores
) -> None:
    StreamingPeer(peer)
    peer.fail("chat.startStream", "error", "channel_type_not_supported")
    await _ask(peer, stores, Writer(waits=0))
    assert len(peer.made("chat.startStream")) == 1
    assert _words(peer) == "\n".join((*_SENTENCES, "[1] Load Curve"))


@pytest.mark.parametrize("kind", ["lost", "drop"])
async def test_a_stream_of_which_nobody_knows_whether_it_began_becomes_one_answer(
    peer: SlackPeer, stores: Stores, kind: str
) -> None:
    StreamingPeer(peer)
    peer.fail("chat.startStream", kind)
    await _ask(peer, stores, Writer(waits=0))
    assert _words(peer) == "\n".join((*_SENTENCES, "[1] Load Curve"))


async def test_a_reader_who_stops_it_keeps_what_is_shown(peer: SlackPeer, stores: Stores) -> None:
    StreamingPeer(peer)
    writer = Writer()
    writer.peer = peer
    writer.waits = 2
    peer.fail("chat.appendStream", "error", "stopped_by_user")
    async with running(peer, stores, counter=writer) as world:
        await world.says(f"<@{BOT}> why?")
    assert _words(peer) == _SENTENCES[0]
    assert "chat.update" not in [name for name, _ in peer.calls]


async def test_a_stream_that_will_not_end_is_replaced_as_soon_as_it_does(peer: SlackPeer, stores: Stores) -> None:
    StreamingPeer(peer)
    peer.fail("chat.stopStream", "error", "internal_error", times=2)
    await _ask(peer, stores, Writer())
    assert _words(peer) == "\n".join((*_SENTENCES, "[1] Load Curve"))
    assert len(peer.made("chat.update")) == 2
