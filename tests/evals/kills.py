"""Kill a scan at random moments and see what is lost or doubled.

    python -m tests.evals.kills [--kills 20] [--seed 1] FEED_ADDRESS …

Reads the feeds into two fresh data folders: one in peace, one with `kill -9` at random moments of `podsift scan` and a
restart after each. Prints what differs in the end: episodes, insights, passages, posts.
"""

import argparse
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("feeds", nargs="+")
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        calm, hunted = Path(folder, "calm"), Path(folder, "hunted")
        seconds = read_in_peace(calm, chosen.feeds)
        print(f"in peace: {seconds:.1f} s")
        kills = read_with_kills(hunted, chosen.feeds, kills=chosen.kills, seconds=seconds, seed=chosen.seed)
        compare(facts(calm), facts(hunted), kills=kills)


def read_in_peace(data: Path, feeds: list[str]) -> float:
    for feed in feeds:
        podsift(data, "add", feed)
    started = time.monotonic()
    podsift(data, "scan")
    return time.monotonic() - started


def read_with_kills(data: Path, feeds: list[str], *, kills: int, seconds: float, seed: int) -> int:
    """Kill scans, and digests now and then, at moments spread over the whole work; returns how many were hit."""
    dice = random.Random(seed)
    for feed in feeds:
        podsift(data, "add", feed)
    hit = 0
    for number in range(kills):
        command = "digest" if number % 5 == 4 else "scan"
        process = start(data, command)
        time.sleep(dice.uniform(1.0, 2.0 + seconds / kills) if command == "scan" else dice.uniform(1.0, 2.5))
        hit += process.poll() is None
        process.kill()
        process.wait()
    podsift(data, "scan")
    podsift(data, "digest")
    return hit


def facts(data: Path) -> dict[str, Any]:
    status = podsift(data, "status")
    catalog = data / "catalog.db"
    return {
        "ready": status["ready"],
        "waiting": status["waiting"],
        "failed": len(status["failed"]),
        "indexed": status["indexed_episodes"],
        "passages": status["passages"],
        "insights": tuple(sql(catalog, "select id from insight order by id")),
        "guids twice": len(sql(catalog, "select 1 from episode group by feed_id, found having count(*) > 1")),
        "posts": len(sql(catalog, "select 1 from local_message")),
    }


def compare(calm: dict[str, Any], hunted: dict[str, Any], *, kills: int) -> None:
    lost = set(calm["insights"]) - set(hunted["insights"])
    more = set(hunted["insights"]) - set(calm["insights"])
    print(f"{kills} kills hit a running process")
    print(
        f"episodes ready: {hunted['ready']} of {calm['ready']}; waiting {hunted['waiting']}, failed {hunted['failed']}"
    )
    print(f"episodes twice: {hunted['guids twice']}")
    print(f"insights: {len(lost)} lost, {len(more)} more, of {len(calm['insights'])}")
    print(f"index: {hunted['indexed']} episodes, {hunted['passages']} passages (in peace {calm['passages']})")
    print(f"posts of the day: {hunted['posts']}")


def podsift(data: Path, *arguments: str) -> dict[str, Any]:
    process = start(data, *arguments)
    out, _ = process.communicate()
    return dict(json.loads(out))


def start(data: Path, *arguments: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "PODSIFT_DATA": str(data),
        "PODSIFT_ALLOW_NETWORKS": "127.0.0.0/8",
        "PODSIFT_WHISPER_MODEL": "off",
    }
    command = (sys.executable, "-c", "from bot.cli import main; main()", *arguments, "--json")
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def sql(file: Path, query: str) -> list[Any]:
    connection = sqlite3.connect(file)
    rows = [row[0] for row in connection.execute(query)]
    connection.close()
    return rows


if __name__ == "__main__":
    main()
