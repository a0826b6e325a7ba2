"""The workflows: a feed's reading, an episode's stages, a channel's digest. Beside the engine they know DBOS too."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import astuple, dataclass
from typing import Any, Final

from dbos import DBOS, SetEnqueueOptions, SetWorkflowID

from bot.engine.queues import Job, is_in_parts, most_beside, queue_of
from bot.engine.verdicts import Verdict, is_worth_sending_again, last_of, verdict_on
from pipeline.domain.errors import PodsiftError
from pipeline.flows import Stage

_log = logging.getLogger(__name__)

CRASHES: Final = 200
"""So many crashes during a stage, whosever they were, and it is left alone: the last barrier."""
_APART: Final = frozenset(Stage) - {Stage.TRANSCRIBE}
"""Transcription has processes of its own anyway."""

TAKEN_OVER: Final = "crashes"
"""The attribute with the crashes before another process took the work over: the engine's own count starts anew then."""

_SECONDS_OF: Final = {Stage.INGEST: 600.0, Stage.TRANSCRIBE: 12 * 3600.0, Stage.ANALYSE: 3600.0, Stage.INDEX: 900.0}
_UNDER_WAY: Final = ["ENQUEUED", "PENDING", "DELAYED"]
_TRIES: Final = 4
_SECONDS_OF_A_SCAN: Final = 600.0
_CRASHES_OF_A_SCAN: Final = 3
"""A run that is lost is no harm: its feeds stay due, and the next tick starts another."""


@dataclass(frozen=True, slots=True)
class Work:
    """What the engine runs. Each function is safe to run twice with the same arguments."""

    scan: Callable[[int], Awaitable[None]]
    """Read the feeds of this bucket that are due, in bounded time. What is new waits until a tick starts it."""
    run_stage: Callable[[Stage, str], Awaitable[Stage | None]]
    give_up: Callable[[Stage, str, PodsiftError], Awaitable[None]]
    post_digest: Callable[[str, str], Awaitable[None]]
    """Build and deliver the digest of a channel on an ISO date."""
    forget_old: Callable[[], Awaitable[None]] | None = None
    """Forget what was said in episodes that are older than their words are kept; None: they are kept for ever."""
    run_apart: Callable[[Stage, str], Awaitable[Verdict]] | None = None
    """Run a stage, or what of it may kill, in a process of its own; raises PodsiftError when that does not survive."""


