"""The work that the engine runs and the ticks that start it."""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from bot import outbox
from bot.engine.apart import Apart
from bot.engine.queues import Job, job_of, most_beside
from bot.engine.readings import Readings
from bot.engine.verdicts import Verdict
from bot.outbox import Messenger
from bot.texts.posts import digest_post
from bot.upkeep.growth import Upkeep
from pipeline import flows
from pipeline.adapters.catalog import ChannelRoster
from pipeline.domain.channel import Channel, DueDigest, due_digest
from pipeline.domain.digest import Delivery, Digest
from pipeline.domain.errors import PodsiftError, UnknownChannel, UnknownEpisode
from pipeline.flows import FIRST_STAGE, Pipeline, Stage
from pipeline.ports import DeliveryBook
from pipeline.steps.scan import Scan

if TYPE_CHECKING:  # as in slot.py: its file imports DBOS, and the commands that need no engine go without
    from bot.engine.workflows import Work

_TOO_LATE: Final = "Within four hours there was nothing good enough to post, or the service did not run."


class Starter(Protocol):
    """Starts durable work; the same id starts once. The engine is one."""

    async def start_scans(self, buckets: Iterable[int], *, tick: str) -> None:
        """Read the due feeds of these buckets, but for those that are being read."""
        ...

    async def start_episode(self, job: Job, *, stage: Stage = FIRST_STAGE) -> None:
        """Take an episode through its stages from this one on."""
        ...

    async def start_digest(self, channel_id: str, *, day: str) -> None:
        """Build and post a channel's digest of an ISO date."""
        ...

    async def under_way(self) -> Mapping[tuple[str, int], Stage]:
        """Episode id and attempt of all that is queued or runs, with its stage."""
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
        apart: Apart,
    ) -> None:
        self._pipeline = pipeline
        self._roster = roster
        self._deliveries = deliveries
        self._messengers = messengers
        self._readings = Readings(pipeline, hold_after=hold_after, apart=apart)
        self._apart = apart
        self._upkeep = upkeep
        self._sending = asyncio.Lock()

    def work(self) -> "Work":
        """What the engine calls."""
        from bot.engine.workflows import Work

        return Work(
            scan=self._readings.read_due,
            run_stage=self._run_stage,
            give_up=self._give_up,
            post_digest=self._post_digest,
            forget_old=self._upkeep.forget_old,
            run_apart=self._run_apart,
        )

    async def scan(self, feed_id: str) -> Scan:
        """Read one feed and store what it says."""
        return await self._readings.read(feed_id)

    async def scan_all(self, feed_ids: tuple[str, ...]) -> tuple[Scan, ...]:
        """Read these feeds, a few at a time; one that fails is told in its own result."""
        return await self._readings.read_all(feed_ids)

    async def start_waiting(self, engine: Starter) -> None:
        """Start what waits as far as there is room, the newest first and back-fill last; the rest goes another time.

        What must be heard has a line of its own, so that a machine that transcribes nothing keeps nobody else waiting.
        """
        under_way = await engine.under_way()
        to_hear = sum(stage is Stage.TRANSCRIBE for stage in under_way.values())
        others = len(under_way) - to_hear
        # What was heard goes where the others are, so that it needs room there as well.
        for stage, before in ((Stage.TRANSCRIBE, max(to_hear, others)), (FIRST_STAGE, others)):
            new = await self._start_next(engine, stage, before, is_old=False, but=under_way)
            await self._start_next(engine, stage, before + new, is_old=True, but=under_way)

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
        if buckets := await self._pipeline.feed_line.due_buckets(now):
            await engine.start_scans(buckets, tick=f"{now:%Y%m%dT%H%M%S}")
        await self._pipeline.retries.due_retries(now)
        await self.take_up(engine)

    async def post_due(self, engine: Starter) -> None:
        """The tick that starts every digest that is due, and settles the days that were missed."""
        now = self._pipeline.clock.now()
        # Wherever a channel is, its yesterday began less than three days ago.
        settled = await self._deliveries.settled_days(since=now.date() - timedelta(days=3))
        for channel in await self._roster.all():
            due = due_digest(channel, now, settled.get(channel.id, frozenset()))
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

    async def _start_next(
        self, engine: Starter, stage: Stage, beside: int, *, is_old: bool, but: Collection[tuple[str, int]]
    ) -> int:
        """Start the next episodes of a line `beside` so many others; returns how many."""
        episodes = await self._pipeline.episode_line.next_up(
            most_beside(is_old=is_old) - beside, is_old=is_old, is_unheard=stage is Stage.TRANSCRIBE, but=but
        )
        now = self._pipeline.clock.now()
        for episode in episodes:
            await engine.start_episode(job_of(episode, now), stage=stage)
        return len(episodes)

    async def _post_digest(self, channel_id: str, day: str) -> None:
        await self.post_digest(await self._channel(channel_id), date.fromisoformat(day))

    async def _run_stage(self, stage: Stage, episode_id: str) -> Stage | None:
        self._upkeep.room.expect()
        return await flows.run_stage(stage, episode_id, self._pipeline)

    async def _run_apart(self, stage: Stage, episode_id: str) -> Verdict:
        verdict = await self._apart.run(stage, episode_id)
        if stage is not Stage.INDEX or verdict.problem is not None:
            return verdict
        # It was only rehearsed: the index is ours.
        return Verdict(following=await self._run_stage(stage, episode_id))

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
