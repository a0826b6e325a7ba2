"""What an answer takes beside the language model, with 100,000 passages, in milliseconds and in ratios.

`python -m tests.benchmarks.answer_overhead [PASSAGES] [FOLDER]`. Made episodes of 120 passages each go through the real
index (building it takes some minutes; with FOLDER it is kept and used again). Then the same questions are answered over
all shows, over three shows, and within one episode, without a model and with one that answers at once on loopback: the
unmodified client, the second reading and the gate are in the time, the model's own thinking is not. Beside it, in the
same run and on the same rows: one bare Chroma query and one bare FTS5 query, and an exact scan in numpy. On a machine
with other work the processor's time is the figure to trust; the stand-in for the model runs in the same process.

With PODSIFT_TEST_POSTGRES the words are in PostgreSQL and the vectors on a Chroma server, in an index made anew.
"""

import asyncio
import os
import random
import re
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import chromadb
import numpy as np

from pipeline.adapters.catalog.codecs import pack_segments, unpack_segments
from pipeline.adapters.extractive.answers import PassageAnswers
from pipeline.adapters.openai_model import ModelAnswers
from pipeline.domain.answer import Moment, Question
from pipeline.domain.audience import LOCAL, PUBLIC
from pipeline.domain.episode import Episode
from pipeline.domain.feed import FoundEpisode
from pipeline.domain.transcript import Basis, Segment, Transcript
from pipeline.ports import AnswerWriter
from pipeline.steps.answer import answer_question
from tests.peers.chroma_server import chroma_server
from tests.peers.model_bench import model_bench
from tests.peers.openai_peer import thinks
from tests.peers.postgres import postgres_schema
from tests.peers.reading_model import reads
from vectorstore.chunking import CHUNK_WORDS
from vectorstore.embedding import StaticEmbedder
from vectorstore.index import EpisodeIndex
from vectorstore.opening import open_index
from vectorstore.words import query_words

MOST_P50: Final = 150.0
MOST_P95: Final = 400.0
_AN_EPISODE: Final = 120
_SHOWS: Final = 25
_ASKED: Final = 60
_START: Final = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Took:
    """Milliseconds of many runs, by the clock and of the processor (all threads)."""

    name: str
    times: tuple[float, ...]
    busy: tuple[float, ...]

    @property
    def p50(self) -> float:
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        return sorted(self.times)[int(0.95 * len(self.times))]

    @property
    def core(self) -> float:
        return statistics.median(self.busy)

    def __str__(self) -> str:
        core = f"core p50 {self.core:6.1f}"
        return f"  {self.name:46} p50 {self.p50:6.1f}  p95 {self.p95:6.1f}  most {max(self.times):6.1f} ms  {core}"


async def main(passages: int, folder: Path | None) -> None:
    """Print all figures."""
    talk = Talk(random.Random(7))
    questions = [talk.question() for _ in range(_ASKED)]
    with tempfile.TemporaryDirectory() as scratch:
        home = folder or Path(scratch)
        async with _opened(home) as (index, embedder):
            transcripts = Packed({})
            await _fill(index, transcripts, talk, passages)
            ours = await _answer_all(index, transcripts, embedder, questions)
        if "PODSIFT_TEST_POSTGRES" not in os.environ:
            bare = await _bare(home, embedder, questions)
            print(f"core time, ours with passages cut / bare Chroma and FTS5: {ours.core / bare.core:.2f}")
        embedder.close()


@dataclass(frozen=True, slots=True)
class Packed:
    """A TranscriptStore that keeps transcripts packed, as the catalogue does."""

    held: dict[str, bytes]

    async def load(self, episode_id: str) -> Transcript | None:
        segments = await asyncio.to_thread(unpack_segments, self.held[episode_id])
        return Transcript(segments, Basis.PUBLISHED)

    async def save(self, episode_id: str, transcript: Transcript) -> None:
        self.held[episode_id] = pack_segments(transcript.segments)


async def _answer_all(
    index: EpisodeIndex, transcripts: Packed, embedder: StaticEmbedder, questions: Sequence[str]
) -> Took:
    """Print what each way takes; the first of them."""
    three, one = tuple(_feed(show) for show in range(3)), (Moment(_episode_id(5), 600.0, 630.0),)
    places: dict[str, dict[str, Any]] = {
        "all shows": {"feeds": tuple(_feed(show) for show in range(_SHOWS))},
        "three shows": {"feeds": three},
        "an insight, its episode, then all shows": {"about": one},
    }
    all_took = []
    async with model_bench() as bench:
        bench.peer.answers = [thinks(reads)]
        passages = PassageAnswers(embedder)
        writers: dict[str, AnswerWriter] = {"passages": passages, "model": ModelAnswers(bench.model, passages)}
        for name, writer in writers.items():
            for place, limits in places.items():
                answered = partial(answer_question, index=index, transcripts=transcripts, writer=writer)
                works = [partial(answered, Question(text, LOCAL, **limits)) for text in questions]
                took = await _timed(f"{name}, {place}", works)
                passed = took.p50 <= MOST_P50 and took.p95 <= MOST_P95
                print(f"{took}  {'within' if passed else 'PAST'} {MOST_P50:.0f} and {MOST_P95:.0f}", flush=True)
                all_took.append(took)
    return all_took[0]


