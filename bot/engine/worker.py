"""The work that the engine runs and the ticks that start it."""

import asyncio
import heapq
import logging
import random
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, timedelta
from typing import Final, Protocol

from bot import outbox
from bot.engine.buckets import Readers, bucket_of
from bot.engine.queues import Job, job_of
from bot.engine.workflows import Work
from bot.outbox import Messenger
from bot.texts.posts import digest_post
from bot.upkeep.growth import Upkeep
from pipeline import flows
from pipeline.adapters.catalog import ChannelRoster
from pipeline.domain.channel import Channel, DueDigest, due_digest
from pipeline.domain.digest import Delivery, Digest
from pipeline.domain.errors import CatalogUnavailable, PodsiftError, UnknownChannel, UnknownEpisode
from pipeline.flows import Pipeline, Stage
from pipeline.ports import DeliveryBook
from pipeline.steps.scan import Scan

_TOO_LATE: Final = "Within four hours there was nothing good enough to post, or the service did not run."
_SCANS_AT_ONCE: Final = 8
_DUE_AT_ONCE: Final = 50_000
_READ_AT_ONCE: Final = 2_000
"""Feeds of one run of a bucket; what is left is read by the next."""
_PUT_OFF: Final = timedelta(hours=1)
_AHEAD: Final = 500
"""So many episodes are queued at once; what is new is queued however many there are."""

_log = logging.getLogger(__name__)


class Starter(Protocol):
    """Starts durable work; the same id starts once. The engine is one."""

    async def start_scans(self, buckets: Iterable[int], *, tick: str) -> None:
        """Read the due feeds of these buckets, but for those that are being read."""
        ...

    async def start_episode(self, job: Job) -> None:
        """Take an episode through its stages."""
        ...

    async def start_digest(self, channel_id: str, *, day: str) -> None:
        """Build and post a channel's digest of an ISO date."""
        ...

    async def under_way(self) -> frozenset[tuple[str, int]]:
        """Episode id and attempt of all that is queued or runs."""
        ...

    async def abandoned(self) -> tuple[tuple[Stage, str], ...]:
        """Stage and episode id of what was given up; asking takes it off the list."""
        ...


