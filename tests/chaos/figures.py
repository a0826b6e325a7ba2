"""What a chaos run comes to: what is lost, what was done again, what was posted twice."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.chaos.fleet import Fleet
from tests.chaos.host import World
from tests.chaos.service import HEARD


@dataclass(frozen=True)
class Figures:
    """`expensive` and `cheap` say how often each kind of work was done, and how often again."""

    channels: int
    ready: int
    lost: int
    uneven: int
    expensive: dict[str, tuple[int, int]]
    cheap: dict[str, tuple[int, int]]
    posts: int
    double: int
    missing: int
    failed: tuple[str, ...]

    def is_good(self, cut: int) -> bool:
        """Nothing lost or doubled; of each piece of work that a kill has cut, at most the one step was done again."""
        is_cheap = sum(repeats for _, repeats in (*self.expensive.values(), *self.cheap.values())) <= cut
        return is_cheap and not (self.lost or self.uneven or self.double or self.missing)

    def lines(self, kills: int) -> Iterable[str]:
        """For people."""
        again = sum(repeats for _, repeats in self.expensive.values())
        yield f"expensive work done again: {again}, {again / max(kills, 1):.2f} for each of {kills} kills"
        yield f"channels: {self.channels}; episodes ready: {self.ready}; lost: {self.lost}"
        yield f"episodes with other insights than their copies: {self.uneven}"
        for kind, (done, again) in {**self.expensive, **self.cheap}.items():
            name = kind if kind in self.expensive else f"{kind} (cheap)"
            yield f"{name}: {done}, again: {again} ({again / max(kills, 1):.3f} a kill)"
        yield f"posts: {self.posts}; double: {self.double}, missing: {self.missing}"
        yield from (f"failed: {one}" for one in self.failed[:5])


def figures(fleet: Fleet, world: World, *, channels: int, episodes: int, indexed: int) -> Figures:
    """Compare what there is with a run in peace."""
    states = dict(fleet.rows("select state, count(*) from episode group by state"))
    ready = int(states.get("ready", 0))
    runs = fleet.rows("select count(*) from insight_run")[0][0]
    kinds = fleet.rows(
        "select title, count(distinct number) from (select e.title, e.id, (select count(*) from insight i"
        " where i.episode_id = e.id) as number from episode e) as counted group by title"
    )
    posts = Counter(channel for channel, _ in world.posts.elements() if "chaos" in channel)
    transcripts = {path: n for path, n in world.fetches.items() if path.rpartition(".")[2] in {"vtt", "srt", "json"}}
    failed = fleet.rows("select title, reason from episode where state = 'failed'")
    return Figures(
        channels=channels,
        ready=ready,
        lost=sum(episodes - there for there in (ready, runs, indexed)),
        uneven=sum(number != 1 for _, number in kinds),
        expensive={
            "audio downloads": _again(Counter({p: n for p, n in world.fetches.items() if p.endswith("mp3")})),
            "chunks heard": _again(_told(fleet, HEARD, "chunk")),
            "model replies": _again(world.replies),
        },
        cheap={
            "feeds read": _again(Counter({p: n for p, n in world.fetches.items() if p.endswith("xml")})),
            "transcripts fetched": _again(Counter(transcripts)),
            "analyses": _again(_told(fleet, "Extracted insights.", "episode")),
            "indexings": _again(_told(fleet, "Indexed an episode.", "episode")),
        },
        posts=sum(posts.values()),
        double=sum(posts.values()) - len(posts),
        missing=channels - len(posts),
        failed=tuple(f"{title}: {reason}" for title, reason in failed),
    )


def _told(fleet: Fleet, sentence: str, key: str) -> Counter[Any]:
    return Counter(line[key] for line in fleet.said(sentence))


def _again(counted: Counter[Any]) -> tuple[int, int]:
    return counted.total(), counted.total() - len(counted)
