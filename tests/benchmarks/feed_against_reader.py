"""Polling feeds that did and did not change, in ratios against lemon24/reader, both with their stores.

`python -m tests.benchmarks.feed_against_reader [FEEDS]` (60 feeds of 92 KB: about 50 s). The library is no dependency
of ours: `pip install reader sgmllib3k` beside this project, or nothing is compared. Both keep a database file.
"""

import asyncio
import importlib.util
import sys
import tempfile
from typing import Final

from tests.peers.feed_farm import Farm, feed_farm
from tests.peers.measuring import Cost, in_child, measured, tell
from tests.peers.scanning import scanner

_TARGETS: Final = {"unchanged": 40, "changed": 20, "not modified": 5}


def main() -> None:
    """Print what one feed of each kind costs both, and the ratios."""
    if importlib.util.find_spec("reader") is None:
        print("Nothing to compare with: “pip install reader sgmllib3k” here, or into a folder on PYTHONPATH.")
        return
    feeds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    for kind, target in _TARGETS.items():
        costs: dict[str, Cost] = {}
        for side in ("ours", "reader"):
            with feed_farm(feeds=feeds * 40, sizes=(92,)) as farm:
                (costs[side],) = in_child("tests.benchmarks.feed_against_reader", side, farm.port, kind, feeds)
        ours, reader = costs["ours"], costs["reader"]
        assert ours.new == reader.new == (feeds if kind == "changed" else 0)
        each = f"ours {ours.seconds / feeds * 1e3:.2f}, reader {reader.seconds / feeds * 1e3:.2f} CPU ms a feed"
        print(f"{kind}: {each}, {ours.new} new; reader / ours {reader.seconds / ours.seconds:.1f} (target {target})")


def _urls(farm: Farm, kind: str, feeds: int) -> list[str]:
    alike = [number for number in range(feeds * 40) if farm.kind(number) == kind]
    return [farm.url(number) for number in alike[:feeds]]


async def _ours(farm: Farm, urls: list[str]) -> Cost:
    async with scanner(urls) as feeds:
        await feeds.scan()
        farm.turn()
        return await measured(feeds.scan)


async def _reader(farm: Farm, urls: list[str]) -> Cost:
    from reader import make_reader  # type: ignore[import-not-found]  # no dependency: see above

    with tempfile.TemporaryDirectory() as folder:
        reader = make_reader(f"{folder}/reader.db")
        for url in urls:
            reader.add_feed(url)
        reader.update_feeds(workers=8, scheduled=False)
        before = reader.get_entry_counts().total
        farm.turn()

        async def update() -> int:
            reader.update_feeds(workers=8, scheduled=False)
            return int(reader.get_entry_counts().total - before)

        return await measured(update)


if __name__ == "__main__":
    if sys.argv[1:2] in (["ours"], ["reader"]):
        visited = Farm(int(sys.argv[2]), int(sys.argv[4]) * 40)
        addresses = _urls(visited, sys.argv[3], int(sys.argv[4]))
        tell(asyncio.run((_ours if sys.argv[1] == "ours" else _reader)(visited, addresses)))
    else:
        main()
