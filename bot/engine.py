"""Durable workflows: the only file that knows DBOS.

Every stage of an episode is one workflow with an id made of stage, episode and attempt, so starting it twice starts
it once. A workflow passes on ids only; what is expensive is in the catalogue the moment it exists, and a stage that is
run again finds it there.
"""

import asyncio
import logging
import sqlite3
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from typing import Any, Final

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID

from pipeline.domain.errors import DeliveryUnknown, PodsiftError
from pipeline.flows import FIRST_STAGE, Stage

_log = logging.getLogger(__name__)

_SHAPE: Final = "1"
"""Raised only when the shape of a workflow breaks: DBOS then leaves what is in flight to the old version."""

_QUEUES: Final[dict[str, dict[str, Any]]] = {
    "ingest": {"worker_concurrency": 8, "polling_interval_sec": 0.1},
    "gpu": {"worker_concurrency": 1, "polling_interval_sec": 1.0},
    "llm": {"global_concurrency": 6, "polling_interval_sec": 0.1},
    "index": {"global_concurrency": 1, "polling_interval_sec": 0.1},
    "post": {"worker_concurrency": 4, "polling_interval_sec": 0.5},
}
_ROLES: Final[dict[str, tuple[str, ...]]] = {
    "all": tuple(_QUEUES),
    "bot": ("post",),
    "worker": ("ingest", "llm", "index"),
    "gpu": ("gpu",),
}
_QUEUE_OF: Final = {Stage.INGEST: "ingest", Stage.TRANSCRIBE: "gpu", Stage.ANALYSE: "llm", Stage.INDEX: "index"}
_SECONDS_OF: Final = {Stage.INGEST: 600.0, Stage.TRANSCRIBE: 12 * 3600.0, Stage.ANALYSE: 3600.0, Stage.INDEX: 900.0}
_CRASHES: Final = 50
"""So many crashes during a stage, and it is left alone. Whatever ran beside a poison episode counts its crashes too, so
a small number would give up the innocent; what may really crash, transcription, has a process of its own."""


@dataclass(frozen=True, slots=True)
class Work:
    """What the engine runs. Each function is safe to run twice with the same arguments."""

    scan: Callable[[str], Awaitable[list[tuple[str, int]]]]
    """Read the feed with this id; returns id and attempt of each of its episodes that wait."""
    run_stage: Callable[[Stage, str], Awaitable[Stage | None]]
    give_up: Callable[[Stage, str, PodsiftError], Awaitable[None]]
    post_digest: Callable[[str, str], Awaitable[None]]
    """Build and deliver the digest of a channel on an ISO date."""


class Engine:
    """Starts durable work; everything started is finished by this process or, after a crash, by the next."""

    def __init__(self, workflows: "_Workflows") -> None:
        self._workflows = workflows

    async def start_scan(self, feed_id: str, *, tick: str) -> None:
        """Read a feed; the same `tick` starts it once."""
        await _start("ingest", self._workflows.scan, f"scan:{feed_id}:{tick}", feed_id)

    async def start_episode(self, episode_id: str, *, attempt: int) -> None:
        """Take an episode through its stages; the same attempt starts once."""
        await self._workflows.start_stage(FIRST_STAGE, episode_id, attempt)

    async def start_digest(self, channel_id: str, *, day: str) -> None:
        """Build and post a channel's digest of an ISO date, once."""
        await _start("post", self._workflows.digest, f"digest:{channel_id}:{day}", channel_id, day)

    async def abandoned(self) -> tuple[tuple[Stage, str], ...]:
        """Stage and episode id of what the engine has given up without our doing; asking takes it off the list.

        That is what crashed the process too often, and what failed while its failure was being recorded.
        """
        found = await DBOS.list_workflows_async(
            status=["MAX_RECOVERY_ATTEMPTS_EXCEEDED", "ERROR"],
            name=[stage.value for stage in Stage],
            load_output=False,
        )
        await DBOS.delete_workflows_async([workflow.workflow_id for workflow in found])
        return tuple((Stage(workflow.name), _episode_of(workflow.workflow_id)) for workflow in found)


@asynccontextmanager
async def open_engine(*, url: str, role: str, slot: str, work: Work, first_pause: float = 2.0) -> AsyncIterator[Engine]:
    """The running engine on the database at `url`; leaving it lets running stages finish for twenty seconds.

    `slot` names this process: with the same name it takes its own work back after a crash. `first_pause` in seconds
    is waited before a stage is tried again; each pause after it is three times as long.
    """
    if url.startswith("sqlite:///"):
        await asyncio.to_thread(_use_wal, url.removeprefix("sqlite:///"))
    DBOS(config=_config(url=url, slot=slot))
    workflows = _Workflows(work, first_pause=first_pause)
    queues = _ROLES[role]
    DBOS.listen_queues(list(queues))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # inside the library's own start
        DBOS.launch()
    for name, limits in _QUEUES.items():
        await DBOS.register_queue_async(name, **limits)
    try:
        yield Engine(workflows)
    finally:
        # Off the loop: destroy() waits for the very workflows that need the loop to finish.
        await asyncio.to_thread(DBOS.destroy, destroy_registry=True, workflow_completion_timeout_sec=20)
        # DBOS had made its own pool the loop's, and has just closed it: what comes after needs one that works.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())


