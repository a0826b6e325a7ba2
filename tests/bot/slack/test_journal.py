"""Slack hears at once that we have something, however busy the catalogue is, and nothing of it is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from pipeline.adapters.arrival_journal import open_journal
from tests.bot.slack.slack_world import ScriptedCounter, World, running, until
from tests.peers.catalog import Stores
from tests.peers.slack_peer import BOT, SlackPeer

_PROMISED = 0.3


@asynccontextmanager
async def _running(
    peer: SlackPeer, stores: Stores, path: Path, *, counter: ScriptedCounter | None = None
) -> AsyncIterator[World]:
    with open_journal(path) as journal:
        async with running(peer, stores, counter=counter, journal=journal) as world:
            yield world


async def test_a_command_is_acknowledged_while_somebody_else_writes_into_the_catalogue(
    peer: SlackPeer, stores: Stores, tmp_path: Path
) -> None:
    async with _running(peer, stores, tmp_path / "journal") as world:
        async with stores.db.writing():
            asking = [asyncio.create_task(world.commands(words)) for words in ("list", "ask why?", "status")]
            await until(lambda: len(peer.acknowledged) == 3)
            assert world.counter.asked == []
        took = await asyncio.gather(*asking)
        assert max(seconds or 9.0 for seconds in took) < _PROMISED
        assert {request.operation for _, request in world.counter.asked} == {"list", "ask", "status"}


async def test_a_question_that_was_in_the_journal_only_survives_the_process(
    peer: SlackPeer, stores: Stores, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(_running(peer, stores, tmp_path / "journal"))
        async with stores.db.writing():
            saying = asyncio.create_task(world.says(f"<@{BOT}> why?"))
            await until(lambda: len(peer.acknowledged) == 2)
            await world.intake.stop()
        saying.cancel()
        assert world.counter.asked == []
    for _ in range(2):
        async with _running(peer, stores, tmp_path / "journal") as world:
            await world.intake.idle()
            assert world.answers() == ["ask: why?"]


async def test_what_is_said_again_while_the_first_is_on_its_way_is_answered_once(
    peer: SlackPeer, stores: Stores, tmp_path: Path
) -> None:
    async with _running(peer, stores, tmp_path / "journal") as world:
        stamp = await world.says(f"<@{BOT}> why?", copies=3)
        assert world.answers(thread=stamp) == ["ask: why?"]
        await world.says("is anybody coming to lunch?")
        assert (tmp_path / "journal").stat().st_size == 0


async def test_what_the_catalogue_refuses_for_a_while_is_dealt_with_when_it_is_back(
    peer: SlackPeer, stores: Stores, tmp_path: Path
) -> None:
    async with _running(peer, stores, tmp_path / "journal") as world:
        async with stores.db.writing() as connection:
            await connection.exec_driver_sql("ALTER TABLE inbox RENAME TO away")
        asking = asyncio.create_task(world.commands("list"))
        await until(lambda: len(world.pauses) > 5 and bool(peer.acknowledged))
        assert len(peer.acknowledged) == 1
        async with stores.db.writing() as connection:
            await connection.exec_driver_sql("ALTER TABLE away RENAME TO inbox")
        await asking
        assert [one["text"] for one in peer.responses] == ["list:"]
        assert max(world.pauses) <= 120
