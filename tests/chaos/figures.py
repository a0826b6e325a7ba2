"""What a chaos run comes to: what is lost, what was done again, what was posted twice."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import inf
from statistics import median
from typing import Any

from tests.chaos.fleet import Fleet
from tests.chaos.host import World
from tests.chaos.service import HEARD

_UNTIL_THE_COMMIT = 0.5
"""Seconds that storing a reply may take: about 0.1 with two cores and a load of ten, a few hundredths without."""
_LATE = 10
"""In so many kills one reply may have been there for longer and still be lost."""


@dataclass(frozen=True)
class Figures:
    """`expensive` and `cheap` say how often each kind of work was done, and how often again.

    `unkept` has the seconds from a model's answer to the kill for each reply that was lost and asked for again, and
    `calls_cut` is how many calls were under way when killed: those are paid, and nothing can save them.
    """

    channels: int
    ready: int
    lost: int
    uneven: int
    expensive: dict[str, tuple[int, int]]
    cheap: dict[str, tuple[int, int]]
    unkept: tuple[float, ...]
    calls_cut: int
    posts: int
    double: int
    missing: int
    failed: tuple[str, ...]

    def is_good(self, kills: int) -> bool:
        """Nothing lost or doubled, at most one step done again for each kill, and no reply lost that was there."""
        repeats = sum(again for _, again in self.expensive.values())
        late = sum(seconds > _UNTIL_THE_COMMIT for seconds in self.unkept)
        is_thrifty = repeats <= kills and late * _LATE <= kills
        return is_thrifty and not (self.lost or self.uneven or self.double or self.missing)

    def lines(self, kills: int) -> Iterable[str]:
        """For people."""
        again = sum(repeats for _, repeats in self.expensive.values())
        yield f"{'':32}{'done':>8}{'again':>8}{'a kill':>8}"
        for kind, (done, repeats) in {**self.expensive, **self.cheap}.items():
            name = kind if kind in self.expensive else f"{kind} (cheap)"
            yield f"{name:32}{done:8}{repeats:8}{repeats / max(kills, 1):8.2f}"
        yield f"expensive work done again: {again}, {again / max(kills, 1):.2f} a kill (at most 1)"
        late = sum(seconds > _UNTIL_THE_COMMIT for seconds in self.unkept)
        yield f"of it replies that had been there for over {_UNTIL_THE_COMMIT} s: {late} (at most {kills // _LATE})"
        if self.unkept:
            middle, longest = median(self.unkept) * 1000, max(self.unkept) * 1000
            yield f"from the model's answer to the kill: {middle:.0f} ms in the middle, {longest:.0f} ms at the most"
        yield f"model calls under way when killed: {self.calls_cut}, {self.calls_cut / max(kills, 1):.2f} a kill"
        yield f"channels: {self.channels}; episodes ready: {self.ready}; lost: {self.lost}"
        yield f"episodes with other insights than their copies: {self.uneven}"
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
            "model replies": _again(Counter(reply.asked for reply in world.replies)),
        },
        cheap={
            "feeds read": _again(Counter({p: n for p, n in world.fetches.items() if p.endswith("xml")})),
            "transcripts fetched": _again(Counter(transcripts)),
            "analyses": _again(_told(fleet, "Extracted insights.", "episode")),
            "indexings": _again(_told(fleet, "Indexed an episode.", "episode")),
        },
        unkept=tuple(_unkept(world)),
        calls_cut=world.cut,
        posts=sum(posts.values()),
        double=sum(posts.values()) - len(posts),
        missing=channels - len(posts),
        failed=tuple(f"{title}: {reason}" for title, reason in failed),
    )


def _unkept(world: World) -> Iterator[float]:
    """Endless for a reply that was asked for again though nobody died."""
    last = {reply.asked: reply for reply in world.replies}
    for reply in world.replies:
        if reply is not last[reply.asked]:
            yield world.deaths.get(reply.life, inf) - reply.at


def _told(fleet: Fleet, sentence: str, key: str) -> Counter[Any]:
    return Counter(line[key] for line in fleet.said(sentence))


def _again(counted: Counter[Any]) -> tuple[int, int]:
    return counted.total(), counted.total() - len(counted)
