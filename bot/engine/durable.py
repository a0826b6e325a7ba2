"""Durable workflows: beside `workflows.py` and `failover.py` the only file that knows DBOS.

Every stage of an episode is one workflow with an id made of stage, episode and attempt, so starting it twice starts
it once. A workflow passes on ids only; what is expensive is in the catalogue the moment it exists, and a stage that is
run again finds it there.
"""

import asyncio
import logging
import warnings
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, WorkflowStatus
from dbos import error as errors
from sqlalchemy.exc import SQLAlchemyError

from bot.engine.database_file import prepare
from bot.engine.failover import Pace, holding, libpq_url, relieve_the_dead
from bot.engine.queues import ROLES, Job, limits
from bot.engine.workflows import Work, Workflows, start
from bot.farewell import Farewell
from pipeline.adapters.catalog.engines import parse_url, place_of
from pipeline.adapters.catalog.faults import explained
from pipeline.domain.errors import CatalogUnavailable
from pipeline.flows import FIRST_STAGE, Stage

_log = logging.getLogger(__name__)

_SHAPE: Final = "1"
"""Raised only when the shape of a workflow breaks: DBOS then leaves what is in flight to the old version."""

_STAGES: Final = [stage.value for stage in Stage]
_STATES: Final = MappingProxyType({"ENQUEUED": "waiting", "PENDING": "running", "DELAYED": "paused"})
_KEPT: Final = timedelta(days=7)
"""So long finished workflows are kept, for whoever wants to look; the catalogue has what they made."""
_SWEEP_EVERY: Final = 24 * 3600.0
_SWEPT_AT_ONCE: Final = 500
_CONNECTIONS: Final = 8
"""At most so many the engine of a process has to its database; it would take twenty."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Three times, in seconds, and a number.

    `first_pause` comes before the second try of a stage, and each pause after it is three times as long. `patience` is
    how long another process of this name may take to end, `farewell` how long running stages may take at the end.
    A stage during which the process died `suspect` times is run apart: whatever ran beside a poison episode counts its
    crashes too, and only apart it shows whose they were.
    """

    first_pause: float = 2.0
    patience: float = 30.0
    farewell: int = 14
    suspect: int = 3


@dataclass(frozen=True, slots=True)
class Paused:
    """Why so many episodes wait for a part of ours, as a sentence for people, and when the first goes on."""

    reason: str
    episodes: int
    until: datetime


