"""The queues of the engine: which work goes where, who does it, how much at once and in which order."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from pipeline.domain.episode import Episode
from pipeline.domain.feed import BUCKETS, host_of
from pipeline.flows import Stage

ROLES: Final = MappingProxyType(
    {
        "all": ("scan", "ingest", "backfill", "gpu", "llm", "index", "post"),
        "bot": ("post",),
        "poster": ("post",),
        "web": (),
        "worker": ("scan", "ingest", "backfill", "llm", "index"),
        "gpu": ("gpu",),
    }
)
"""The queues that a process of this role works on."""

FEEDS_AT_ONE_HOST: Final = 2
_NEW_AT_ONE_HOST: Final = 1
_OLD_AT_ONE_HOST: Final = 1
"""Feeds, new and old episodes at one host at once, by all processes together. That is four, as a browser would ask."""
_OLD: Final = 9
_MOST_WITH_OLD: Final = 500
_MOST_WITH_NEW: Final = 1_000
_QUEUE_OF: Final = MappingProxyType(
    {Stage.INGEST: "ingest", Stage.TRANSCRIBE: "gpu", Stage.ANALYSE: "llm", Stage.INDEX: "index"}
)


@dataclass(frozen=True, slots=True)
class Job:
    """An episode that may start. `rank` 1 goes first; `host` is the server that its words come from."""

    episode_id: str
    attempt: int
    rank: int = 1
    host: str = ""

    @property
    def is_old(self) -> bool:
        """Whether it is backfill, which never delays what is new."""
        return self.rank >= _OLD


def job_of(episode: Episode, now: datetime) -> Job:
    """The newer an episode is, the sooner it goes; what was old when its feed was added goes last."""
    rank = _OLD if episode.backfill else 1 + max(0, min((now - episode.when).days, _OLD - 2))
    offered = [offer.url for offer in episode.found.transcripts]
    return Job(episode.id, episode.attempt, rank, host_of(offered[0] if offered else episode.feed_url))


def most_beside(*, is_old: bool) -> int:
    """An episode is queued beside fewer others than that: what is new finds room however long the back-fill is."""
    return _MOST_WITH_OLD if is_old else _MOST_WITH_NEW


def queue_of(stage: Stage, job: Job) -> str:
    """The queue of this stage. The first stage of old episodes has its own: it can fill no other."""
    return "backfill" if stage is Stage.INGEST and job.is_old else _QUEUE_OF[stage]


def is_in_parts(queue: str) -> bool:
    """Whether the queue counts what runs for each host, or bucket of hosts, over all processes."""
    return queue in {"scan", "ingest", "backfill"}


def limits(*, is_shared: bool) -> Mapping[str, Mapping[str, Any]]:
    """What may run at once, by queue. `worker_…` is for one process, everything else for all of them together.

    With `is_shared` the database is a server that many processes ask, so they ask it less often.
    """
    often = 0.5 if is_shared else 0.1
    return {
        # A run of a bucket costs the engine the same however many feeds it reads, so one process may read all.
        "scan": {"worker_concurrency": BUCKETS, "partition_concurrency": 1, "polling_interval_sec": often},
        "ingest": {"worker_concurrency": 8, "partition_concurrency": _NEW_AT_ONE_HOST, "polling_interval_sec": often},
        "backfill": {
            "worker_concurrency": 4,
            "partition_concurrency": _OLD_AT_ONE_HOST,
            "polling_interval_sec": often,
        },
        "gpu": {"worker_concurrency": 1, "polling_interval_sec": 1.0},
        "llm": {"global_concurrency": 6, "polling_interval_sec": often},
        "index": {"global_concurrency": 4 if is_shared else 1, "polling_interval_sec": often},
        "post": {"worker_concurrency": 4, "polling_interval_sec": 0.5},
    }
