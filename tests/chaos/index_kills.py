"""Kill a process while Chroma writes its graph of vectors into a folder, open the folder again, and count what happens.

    python -m tests.chaos.index_kills [--kills 150] [--bare] [--seed 1]

With --bare nobody looks whether the files were written to their end, as it is with Chroma alone. Ends with 1 when a
process died or hung by itself; with --bare that is what is shown.
"""

import argparse
import asyncio
import multiprocessing
import random
import resource
import shutil
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import numpy as np

from pipeline.domain.audience import PUBLIC
from vectorstore.chroma import ChromaVectors
from vectorstore.chroma_places import ChromaFolder
from vectorstore.chunking import Chunk
from vectorstore.entry import Entry
from vectorstore.settled_files import SettledFiles
from vectorstore.vectors import IndexDamaged

_EPISODES: Final = 400
_CHUNKS: Final = 60
_WRITTEN_AFTER: Final = 1_000
"""Five times as often as in service, so that more kills fall into it."""
_HANGS_AFTER: Final = 30.0
_LARGEST_FILE: Final = 2 * 1024**3
"""Bytes: a torn graph may be written without end."""
_MOST_ADDED: Final = 25


def main() -> None:
    """Print how the lives went."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--kills", type=int, default=150)
    options.add_argument("--bare", action="store_true")
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    nursery = multiprocessing.get_context("forkserver")
    nursery.set_forkserver_preload(["chromadb", "vectorstore.chroma"])
    dice, ends = random.Random(chosen.seed), Counter[str]()
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent, "index")
        for life in range(chosen.kills):
            mine, its = nursery.Pipe(duplex=False)
            process = nursery.Process(target=_live, args=(folder, its, life, chosen.bare))
            process.start()
            its.close()
            end = _follow(mine, adds=dice.randint(1, _MOST_ADDED))
            time.sleep(dice.uniform(0.0, 0.05))
            process.kill()
            process.join()
            ends[end] += 1
            if end != "killed":
                print(f"life {life}: {end}", flush=True)
                shutil.rmtree(folder)
    print(", ".join(f"{end}: {times}" for end, times in sorted(ends.items())))
    sys.exit(1 if ends["died"] or ends["hung"] else 0)


def _follow(pipe: Connection, *, adds: int) -> str:
    """How it went until so many episodes were added."""
    for _ in range(adds):
        if not pipe.poll(_HANGS_AFTER):
            return "hung"
        try:
            said = pipe.recv()
        except EOFError:
            return "died"
        if said != "added":
            return str(said)
    return "killed"


def _live(folder: Path, pipe: Connection, life: int, bare: bool) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (_LARGEST_FILE, _LARGEST_FILE))
    folder.mkdir(exist_ok=True)
    if bare:
        SettledFiles(folder).note()
    asyncio.run(_add(folder, pipe, np.random.default_rng(life)))


async def _add(folder: Path, pipe: Connection, dice: np.random.Generator) -> None:
    vectors = ChromaVectors(ChromaFolder(folder, written_after=_WRITTEN_AFTER), build="kills")
    try:
        await vectors.create()
    except IndexDamaged:
        pipe.send("noticed")
        return
    for _ in count():
        rows = dice.standard_normal((_CHUNKS, 256), dtype=np.float32)
        await vectors.put(_entry(int(dice.integers(_EPISODES))), chunks=rows, insights=rows[:0])
        pipe.send("added")


def _entry(number: int) -> Entry:
    chunks = tuple(Chunk("", None, None, None, place, place) for place in range(_CHUNKS))
    when = datetime(2026, 1, 1, tzinfo=UTC)
    name = f"e{number}"
    return Entry(name, name, name, "f", "https://f", "F", PUBLIC, when, chunks, (None,) * _CHUNKS)


if __name__ == "__main__":
    main()