class Engine:
    """Starts durable work; everything started is finished by this process or, after a crash, by the next.

    Whatever is asked raises CatalogUnavailable where the engine's database cannot be read.
    """

    def __init__(self, workflows: Workflows) -> None:
        self._workflows = workflows
        self._counting: asyncio.Task[Mapping[tuple[str, str], int]] | None = None

    async def start_scans(self, buckets: Iterable[int], *, tick: str) -> None:
        """Read the due feeds of these buckets, but for those that are queued or read anywhere.

        The same `tick` starts a bucket once. Two ticks may still both queue it: the queue lets one run at a time, and
        the second finds what the first has left.
        """
        # The engine has an id against that, which it forgets when another process takes the run over.
        found = await _listed(status=["ENQUEUED", "PENDING"], name="scan")
        under_way = {each.workflow_id.split(":")[1] for each in found}
        for bucket in map(str, sorted(set(buckets))):
            if bucket not in under_way:
                await start("scan", self._workflows.scan, f"scan:{bucket}:{tick}", int(bucket), part=bucket)

    async def start_episode(self, job: Job, *, stage: Stage = FIRST_STAGE) -> None:
        """Take an episode through its stages from this one on; the same attempt starts a stage once."""
        await self._workflows.start_stage(stage, job)

    async def start_digest(self, channel_id: str, *, day: str) -> None:
        """Build and post a channel's digest of an ISO date, once."""
        await start("post", self._workflows.digest, f"digest:{channel_id}:{day}", channel_id, day)

    async def start_forgetting(self, *, day: str) -> None:
        """Forget what was said in old episodes, once on that ISO date in all processes together."""
        await start("index", self._workflows.forgetting, f"forget:{day}", day)

    async def under_way(self) -> Mapping[tuple[str, int], Stage]:
        """Episode id and attempt of everything that is queued or runs, here or in another process, with its stage."""
        found = await _listed(status=["ENQUEUED", "PENDING", "DELAYED"], name=_STAGES)
        return {
            (_episode_of(each.workflow_id), int(each.workflow_id.split(":")[2])): Stage(each.name) for each in found
        }

    async def queues(self) -> Mapping[tuple[str, str], int]:
        """How much is `waiting`, `running` and `paused` in each queue, here or in another process.

        Whoever asks while it is counted shares that: the engine asks a database that is away for ever, in a thread for
        each.
        """
        if self._counting is None or self._counting.done():
            self._counting = asyncio.create_task(_lengths())
        return await asyncio.shield(self._counting)

    async def paused(self) -> tuple[Paused, ...]:
        """What waits until a part of ours is there again, a line for each reason."""
        found = await _listed(status="DELAYED", name=_STAGES, load_input=True)
        by_reason: dict[str, list[int]] = {}
        now = datetime.now(UTC).timestamp() * 1000
        for each in found:
            if (each.delay_until_epoch_ms or 0) <= now:
                continue  # the engine takes it up within a second
            reason = str(each.input["args"][-1]) if each.input else ""
            by_reason.setdefault(reason, []).append(each.delay_until_epoch_ms or 0)
        return tuple(
            Paused(reason, len(until), datetime.fromtimestamp(min(until) / 1000, UTC))
            for reason, until in by_reason.items()
        )

    async def go_on(self) -> int:
        """Let everything that is paused go on now; returns how much that is."""
        found = await _listed(status="DELAYED", name=_STAGES)
        for each in found:
            await DBOS.set_workflow_delay_async(each.workflow_id, delay_seconds=0.0)
        return len(found)

    async def abandoned(self) -> tuple[tuple[Stage, str], ...]:
        """Stage and episode id of what the engine has given up without our doing; asking takes it off the list.

        That is what crashed the process too often, and what failed while its failure was being recorded.
        """
        found = await _listed(status=["MAX_RECOVERY_ATTEMPTS_EXCEEDED", "ERROR", "CANCELLED"], name=_STAGES)
        await DBOS.delete_workflows_async([workflow.workflow_id for workflow in found])
        return tuple((Stage(workflow.name), _episode_of(workflow.workflow_id)) for workflow in found)

    async def sweep(self, *, before: datetime) -> int:
        """Delete what was finished before then; returns how much. What became of it is in the catalogue."""
        swept = 0
        while found := await _listed(
            status=["SUCCESS", "ERROR", "CANCELLED"], completed_before=before.isoformat(), limit=_SWEPT_AT_ONCE
        ):
            await DBOS.delete_workflows_async([workflow.workflow_id for workflow in found])
            swept += len(found)
        return swept


@asynccontextmanager
async def open_engine(
    *,
    url: str,
    role: str,
    slot: str,
    work: Work,
    rhythm: Rhythm | None = None,
    pace: Pace | None = None,
    farewell: Farewell | None = None,
) -> AsyncIterator[Engine]:
    """The running engine on the database at `url`; leaving it lets running stages finish for a while.

    That is as long as the rhythm says, and within the `farewell` that is shared with others.

    `slot` names this process: with the same name it takes its own work back after a crash, and on PostgreSQL others
    take it over when it does not return (`pace`). Raises DataFolderBusy when another process has the name,
    CatalogUnavailable when PostgreSQL does not answer or the file cannot be written.
    """
    rhythm, pace = rhythm or Rhythm(), pace or Pace()
    is_embedded = url.startswith("sqlite:///")
    async with AsyncExitStack() as stack:
        held = None if is_embedded else await stack.enter_async_context(holding(url, slot, patience=rhythm.patience))
        if is_embedded:
            await asyncio.to_thread(prepare, Path(url.removeprefix("sqlite:///")))
        stack.push_async_callback(_close, rhythm.farewell, farewell or Farewell())
        with explained(place_of(parse_url(url))):
            engine = await _launched(url, role=role, slot=slot, work=work, rhythm=rhythm)
        await stack.enter_async_context(_beside(_sweeping(engine)))
        if held is not None:
            await stack.enter_async_context(_beside(relieve_the_dead(held, slot, pace=pace)))
        yield engine


