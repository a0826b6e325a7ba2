"""How soon Slack hears that a slash command has arrived: at rest, and while episodes are transcribed and indexed.

`python -m tests.benchmarks.slash_ack` (about a minute). The bot is a process of its own, as in service: the real app on
the real bolt, a Whisper model of a few hundred kilobytes that listens to real sound, and transcripts of two hours that
are read, picked from, embedded and indexed. Every command of the grammar that changes nothing is said, round after
round. Slack and the podcast host are in this process, so the times are Slack's.
"""

import argparse
import asyncio
import json
import random
import statistics
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import cycle
from pathlib import Path
from typing import Final

from bot.app import App, open_app
from bot.commands import VERBS
from bot.handover import Request
from bot.operations import perform_unseen
from bot.quick_ears import spare_what_stays, take_short_turns
from bot.reception import Reception
from bot.running import OWNER
from bot.settings import Settings, load_settings
from bot.slack.parts import slack_parts
from bot.slack.service import AppCounter, hearing_slack
from bot.slack.team import Defaults
from bot.slack.web import SlackWeb
from pipeline.adapters.arrival_journal import ArrivalJournal, open_journal
from tests.peers.made_whisper import make_whisper
from tests.peers.podcast_host import PodcastHost
from tests.peers.slack_peer import APP_TOKEN, BOT_TOKEN, SlackPeer, slack_peer
from tests.peers.speech import speech, write_audio

PROMISED: Final = 0.3
"""Seconds."""
_ROUNDS_AT_REST: Final = 3
_CHANGING: Final = frozenset({"add", "remove", "pause", "resume"})
_SHOWS: Final = b'<opml version="2.0"><body><outline text="x" xmlUrl="https://pods.example/f.xml"/></body></opml>'
_EVERY: Final = 0.25
_TALKS: Final = 8
_SENTENCES: Final = 1_200
"""Of a talk of two hours."""
_RECORDINGS: Final = 6
_SECONDS: Final = 240.0
_WORDS: Final = Path(__file__).parents[2] / "bot" / "samples"


