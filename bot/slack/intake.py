"""From hearing to doing: everything is kept before Slack is told that we have it, and done once.

What Slack was told that we have comes never again: what a crash cuts off is found at the next start, in the journal
where there is one, else in the inbox. The journal is there because the catalogue may be busy longer than Slack waits.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, Protocol

from bot.slack.attention import could_be_ours, is_for_us
from bot.slack.hearing import Heard, Kind
from bot.slack.place import PLATFORM, channel_id, workspace_id
from bot.slack.web import Pause
from pipeline.adapters.arrival_journal import ArrivalJournal
from pipeline.adapters.catalog import Inbox, Threads
from pipeline.domain.conversation import Arrived, Talk
from pipeline.domain.errors import CatalogUnavailable, DeliveryUnknown, PodsiftError
from pipeline.ports import Clock

_STILL_WANTED: Final = timedelta(hours=12)
"""An answer that comes later than this would surprise more than it helps."""
_KEPT_FOR: Final = timedelta(days=7)
_MOST_STARTS: Final = 3
"""What was cut off so often may be what cuts us off."""
_TRIES: Final = 4
_FIRST_PAUSE: Final = 2.0
_LONGEST_PAUSE: Final = 120.0

_log = logging.getLogger(__name__)


class Deals(Protocol):
    """Does what was heard."""

    async def deal_with(self, heard: Heard, *, again: bool) -> None:
        """Do it; with `again` an earlier try may have got through. Raises DeliveryError."""
        ...


class Intake:
    """Takes in what Slack says. Open it with `open_intake`."""

    def __init__(
        self,
        desk: Deals,
        *,
        inbox: Inbox,
        threads: Threads,
        clock: Clock,
        journal: ArrivalJournal | None = None,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._desk = desk
        self._inbox = inbox
        self._journal = journal
        self._threads = threads
        self._clock = clock
        self._pause = pause
        self._tasks: set[asyncio.Task[None]] = set()

    async def accept(self, heard: Heard) -> None:
        """Keep it and start on it, unless it is known already or not for us. Raises CatalogUnavailable."""
        if not could_be_ours(heard, None) and not (heard.is_reply and await self._talk(heard)):
            return
        arrived = Arrived(workspace_id(heard.team), heard.event_id, heard.to_json())
        if self._journal is None:
            if await self._is_taken_in(arrived, heard):
                self._start(arrived, heard, again=False)
        elif self._journal.keep(arrived):
            self._begin(self._take_in(self._journal, arrived, heard), name=arrived.event_id)

    async def catch_up(self, heard: Heard) -> bool:
        """Deal with what we did not hear when it was said; whether it is new to us. Raises CatalogUnavailable."""
        arrived = Arrived(workspace_id(heard.team), heard.event_id, heard.to_json())
        is_new = await self._inbox.put(arrived)
        if is_new:
            self._start(arrived, heard, again=True)
        return is_new

    def beside(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something that belongs to hearing while we hear, for example read up on what was missed."""
        self._begin(work, name="beside")

    async def resume(self) -> None:
        """Take up what the last process did not finish. Raises CatalogUnavailable."""
        now = self._clock.now()
        await self._inbox.forget(now - _KEPT_FOR)
        if self._journal is not None:
            for left in self._journal.left:
                await self._is_taken_in(left, Heard.from_json(left.body))
                self._journal.hand_on(left)
        for left in await self._inbox.open_since(now - _STILL_WANTED, platform=PLATFORM):
            taken = await self._inbox.take_again(left)
            if taken is None:
                continue
            if taken.attempt > _MOST_STARTS:
                _log.warning("Gave an event up.", extra={"event_id": left.event_id, "starts": left.attempt})
                await self._inbox.finish(taken)
                continue
            self._start(taken, Heard.from_json(taken.body), again=True)

    async def idle(self) -> None:
        """Wait until everything that was started is done."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def stop(self) -> None:
        """Leave what runs; it stays in the inbox."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _take_in(self, journal: ArrivalJournal, arrived: Arrived, heard: Heard) -> None:
        """From the journal into the inbox, however long the catalogue takes, and on."""
        pause = _FIRST_PAUSE
        while True:
            try:
                is_new = await self._is_taken_in(arrived, heard)
            except CatalogUnavailable as error:
                _log.warning("Could not put what arrived into the inbox.", extra={"problem": str(error)})
                await self._pause(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
            else:
                break
        journal.hand_on(arrived)
        if is_new:
            await self._work(arrived, heard, again=False)

    async def _is_taken_in(self, arrived: Arrived, heard: Heard) -> bool:
        """Put it into the inbox if it is for us; whether it is, and new. Raises CatalogUnavailable."""
        if heard.kind is Kind.MESSAGE and not await self._is_for_us(heard):
            return False
        return await self._inbox.put(arrived)

    async def _is_for_us(self, heard: Heard) -> bool:
        talk = await self._talk(heard) if heard.is_reply else None
        if is_for_us(heard, talk):
            return True
        here, workspace = channel_id(heard.team, heard.conversation), workspace_id(heard.team)
        heard_them = replace(talk or Talk(), last_speaker=heard.user)
        await self._threads.save(here, heard.thread, heard_them, workspace=workspace)
        return False

    async def _talk(self, heard: Heard) -> Talk | None:
        here, workspace = channel_id(heard.team, heard.conversation), workspace_id(heard.team)
        return await self._threads.find(here, heard.thread, workspace=workspace)

    def _start(self, arrived: Arrived, heard: Heard, *, again: bool) -> None:
        self._begin(self._work(arrived, heard, again=again), name=arrived.event_id)

    def _begin(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def _work(self, arrived: Arrived, heard: Heard, *, again: bool) -> None:
        for number in range(_TRIES):
            try:
                await self._desk.deal_with(heard, again=again or number > 0)
            except PodsiftError as error:
                is_last = number == _TRIES - 1
                if is_last or not (error.retryable or isinstance(error, DeliveryUnknown)):
                    _log.warning("Could not answer.", extra={"kind": heard.kind.value, "problem": str(error)})
                    break
                pause = float(getattr(error, "retry_after", _FIRST_PAUSE * 2**number))
                await self._pause(min(pause, _LONGEST_PAUSE))
            else:
                break
        await self._inbox.finish(arrived)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("Failed to answer.", exc_info=error)


@asynccontextmanager
async def open_intake(
    desk: Deals,
    *,
    inbox: Inbox,
    threads: Threads,
    clock: Clock,
    journal: ArrivalJournal | None = None,
    pause: Pause = asyncio.sleep,
) -> AsyncIterator[Intake]:
    """The intake, with what the last process left taken up."""
    intake = Intake(desk, inbox=inbox, threads=threads, clock=clock, journal=journal, pause=pause)
    await intake.resume()
    try:
        yield intake
    finally:
        await intake.stop()