class Workflows:
    """The registered workflows. Made once per process, when the engine opens: nothing happens at import."""

    def __init__(self, work: Work, *, first_pause: float, suspect: int) -> None:
        self._work = work
        self._first_pause = first_pause
        self._suspect = suspect
        self._has_room = self._register_room()
        self._stages = {stage: self._register_stage(stage) for stage in Stage}
        self.scan = self._register_scan()
        self.digest = self._register_digest()
        self.forgetting = self._register_forgetting()

    async def start_stage(
        self, stage: Stage, job: Job, *, pauses: int = 0, delay: float | None = None, reason: str = ""
    ) -> None:
        """Queue one stage of one attempt at an episode, for the first time or after so many pauses."""
        name = f"{stage.value}:{job.episode_id}:{job.attempt}" + (f":{pauses}" if pauses else "")
        what = (*astuple(job), pauses, reason)
        await start(queue_of(stage, job), self._stages[stage], name, *what, part=job.host, rank=job.rank, delay=delay)

    def _register_scan(self) -> Callable[[int], Any]:
        @DBOS.step(name="read_feeds", timeout_seconds=_SECONDS_OF_A_SCAN)
        async def read(bucket: int) -> None:
            await self._work.scan(bucket)

        @DBOS.workflow(name="scan", max_recovery_attempts=_CRASHES_OF_A_SCAN)
        async def scan(bucket: int) -> None:
            await read(bucket)

        return scan

    def _register_digest(self) -> Callable[[str, str], Any]:
        @DBOS.step(
            name="post_digest",
            retries_allowed=True,
            max_attempts=11,
            interval_seconds=10.0,
            backoff_rate=2.0,
            should_retry=is_worth_sending_again,
        )
        async def post(channel_id: str, day: str) -> None:
            await self._work.post_digest(channel_id, day)

        @DBOS.workflow(name="digest")
        async def digest(channel_id: str, day: str) -> None:
            await post(channel_id, day)

        return digest

    def _register_forgetting(self) -> Callable[[str], Any]:
        @DBOS.step(
            name="forget_old",
            retries_allowed=True,
            max_attempts=_TRIES,
            interval_seconds=60.0,
            should_retry=lambda error: isinstance(error, PodsiftError) and error.retryable,
        )
        async def forget() -> None:
            if self._work.forget_old is not None:
                await self._work.forget_old()

        @DBOS.workflow(name="forget")
        async def forgetting(_day: str) -> None:
            await forget()

        return forgetting

    def _register_stage(self, stage: Stage) -> Callable[..., Any]:
        run, give_up = self._register_run(stage), self._register_give_up(stage)

        @DBOS.workflow(name=stage.value, max_recovery_attempts=CRASHES)
        async def workflow(episode_id: str, attempt: int, rank: int, host: str, pauses: int, _reason: str) -> None:
            job = Job(episode_id, attempt, rank, host)
            try:
                result = await run(episode_id)
            except Exception as error:  # noqa: BLE001  the outermost door of an episode: one bad one never stops the others
                result = verdict_on(last_of(error)).as_result()
                _log.warning("A stage failed.", extra={"stage": stage.value, "episode": episode_id}, exc_info=error)
            verdict = Verdict.of_result(result)
            if verdict.pause is not None:
                await self.start_stage(stage, job, pauses=pauses + 1, delay=verdict.pause, reason=verdict.problem or "")
            elif verdict.problem is not None:
                await give_up(episode_id, verdict.problem, verdict.may_go_well_later)
            elif verdict.following is not None:
                following = Stage(verdict.following)
                # What must be heard may wait for days: without room it is left to the ticks, which know its turn.
                if following is not Stage.TRANSCRIBE or await self._has_room(queue_of(following, job), job.is_old):
                    await self.start_stage(following, job)

        return workflow

    def _register_run(self, stage: Stage) -> Callable[[str], Any]:
        @DBOS.step(
            name=f"run_{stage.value}",
            retries_allowed=True,
            max_attempts=_TRIES,
            interval_seconds=self._first_pause,
            backoff_rate=3.0,
            should_retry=lambda error: isinstance(error, PodsiftError),
            timeout_seconds=_SECONDS_OF[stage],
        )
        async def run(episode_id: str) -> dict[str, Any]:
            # What no retry can mend is a result, not an exception: it must survive a crash word for word.
            try:
                if self._work.run_apart is not None and stage in _APART and await _crashes() >= self._suspect:
                    _log.warning("Runs a stage apart.", extra={"stage": stage.value, "episode": episode_id})
                    return (await self._work.run_apart(stage, episode_id)).as_result()
                return Verdict(following=await self._work.run_stage(stage, episode_id)).as_result()
            except PodsiftError as error:
                if error.retryable and not _is_last_try():
                    raise
                return verdict_on(error).as_result()

        return run

    def _register_room(self) -> Callable[[str, bool], Any]:
        @DBOS.step(name="has_room")
        async def has_room(queue: str, is_old: bool) -> bool:
            most = most_beside(is_old=is_old)
            found = await DBOS.list_workflows_async(
                queue_name=queue, status=_UNDER_WAY, limit=most, load_input=False, load_output=False
            )
            return len(found) < most

        return has_room

    def _register_give_up(self, stage: Stage) -> Callable[[str, str, bool], Any]:
        @DBOS.step(name=f"give_up_{stage.value}")
        async def give_up(episode_id: str, problem: str, later: bool) -> None:
            error = PodsiftError(problem)
            error.retryable = later
            await self._work.give_up(stage, episode_id, error)

        return give_up


async def _crashes() -> int:
    """How many processes have died while this workflow ran."""
    if DBOS.workflow_id is None:
        return 0
    [status] = await DBOS.list_workflows_async(workflow_ids=[DBOS.workflow_id], load_input=False, load_output=False)
    taken_over = int((status.attributes or {}).get(TAKEN_OVER, 0))
    return taken_over + (status.recovery_attempts or 1) - 1


def _is_last_try() -> bool:
    status = DBOS.step_status
    return status is not None and status.current_attempt is not None and status.current_attempt + 1 >= _TRIES


async def start(
    queue: str,
    workflow: Callable[..., Any],
    workflow_id: str,
    *arguments: object,
    part: str = "",
    rank: int | None = None,
    delay: float | None = None,
) -> None:
    """Queue a workflow under its id: a second time it does nothing. `delay` is in seconds.

    `part` is what some queues count by: a host, or a bucket of hosts.
    """
    key = (part or "nowhere") if is_in_parts(queue) else None
    with (
        SetWorkflowID(workflow_id),
        SetEnqueueOptions(queue_partition_key=key, priority=rank, delay_seconds=delay),
    ):
        await DBOS.enqueue_workflow_async(queue, workflow, *arguments)
