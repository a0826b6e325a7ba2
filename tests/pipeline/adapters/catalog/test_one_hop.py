"""SQLite with one visit to its thread for each statement: what a cursor must still give."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from pipeline.adapters.catalog.engines import make_async_engine, parse_url
from pipeline.adapters.catalog.one_hop import connect


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    engine = make_async_engine(parse_url(f"sqlite:///{tmp_path / 'some.db'}"))
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE tide (id INTEGER PRIMARY KEY, height REAL NOT NULL)"))
        rows = [{"id": n, "height": n / 2} for n in range(1_000)]
        await connection.execute(text("INSERT INTO tide VALUES (:id, :height)"), rows)
    yield engine
    await engine.dispose()


async def test_all_rows_come_in_order(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        rows = (await connection.execute(text("SELECT id, height FROM tide ORDER BY id"))).all()
    assert [tuple(row) for row in rows] == [(n, n / 2) for n in range(1_000)]


async def test_a_change_tells_how_many_rows_it_met_and_may_give_them_back(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        changed = await connection.execute(text("UPDATE tide SET height = 0 WHERE id < 10"))
        assert changed.rowcount == 10
        gone = await connection.execute(text("DELETE FROM tide WHERE id = 3 RETURNING height"))
        assert gone.scalar_one() == 0
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM tide"))).scalar_one() == 999


async def test_what_is_rolled_back_never_was(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await connection.execute(text("DELETE FROM tide"))
        await connection.rollback()
        assert (await connection.execute(text("SELECT count(*) FROM tide"))).scalar_one() == 1_000


async def test_errors_are_those_of_the_database(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        with pytest.raises(IntegrityError):
            await connection.execute(text("INSERT INTO tide VALUES (1, 1)"))
        with pytest.raises(OperationalError):
            await connection.execute(text("SELECT wind FROM tide"))


def test_a_loop_that_ends_before_the_answer_is_no_error_and_the_file_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    held, asked = threading.Event(), threading.Event()

    def held_back() -> int:
        asked.set()
        return int(held.wait(timeout=30))

    async def ask_and_leave() -> None:
        connection = connect(path, check_same_thread=False)
        await connection
        await connection.create_function("held_back", 0, held_back)
        asking = asyncio.ensure_future(connection.run("SELECT held_back()", (), is_many=False))
        await asyncio.to_thread(asked.wait, 30)
        asking.cancel()
        connection.stop()

    before = set(threading.enumerate())
    asyncio.run(ask_and_leave())
    (worker,) = set(threading.enumerate()) - before
    held.set()
    worker.join(timeout=30)
    assert not worker.is_alive()
    with closing(sqlite3.connect(path, timeout=0)) as free:
        free.execute("PRAGMA locking_mode = EXCLUSIVE")
        free.execute("CREATE TABLE tide (id INTEGER PRIMARY KEY)")