async def _timed(name: str, works: Sequence[Callable[[], Awaitable[object]]]) -> Took:
    await works[0]()
    times, busy = [], []
    for work in works:
        began, at = time.perf_counter(), time.process_time()
        await work()
        times.append((time.perf_counter() - began) * 1e3)
        busy.append((time.process_time() - at) * 1e3)
    return Took(name, tuple(times), tuple(busy))


@asynccontextmanager
async def _opened(folder: Path) -> AsyncIterator[tuple[EpisodeIndex, StaticEmbedder]]:
    embedder = StaticEmbedder()
    async with AsyncExitStack() as stack:
        where: dict[str, Any] = {}
        if "PODSIFT_TEST_POSTGRES" in os.environ:
            where["database_url"] = await stack.enter_async_context(postgres_schema())
            where["chroma_url"] = stack.enter_context(chroma_server(Path(stack.enter_context(_scratch()))))
        yield await stack.enter_async_context(open_index(folder, embedder=embedder, **where)), embedder


def _scratch() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()


async def _fill(index: EpisodeIndex, transcripts: Packed, talk: "Talk", passages: int) -> None:
    there, began = await index.indexed_episode_ids(), time.perf_counter()
    for number in range(passages // _AN_EPISODE):
        transcript = talk.transcript(number)
        await transcripts.save(_episode_id(number), transcript)
        if _episode_id(number) not in there:
            await index.add(_episode(number), transcript, ())
    counts = await index.counts()
    print(f"{counts.chunks:,} passages of {counts.episodes:,} episodes, {time.perf_counter() - began:.0f} s to fill")


async def _bare(folder: Path, embedder: StaticEmbedder, questions: Sequence[str]) -> Took:
    """The same questions on the same rows without anything of ours but the embedding; the first way of two."""
    names = ("words-*.sqlite3", "vectors-*")
    words, vectors = await asyncio.to_thread(lambda: [next(folder.glob(name)) for name in names])
    client = chromadb.PersistentClient(str(vectors))
    (chunks,) = [each for each in client.list_collections() if "chunks" in each.name]
    collection = client.get_collection(chunks.name, embedding_function=None)
    rows = np.concatenate(
        [
            np.asarray(collection.get(limit=5_000, offset=at, include=["embeddings"])["embeddings"], dtype=np.float32)
            for at in range(0, collection.count(), 5_000)
        ]
    )
    with sqlite3.connect(words) as database:

        async def chroma_and_fts(text: str) -> None:
            vector = await embedder.embed([text])
            collection.query(query_embeddings=vector, n_results=100)
            match = " OR ".join(f'"{word}"' for word in query_words(text))
            database.execute("select rowid from word where word match ? order by rank limit 100", (match,)).fetchall()

        async def scan(text: str) -> None:
            near = rows @ (await embedder.embed([text]))[0]
            np.argpartition(-near, 100)[:100]

        took = [
            await _timed(name, [partial(way, text) for text in questions])
            for name, way in (("bare: Chroma and FTS5, no fence", chroma_and_fts), ("bare: exact scan in numpy", scan))
        ]
    print(*took, sep="\n")
    return took[0]


class Talk:
    """Makes transcripts whose words fall as they do in speech: few often, most seldom, some of one subject close by."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        said = " ".join(
            path.read_text(encoding="utf-8")
            for show in files("bot.samples").iterdir()
            if show.is_dir()
            for path in show.iterdir()
            if path.name.endswith(".vtt")
        )
        words = re.findall(r"[a-z']+", said.lower())
        self._usual = sorted(words)
        self._telling = sorted({word for word in words if len(word) > 5})
        self._made = ["".join(chance.choices("bcdfglmnprst", k=2)) + word for word in self._telling for _ in range(8)]

    def transcript(self, number: int) -> Transcript:
        """About 120 passages, the same for the same number."""
        chance = random.Random(number)
        subject = chance.sample(self._made, 60) + chance.sample(self._telling, 40)
        segments, now = [], 0.0
        for _ in range(_AN_EPISODE * CHUNK_WORDS // 15):
            words = chance.choices(self._usual, k=10) + chance.choices(subject, k=5)
            chance.shuffle(words)
            segments.append(Segment(f"{' '.join(words).capitalize()}.", now, now + 6.0, "Ada"))
            now += 6.0
        return Transcript(tuple(segments), Basis.PUBLISHED)

    def question(self) -> str:
        """Eight to twelve words, half of them telling."""
        telling = self._chance.sample(self._telling, 3) + self._chance.sample(self._made, 2)
        return f"Why did they say that {' '.join(telling)} {' '.join(self._chance.choices(self._usual, k=3))}?"


def _feed(show: int) -> str:
    return f"show-{show}"


def _episode_id(number: int) -> str:
    return f"episode-{number}"


def _episode(number: int) -> Episode:
    show, when = number % _SHOWS, _START + timedelta(hours=number)
    found = FoundEpisode(f"guid-{number}", f"Part {number}", when)
    return Episode(
        _episode_id(number), _feed(show), f"https://show{show}.example/feed", f"Show {show}", PUBLIC, found, when
    )


if __name__ == "__main__":
    asyncio.run(
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, Path(sys.argv[2]) if len(sys.argv) > 2 else None)
    )