async def _launched(url: str, *, role: str, slot: str, work: Work, rhythm: Rhythm) -> Engine:
    is_embedded = url.startswith("sqlite:///")
    DBOS(config=_config(url=url if is_embedded else libpq_url(url), slot=slot))
    workflows = Workflows(work, first_pause=rhythm.first_pause, suspect=rhythm.suspect)
    DBOS.listen_queues(list(ROLES[role]))
    with warnings.catch_warnings(), _untold():
        warnings.simplefilter("ignore", DeprecationWarning)  # inside the library's own start
        DBOS.launch()
    for name, settings in limits(is_shared=not is_embedded).items():
        await DBOS.register_queue_async(name, **settings)
    return Engine(workflows)


@contextmanager
def _untold() -> Iterator[None]:
    """What the library raises we tell in a sentence; it would log a hundred lines of trace before."""
    log = logging.getLogger("dbos")
    log.disabled = True
    try:
        yield
    finally:
        log.disabled = False


async def _close(longest: int, farewell: Farewell) -> None:
    seconds = min(longest, int(farewell.left()))
    # Off the loop: destroy() waits for the very workflows that need the loop to finish.
    await asyncio.to_thread(DBOS.destroy, destroy_registry=True, workflow_completion_timeout_sec=seconds)
    # DBOS had made its own pool the loop's, and has just closed it: what comes after needs one that works.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())


@asynccontextmanager
async def _beside(loop: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run an endless loop as long as the block runs."""
    task = asyncio.create_task(loop)
    task.add_done_callback(_tell_of_a_bug)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _tell_of_a_bug(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("What runs beside the engine has stopped.", exc_info=error)


async def _sweeping(engine: Engine) -> None:
    while True:
        try:
            swept = await engine.sweep(before=datetime.now(UTC) - _KEPT)
            if swept:
                _log.info("Deleted what was finished a week ago from the engine.", extra={"workflows": swept})
        except (SQLAlchemyError, CatalogUnavailable) as error:
            _log.warning("Could not clean the engine's database.", extra={"problem": str(error)})
        await asyncio.sleep(_SWEEP_EVERY)


async def _listed(**which: Any) -> list[WorkflowStatus]:
    """The workflows that the engine lists, by default without input. Raises CatalogUnavailable."""
    try:
        return await DBOS.list_workflows_async(**{"load_input": False, "load_output": False, **which})
    except (SQLAlchemyError, errors.DBOSException) as error:
        complaint = str(error).partition("\n")[0]
        raise CatalogUnavailable(f"The engine's database cannot be read: {complaint}", retryable=True) from error


async def _lengths() -> Mapping[tuple[str, str], int]:
    found = await _listed(status=list(_STATES))
    lengths = dict.fromkeys(product(ROLES["all"], _STATES.values()), 0)
    for each in found:
        if each.queue_name in ROLES["all"]:
            lengths[each.queue_name, _STATES[each.status]] += 1
    return lengths


def _episode_of(workflow_id: str) -> str:
    return workflow_id.split(":")[1]


def _config(*, url: str, slot: str) -> DBOSConfig:
    return DBOSConfig(
        name="podsift",
        system_database_url=url,
        executor_id=slot,
        application_version=_SHAPE,
        serializer=DBOSPortableJSONSerializer(),
        sys_db_pool_size=_CONNECTIONS,
        log_level="ERROR",
        enable_otlp=False,
    )