class _Workflows:
    """The registered workflows. Made once per process, when the engine opens: nothing happens at import."""

    def __init__(self, work: Work, *, first_pause: float) -> None:
        self._work = work
        self._first_pause = first_pause
        self._stages = {stage: self._register_stage(stage) for stage in Stage}
        self.scan = self._register_scan()
        self.digest = self._register_digest()

    async def start_stage(self, stage: Stage, episode_id: str, attempt: int) -> None:
        """Queue one stage of one attempt at an episode."""
        await _start(
            _QUEUE_OF[stage], self._stages[stage], f"{stage.value}:{episode_id}:{attempt}", episode_id, attempt
        )

    def _register_scan(self) -> Callable[[str], Any]:
        @DBOS.step(name="read_feed")
        async def read(feed_id: str) -> list[tuple[str, int]]:
            return await self._work.scan(feed_id)

        @DBOS.workflow(name="scan")
        async def scan(feed_id: str) -> None:
            for episode_id, attempt in await read(feed_id):
                await self.start_stage(FIRST_STAGE, episode_id, attempt)

        return scan

    def _register_digest(self) -> Callable[[str, str], Any]:
        @DBOS.step(
            name="post_digest",
            retries_allowed=True,
            max_attempts=11,
            interval_seconds=10.0,
            backoff_rate=2.0,
            should_retry=_may_be_sent_later,
        )
        async def post(channel_id: str, day: str) -> None:
            await self._work.post_digest(channel_id, day)

        @DBOS.workflow(name="digest")
        async def digest(channel_id: str, day: str) -> None:
            await post(channel_id, day)

        return digest

    def _register_stage(self, stage: Stage) -> Callable[[str, int], Any]:
        @DBOS.step(
            name=f"run_{stage.value}",
            retries_allowed=True,
            max_attempts=4,
            interval_seconds=self._first_pause,
            backoff_rate=3.0,
            should_retry=_may_go_well_later,
            timeout_seconds=_SECONDS_OF[stage],
        )
        async def run(episode_id: str) -> dict[str, Any]:
            # What no retry can mend is a result, not an exception: it must survive a crash word for word.
            try:
                return {"next": await self._work.run_stage(stage, episode_id), "problem": None}
            except PodsiftError as error:
                if error.retryable:
                    raise
                return {"next": None, "problem": str(error)}

        @DBOS.step(name=f"give_up_{stage.value}")
        async def give_up(episode_id: str, problem: str, later: bool) -> None:
            error = PodsiftError(problem)
            error.retryable = later
            await self._work.give_up(stage, episode_id, error)

        @DBOS.workflow(name=stage.value, max_recovery_attempts=_CRASHES)
        async def workflow(episode_id: str, attempt: int) -> None:
            try:
                result = await run(episode_id)
            except Exception as error:  # noqa: BLE001  the outermost door of an episode: one bad one never stops the others
                result = {"next": None, "problem": _sentence(error), "later": _may_go_well_later(_last(error))}
                _log.warning("A stage failed.", extra={"stage": stage.value, "episode": episode_id}, exc_info=error)
            if (problem := result["problem"]) is not None:
                await give_up(episode_id, problem, result.get("later", False))
            elif (following := result["next"]) is not None:
                await self.start_stage(Stage(following), episode_id, attempt)

        return workflow


def _episode_of(workflow_id: str) -> str:
    return workflow_id.split(":")[1]


async def _start(queue: str, workflow: Callable[..., Any], workflow_id: str, *arguments: object) -> None:
    with SetWorkflowID(workflow_id):
        await DBOS.enqueue_workflow_async(queue, workflow, *arguments)


def _may_be_sent_later(error: BaseException) -> bool:
    # Eleven tries span the hours in which a late post is still wanted; each looks for the post before it sends.
    return isinstance(error, DeliveryUnknown) or _may_go_well_later(error)


def _may_go_well_later(error: BaseException) -> bool:
    return isinstance(error, PodsiftError) and error.retryable


def _last(error: Exception) -> Exception:
    """Why the last try failed."""
    tries: list[Exception] = getattr(error, "errors", None) or [error]
    return tries[-1]


def _sentence(error: Exception) -> str:
    """What went wrong, for people: the last of our own errors, or the kind of a bug that the log has in full."""
    last = _last(error)
    if isinstance(last, PodsiftError):
        return str(last)
    return f"An unexpected {type(last).__name__} stopped it; the log says where."


def _config(*, url: str, slot: str) -> DBOSConfig:
    return DBOSConfig(
        name="podsift",
        system_database_url=url,
        executor_id=slot,
        application_version=_SHAPE,
        serializer=DBOSPortableJSONSerializer(),
        log_level="ERROR",
        enable_otlp=False,
    )


def _use_wal(path: str) -> None:
    """DBOS leaves SQLite's journal as it is; write-ahead logging is five times faster and kept in the file."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma journal_mode=wal")