class Worker:
    """Does what is due. Everything may be asked for twice: the catalogue says what is done already."""

    def __init__(
        self,
        pipeline: Pipeline,
        *,
        roster: ChannelRoster,
        deliveries: DeliveryBook,
        messengers: Mapping[str, Messenger],
        hold_after: int,
        upkeep: Upkeep,
    ) -> None:
        self._pipeline = pipeline
        self._roster = roster
        self._deliveries = deliveries
        self._messengers = messengers
        self._hold_after = hold_after
        self._upkeep = upkeep
        self._sending = asyncio.Lock()
        self._readers = Readers()

    def work(self) -> Work:
        """What the engine calls."""
        return Work(
            scan=self._scan,
            run_stage=self._run_stage,
            give_up=self._give_up,
            post_digest=self._post_digest,
            forget_old=self._upkeep.forget_old,
        )

    async def scan(self, feed_id: str) -> Scan:
        """Read one feed and store what it says."""
        jitter = random.random()  # noqa: S311  it spreads load, it guards nothing
        return await flows.scan(feed_id, self._pipeline, hold_after=self._hold_after, jitter=jitter)

    async def scan_all(self, feed_ids: tuple[str, ...]) -> tuple[Scan, ...]:
        """Read these feeds, a few at a time; one that fails is told in its own result."""
        slots = asyncio.Semaphore(_SCANS_AT_ONCE)

        async def scan(feed_id: str) -> Scan:
            async with slots:
                return await self.scan(feed_id)

        async with asyncio.TaskGroup() as group:
            scans = [group.create_task(scan(feed_id)) for feed_id in feed_ids]
        return tuple(task.result() for task in scans)

    async def start_waiting(self, engine: Starter, feed_id: str | None = None) -> tuple[str, ...]:
        """Start every waiting episode (of one feed, or all) that was not started; returns the ids of all waiting.

        Old episodes are started a few hundred at a time, so that an archive fills no queue.
        """
        waiting = await self._pipeline.episodes.waiting(feed_id)
        under_way = await engine.under_way() if waiting else frozenset()
        room, now = _AHEAD - len(under_way), self._pipeline.clock.now()
        for job in (job_of(episode, now) for episode in waiting):
            if (job.episode_id, job.attempt) not in under_way and (room > 0 or not job.is_old):
                await engine.start_episode(job)
                room -= 1
        return tuple(episode.id for episode in waiting)

    async def take_up(self, engine: Starter) -> None:
        """Go on where the last process stopped, however it stopped."""
        for stage, episode_id in await engine.abandoned():
            problem = f"It stopped the service several times while it was at “{stage.value}”, so it is left alone."
            with suppress(UnknownEpisode):
                await flows.give_up(episode_id, PodsiftError(problem), self._pipeline)
        await self.start_waiting(engine)

    async def post_digest(self, channel: Channel, day: date) -> tuple[Digest, Delivery | None]:
        """Build the channel's digest of that day and deliver it once; without items there is no delivery yet."""
        async with self._sending:  # within this process; between processes the engine's ids decide
            digest = await flows.digest(channel.id, day, self._pipeline, workspace=channel.workspace)
            if not digest.picks:
                return digest, None
            delivery = await outbox.deliver(
                digest_post(digest),
                channel=channel,
                day=day,
                book=self._deliveries,
                messenger=self._messenger(channel),
                clock=self._pipeline.clock,
            )
            return digest, delivery

    async def scan_due(self, engine: Starter) -> None:
        """The tick that starts the reading of every feed that is due, and whatever waits."""
        now = self._pipeline.clock.now()
        due = await self._pipeline.feeds.due(now, limit=_DUE_AT_ONCE)
        if buckets := {bucket_of(feed.url) for feed in due}:
            await engine.start_scans(buckets, tick=f"{now:%Y%m%dT%H%M%S}")
        await self._pipeline.retries.due_retries(now)
        await self.take_up(engine)

    async def post_due(self, engine: Starter) -> None:
        """The tick that starts every digest that is due, and settles the days that were missed."""
        now = self._pipeline.clock.now()
        for channel in await self._roster.all():
            since = channel.local_date(now) - timedelta(days=2)
            settled = await self._deliveries.settled_days(channel.id, since=since)
            due = due_digest(channel, now, settled)
            if due is not None:
                await self._settle_or_start(channel, due, engine)

    async def _settle_or_start(self, channel: Channel, due: DueDigest, engine: Starter) -> None:
        if due.is_too_late:
            await outbox.skip(channel, due.day, note=_TOO_LATE, book=self._deliveries, clock=self._pipeline.clock)
            return
        # A day without anything good is not settled yet: a late transcript may still bring something.
        digest = await flows.digest(channel.id, due.day, self._pipeline, workspace=channel.workspace, keep=False)
        if digest.picks:
            await engine.start_digest(channel.id, day=due.day.isoformat())

    async def _scan(self, bucket: int) -> list[Job]:
        """Read what is due of a bucket; what waits beyond the first few hundred is started by the next tick."""
        due = await self._pipeline.feeds.due(self._pipeline.clock.now(), limit=_DUE_AT_ONCE)
        found: list[Job] = []

        async def read(feed_id: str) -> None:
            if await self._new_of(feed_id):
                jobs = await self._jobs(feed_id)
                found[:] = heapq.nsmallest(_AHEAD, (*found, *jobs), key=lambda job: job.rank)

        await self._readers.read([feed for feed in due if bucket_of(feed.url) == bucket][:_READ_AT_ONCE], read)
        return found

    async def _new_of(self, feed_id: str) -> int:
        try:
            return (await self.scan(feed_id)).new
        except CatalogUnavailable:
            raise
        except Exception as error:  # noqa: BLE001  the outermost door of a feed: one bad one never stops the others
            _log.warning("A feed could not be read for a fault of ours.", extra={"feed": feed_id}, exc_info=error)
            await self._pipeline.feeds.put_off(feed_id, until=self._pipeline.clock.now() + _PUT_OFF)
            return 0

    async def _jobs(self, feed_id: str) -> list[Job]:
        now = self._pipeline.clock.now()
        return [job_of(episode, now) for episode in await self._pipeline.episodes.waiting(feed_id)]

    async def _post_digest(self, channel_id: str, day: str) -> None:
        await self.post_digest(await self._channel(channel_id), date.fromisoformat(day))

    async def _run_stage(self, stage: Stage, episode_id: str) -> Stage | None:
        self._upkeep.room.expect()
        return await flows.run_stage(stage, episode_id, self._pipeline)

    async def _give_up(self, _stage: Stage, episode_id: str, error: PodsiftError) -> None:
        await flows.give_up(episode_id, error, self._pipeline)

    async def _channel(self, channel_id: str) -> Channel:
        found = [channel for channel in await self._roster.all() if channel.id == channel_id]
        if not found:
            raise UnknownChannel(channel_id)
        return found[0]

    def _messenger(self, channel: Channel) -> Messenger:
        platform = channel.id.partition(":")[0]
        if platform not in self._messengers:
            raise UnknownChannel(channel.name)
        return self._messengers[platform]
