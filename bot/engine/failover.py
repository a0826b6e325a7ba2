"""Several processes on one PostgreSQL: one process for each name, and the work of one that never returns goes on.

A process holds a session lock on its name as long as it lives, however it ends. Work under a name whose lock stays
free is put back into its queue by any other process. With `engine.py` and `workflows.py` the only file that knows DBOS.
"""

import asyncio
import hashlib
import itertools
import logging
import re
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import psycopg
from dbos import DBOS, WorkflowStatus
from sqlalchemy.exc import SQLAlchemyError

from bot.engine.workflows import CRASHES, TAKEN_OVER
from pipeline.adapters.catalog.engines import parse_url, place_of
from pipeline.adapters.catalog.faults import told
from pipeline.domain.errors import DataFolderBusy

_PAUSE: Final = 0.2
_WE: Final = "podsift "
"""What the database calls a process of ours begins so; its name follows."""
_ALIVE: Final = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "connect_timeout": 10}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """`grace` seconds a name must stay free before its work is taken: a restarted process takes it back itself.

    `look_every` is in seconds. Work under which more than `crashes` processes died is given up.
    """

    look_every: float = 10.0
    grace: float = 30.0
    crashes: int = CRASHES


class Slot:
    """The name of this process, held by a session lock. Made by `holding`."""

    def __init__(self, url: str, name: str) -> None:
        self._url = url
        self._name = name
        self._connection: psycopg.AsyncConnection | None = None

    async def take(self, *, patience: float) -> None:
        """Hold the name; waits `patience` seconds for another process to end. Raises DataFolderBusy."""
        deadline = time.monotonic() + patience
        self._connection = await psycopg.AsyncConnection.connect(
            self._url,
            autocommit=True,
            application_name=f"{_WE}{self._name}",
            **_ALIVE,  # type: ignore[arg-type]  # libpq's own options
        )
        for look in itertools.count():
            if await self._lock(self._name):
                return
            if not look and patience:
                _log.info("Another process has this name; waiting for it to end.", extra={"slot": self._name})
            if time.monotonic() >= deadline:
                raise DataFolderBusy(
                    f"Another Podsift process runs under the name “{self._name}”: "
                    "stop it, or give this one a PODSIFT_WORKER of its own."
                )
            await asyncio.sleep(_PAUSE)

    async def keep(self) -> None:
        """Hold the name again where the connection was lost. Raises psycopg.Error, DataFolderBusy."""
        try:
            if self._connection is not None:
                await self._connection.execute("select 1")
                return
        except psycopg.Error:
            await self.let_go()
        await self.take(patience=0.0)

    async def let_go(self) -> None:
        """The name is free."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await connection.close()

    @asynccontextmanager
    async def standing_in(self, name: str) -> AsyncIterator[bool]:
        """Hold another name for the length of the block; False where its process lives. Raises psycopg.Error."""
        is_free = await self._lock(name)
        try:
            yield is_free
        finally:
            if is_free and self._connection is not None:
                await self._connection.execute("select pg_advisory_unlock(%s)", (_key(name),))

    async def _lock(self, name: str) -> bool:
        if self._connection is None:
            raise psycopg.OperationalError
        row = await (await self._connection.execute("select pg_try_advisory_lock(%s)", (_key(name),))).fetchone()
        return row is not None and bool(row[0])


@asynccontextmanager
async def holding(url: str, name: str, *, patience: float) -> AsyncIterator[Slot]:
    """This process under that name on the PostgreSQL at `url`, until the block ends.

    Raises DataFolderBusy when another process keeps the name for `patience` seconds, CatalogUnavailable when the
    database does not answer.
    """
    slot = Slot(libpq_url(url), name)
    try:
        await slot.take(patience=patience)
    except psycopg.Error as error:
        await slot.let_go()
        raise told(str(error), place_of(parse_url(url))) from error
    except DataFolderBusy:
        await slot.let_go()
        raise
    try:
        yield slot
    finally:
        await slot.let_go()


async def names_of_the_living(url: str) -> tuple[str, ...]:
    """The names of all processes that run on this PostgreSQL, in order. Raises CatalogUnavailable."""
    try:
        async with await psycopg.AsyncConnection.connect(libpq_url(url), **_ALIVE) as connection:  # type: ignore[arg-type]  # libpq's own options
            found = await connection.execute(
                "select distinct application_name from pg_stat_activity "
                "where datname = current_database() and application_name like %s order by 1",
                (f"{_WE}%",),
            )
            return tuple(str(name).removeprefix(_WE) for (name,) in await found.fetchall())
    except psycopg.Error as error:
        raise told(str(error), place_of(parse_url(url))) from error


def libpq_url(url: str) -> str:
    """The address without the name of a driver, as libpq reads it."""
    return re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", url)


async def relieve_the_dead(slot: Slot, name: str, *, pace: Pace) -> None:
    """Look after the work of processes that died, until cancelled. Every process may do so."""
    free_since: dict[str, float] = {}
    while True:
        await asyncio.sleep(pace.look_every)
        try:
            await slot.keep()
            await _look(slot, name, free_since, pace)
        except (psycopg.Error, SQLAlchemyError) as error:
            _log.warning("Could not look after the other processes.", extra={"problem": str(error)})
        except DataFolderBusy as error:
            _log.error("Another process took this one's name while the database was away.", exc_info=error)


async def _look(slot: Slot, name: str, free_since: dict[str, float], pace: Pace) -> None:
    work = await _under_way()
    for other in (free_since.keys() | work.keys()) - {name}:
        if other not in work:
            del free_since[other]
            continue
        async with slot.standing_in(other) as is_free:
            if not is_free:
                free_since.pop(other, None)
            elif time.monotonic() - free_since.setdefault(other, time.monotonic()) >= pace.grace:
                # Read again under the lock: nobody can take the name now, so nobody else works on these.
                await _relieve(other, (await _under_way(other)).get(other, ()), pace)
                del free_since[other]


async def _under_way(name: str | None = None) -> Mapping[str, Sequence[WorkflowStatus]]:
    """What runs, or did when its process died, by the name of the process."""
    found: dict[str, list[WorkflowStatus]] = defaultdict(list)
    for workflow in await DBOS.list_workflows_async(
        status="PENDING", executor_id=name, load_input=False, load_output=False
    ):
        found[workflow.executor_id or ""].append(workflow)
    return found


async def _relieve(name: str, work: Sequence[WorkflowStatus], pace: Pace) -> None:
    given_up = 0
    for workflow in work:
        # The engine's own count starts anew when work is resumed, so ours is kept beside it.
        before = int((workflow.attributes or {}).get(TAKEN_OVER, 0))
        crashes = before + max(1, workflow.recovery_attempts or 0)
        if crashes > pace.crashes:
            await DBOS.cancel_workflow_async(workflow.workflow_id)
            given_up += 1
            continue
        await DBOS.update_workflow_attributes_async(workflow.workflow_id, {TAKEN_OVER: crashes}, merge=True)
        await DBOS.resume_workflow_async(workflow.workflow_id, queue_name=workflow.queue_name)
    _log.warning(
        "Took over the work of a process that did not return.",
        extra={"of": name, "resumed": len(work) - given_up, "given_up": given_up},
    )


def _key(name: str) -> int:
    """The lock of a name, among all advisory locks of the database."""
    return int.from_bytes(hashlib.blake2b(f"podsift:{name}".encode(), digest_size=8).digest(), signed=True)
