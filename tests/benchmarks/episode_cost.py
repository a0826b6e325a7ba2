"""What an hour of talk costs: processor seconds of each stage, and room on the disk.

    python -m tests.benchmarks.episode_cost [HOURS]

One-hour episodes with a published transcript of about 9,000 words, mixed from the sample shows, go through every stage
on an installation of their own, without a language model. Prints seconds for an episode and gigabytes for 1,000 hours.
"""

import asyncio
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from bot.app import App, open_app
from bot.handover import Request
from bot.operations import perform
from bot.running import OWNER
from bot.sample_host import PUBLIC_SHOWS
from bot.settings import load_settings
from pipeline import flows
from pipeline.flows import FIRST_STAGE, Stage
from tests.peers.podcast_host import PodcastHost

_HOURS = 12
_CUE = 8
"""Seconds of a cue."""
_WORDS = 20
_FEED = """<?xml version="1.0"?><rss version="2.0" xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel>
<title>Long talk</title>{items}</channel></rss>"""
_ITEM = """<item><guid>{n}</guid><title>Hour {n}</title><enclosure url="{base}/{n}.mp3" type="audio/mpeg" length="1"/>
<podcast:transcript url="{base}/{n}.vtt" type="text/vtt"/></item>"""


async def main(hours: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        settings = load_settings(
            data=data, allow_networks="127.0.0.0/8", whisper_model="off", backfill=hours, _env_file=None
        )
        async with PodcastHost() as host:
            base = host.url().rstrip("/")
            items = "".join(_ITEM.format(n=n, base=base) for n in range(hours))
            address = host.serve("/feed.xml", _FEED.format(items=items).encode())
            for n in range(hours):
                host.serve(f"/{n}.vtt", _transcript(random.Random(n)).encode())
            async with open_app(settings) as app:
                empty = _sizes(data)
                await perform(app, OWNER, Request("add", {"address": address}), lambda _: None)
                spent = await _read(app)
                stock = await app.index.counts()
            full = _sizes(data)
    print(f"{hours} episodes of one hour, about {3600 // _CUE * _WORDS:,} words each; {stock.chunks} passages")
    for stage, seconds in spent.items():
        print(f"{stage:10} {seconds / hours:6.2f} processor seconds an episode")
    print(
        f"together   {sum(spent.values()) / hours:6.2f}: {86_400 * hours / sum(spent.values()):,.0f} a day on one core"
    )
    for name, size in full.items():
        print(f"{name:10} {(size - empty.get(name, 0)) / hours / 1e6:6.2f} GB for 1,000 hours")


async def _read(app: App) -> Counter[str]:
    spent: Counter[str] = Counter()
    for episode in await app.pipeline.episodes.waiting():
        stage: Stage | None = FIRST_STAGE
        while stage is not None:
            begun, now = time.process_time(), stage
            stage = await flows.run_stage(now, episode.id, app.pipeline)
            spent[now.value] += time.process_time() - begun  # type: ignore[assignment]  # a Counter of seconds
    return spent


def _sizes(data: Path) -> dict[str, int]:
    """Bytes of the catalogue and of the index."""
    catalog = sum(file.stat().st_size for file in data.glob("catalog.db*"))
    index = sum(file.stat().st_size for file in (data / "index").rglob("*") if file.is_file())
    return {"catalogue": catalog, "index": index}


def _transcript(dice: random.Random) -> str:
    words = list(_spoken())
    cues = []
    for start in range(0, 3600, _CUE):
        at = dice.randrange(len(words) - _WORDS)
        clock = "{:02d}:{:02d}.000 --> {:02d}:{:02d}.000".format(*divmod(start, 60), *divmod(start + _CUE, 60))
        cues.append(f"{clock}\n<v Ada>{' '.join(words[at : at + _WORDS])} {dice.randrange(10_000)}.")
    return "WEBVTT\n\n" + "\n\n".join(cues)


def _spoken() -> Iterator[str]:
    """The words of the sample shows' WebVTT files."""
    for show in PUBLIC_SHOWS:
        for file in files("bot.samples").joinpath(show).iterdir():
            if file.name.endswith(".vtt"):
                for line in file.read_text(encoding="utf-8").splitlines():
                    if "-->" not in line and not line.startswith(("WEBVTT", "NOTE")):
                        yield from re.sub(r"<[^>]*>", "", line).split()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else _HOURS))