def main() -> None:
    """Print both, and the ratio."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--bot", nargs="+", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.bot:
        url, folder, *feeds = chosen.bot
        asyncio.run(_run_bot(url, Path(folder), feeds))
        return
    with tempfile.TemporaryDirectory() as folder:
        at_rest, reading = asyncio.run(measure(Path(folder)))
    print(_told("at rest", at_rest))
    print(_told("while episodes are transcribed and indexed", reading))
    ratio = statistics.median(took for _, took in reading) / statistics.median(took for _, took in at_rest)
    late = [words for words, seconds in reading if seconds > PROMISED]
    print(
        f"ratio of the medians: {ratio:.1f}; later than {PROMISED * 1000:.0f} ms: {len(late)} of {len(reading)} {late}"
    )


Acknowledged = tuple[str, float]
"""A command, and the seconds until it was acknowledged."""


async def measure(folder: Path) -> tuple[list[Acknowledged], list[Acknowledged]]:
    """At rest, and while the bot reads."""
    make_whisper(folder / "model")
    (folder / "data").mkdir()
    async with slack_peer() as peer, PodcastHost() as host:
        feeds = _talks(host), _recordings(host, folder)
        command = [sys.executable, "-m", __spec__.name, "--bot", peer.api_url, str(folder), *feeds]
        pipe = asyncio.subprocess.PIPE
        bot = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
        assert bot.stdin is not None
        assert bot.stdout is not None
        assert await bot.stdout.readline() == b"ready\n"
        commands = _commands(host)
        at_rest = [await _acknowledged(peer, words) for words in commands * _ROUNDS_AT_REST]
        bot.stdin.write(b"go\n")
        done = asyncio.create_task(bot.stdout.readline())
        reading: list[Acknowledged] = []
        for words in cycle(commands):
            reading.append(await _acknowledged(peer, words))
            if done.done():
                break
        print(f"what was read meanwhile: {done.result().decode().strip()}")
        bot.stdin.close()
        assert await bot.wait() == 0
    return at_rest, reading


async def _acknowledged(peer: SlackPeer, words: str) -> Acknowledged:
    await asyncio.sleep(_EVERY)
    seconds = await peer.deliver("slash_commands", {
        "command": "/podcast", "text": words, "team_id": "T1", "channel_id": "C1", "channel_name": "podcasts",
        "user_id": "U1", "user_name": "ann", "trigger_id": peer.next_ts(), "api_app_id": "A1",
        "response_url": f"{peer.url}/response/1",
    })  # fmt: skip
    return words, float("inf") if seconds is None else seconds


def _commands(host: PodcastHost) -> list[str]:
    """Every command in a form that changes nothing, and a word that is none."""
    opml = host.serve("/shows.opml", _SHOWS, content_type="text/xml")
    harmless = {
        "backfill": "backfill Long talks 3",
        "import": f"import {opml} --dry-run",
        "schedule": "schedule",
        "topics": "topics",
    }
    return [*(harmless.get(verb.name, verb.example) for verb in VERBS if verb.name not in _CHANGING), "wether"]


def _told(when: str, acknowledged: Sequence[Acknowledged]) -> str:
    ordered = sorted(1000 * took for _, took in acknowledged)
    middle, late = statistics.median(ordered), ordered[len(ordered) * 95 // 100]
    told = f"{when}: {len(ordered)} commands, p50 {middle:.0f} ms, p95 {late:.0f} ms, max {ordered[-1]:.0f} ms"
    words, slowest = max(_medians(acknowledged).items(), key=lambda one: one[1])
    return f"{told}; the slowest is “{words}”, p50 {1000 * slowest:.0f} ms"


def _medians(acknowledged: Sequence[Acknowledged]) -> dict[str, float]:
    """Of each command: one that keeps the loop to itself shows here, a busy machine shows everywhere."""
    by_words: dict[str, list[float]] = {}
    for words, took in acknowledged:
        by_words.setdefault(words, []).append(took)
    return {words: statistics.median(times) for words, times in by_words.items()}


# What there is to read


def _talks(host: PodcastHost) -> str:
    """A show whose publisher gives transcripts, as long as those of real shows."""
    dice = random.Random(1)
    cues = [cue["body"] for file in sorted(_WORDS.glob("*/*.json")) for cue in json.loads(file.read_text())["segments"]]
    items = []
    for number in range(_TALKS):
        said = enumerate(dice.choice(cues) for _ in range(_SENTENCES))
        body = {
            "version": "1.0.0",
            "segments": [{"startTime": 6.0 * at, "endTime": 6.0 * at + 6, "body": one} for at, one in said],
        }
        url = host.serve(f"/talk{number}.json", json.dumps(body).encode(), content_type="application/json")
        items.append(f'<podcast:transcript url="{url}" type="application/json"/>')
    return host.serve("/talks.xml", _feed("Long talks", items), content_type="application/rss+xml")


def _recordings(host: PodcastHost, folder: Path) -> str:
    """A show that gives sound only."""
    sound = write_audio(folder / "sound.mp3", speech(_SECONDS)).read_bytes()
    items = []
    for number in range(_RECORDINGS):
        url = host.serve(f"/sound{number}.mp3", sound, content_type="audio/mpeg")
        items.append(f'<enclosure url="{url}" length="{len(sound)}" type="audio/mpeg"/>')
    return host.serve("/sound.xml", _feed("Only sound", items), content_type="application/rss+xml")


def _feed(title: str, items: Sequence[str]) -> bytes:
    now = format_datetime(datetime.now(UTC))
    made = "".join(
        f"<item><title>{title} {number}</title><guid>{title} {number}</guid><pubDate>{now}</pubDate>{item}</item>"
        for number, item in enumerate(items)
    )
    namespace = "https://podcastindex.org/namespace/1.0"
    head = f'<rss version="2.0" xmlns:podcast="{namespace}"><channel><title>{title}</title>'
    return f"{head}{made}</channel></rss>".encode()


# The bot


async def _run_bot(url: str, folder: Path, feeds: Sequence[str]) -> None:
    take_short_turns()
    settings = load_settings(
        data=folder / "data",
        allow_networks="127.0.0.0/8",
        whisper_model=str(folder / "model"),
        zone="UTC",
        _env_file=None,
    )
    with open_journal(folder / "data" / "arrivals.jsonl") as journal:
        await _serve(url, settings, feeds, journal)


async def _serve(url: str, settings: Settings, feeds: Sequence[str], journal: ArrivalJournal) -> None:
    async with open_app(settings) as app:
        await app.engine.get()
        parts = slack_parts(
            SlackWeb(BOT_TOKEN, base_url=url), app.channels._db, clock=app.clock, defaults=Defaults(), journal=journal
        )
        counter = AppCounter(app, Reception(app))
        async with hearing_slack(parts, counter, app_token=APP_TOKEN) as (intake, connection):
            while not await connection.is_up():  # noqa: ASYNC110  there is nothing that tells
                await asyncio.sleep(0.05)
            spare_what_stays()
            print("ready", flush=True)
            await asyncio.to_thread(sys.stdin.readline)
            await _read(app, feeds)
            await intake.idle()
            await asyncio.to_thread(sys.stdin.readline)


async def _read(app: App, feeds: Sequence[str]) -> None:
    for address in feeds:
        await perform_unseen(app, OWNER, Request("add", {"address": address}))
    scan = await perform_unseen(app, OWNER, Request("scan"))
    print(scan.message.fallback, flush=True)


if __name__ == "__main__":
    main()
