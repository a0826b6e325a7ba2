"""How well questions find their places: `python -m tests.evals.retrieval FOLDER [--sweep] [--postgres]`.

FOLDER is in the corpus layout. Prints hit@1, hit@5, hit@10 and nDCG@10 of every question set for words alone, vectors
alone and both, then how many questions of each set are graded as not found. `--sweep` compares chunk sizes,
overlap, and titles in the passage. `--postgres` has the words in the PostgreSQL that PODSIFT_TEST_POSTGRES names.
"""

import asyncio
import math
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pipeline.adapters.extractive.answers import PassageAnswers
from pipeline.domain.answer import Grade, Question
from pipeline.domain.audience import LOCAL
from pipeline.domain.passage import Passage, Query
from pipeline.domain.talk.grading import NOT_FOUND_BELOW, PARTLY_BELOW
from pipeline.domain.transcript import Transcript
from tests.evals.corpus import Asked, Corpus, Gold, load_corpus, load_meetings
from tests.peers.memory_vectors import MemoryVectors
from vectorstore.chunking import Chunk, chunk_transcript
from vectorstore.embedding import StaticEmbedder
from vectorstore.folder_register import FolderRegister
from vectorstore.index import EpisodeIndex
from vectorstore.lexical import SqliteWords
from vectorstore.opening import open_index
from vectorstore.postgres import open_postgres
from vectorstore.postgres_words import PostgresWords
from vectorstore.ranking import Tuning
from vectorstore.shelf import Shelf
from vectorstore.words import WordIndex

Chunking = Callable[[Transcript], Sequence[Chunk]]
_DEPTH = 10
_SHARED_SECONDS = 10.0
_WAYS = {"words": Tuning(least=0, most=0), "vectors": Tuning(least=1, most=1), "both": Tuning()}


@dataclass(frozen=True, slots=True)
class Scores:
    """Means over a question set."""

    hit1: float
    hit5: float
    hit10: float
    ndcg: float

    def __str__(self) -> str:
        return f"{self.hit1:.3f} {self.hit5:.3f} {self.hit10:.3f} {self.ndcg:.3f}"


async def main(folder: Path, *, sweep: bool, database_url: str) -> None:
    """Print the comparison."""
    corpora = [corpus for corpus in (load_corpus(folder), load_meetings(folder)) if corpus.episodes]
    if sweep:
        for name, chunking in _settings(corpora).items():
            print(f"\n{name}")
            for corpus in corpora:
                await _compare(corpus, chunking)
        return
    for corpus in corpora:
        await _compare(corpus, chunk_transcript, database_url=database_url)
    if not database_url:
        await _judge(corpora)


def _settings(corpora: Iterable[Corpus]) -> dict[str, Chunking]:
    titles = {script.hash: episode.title for corpus in corpora for episode, script in corpus.episodes}

    def titled(transcript: Transcript) -> tuple[Chunk, ...]:
        title = titles[transcript.hash]
        return tuple(replace(chunk, text=f"{title}. {chunk.text}") for chunk in chunk_transcript(transcript))

    sizes = {f"{size} words": partial(chunk_transcript, words=size) for size in (80, 120, 150, 180, 220)}
    laps = {f"{size} words, {lap} again": partial(chunk_transcript, words=size, overlap=lap)
            for size, lap in ((80, 25), (150, 40))}  # fmt: skip
    return {**sizes, **laps, "default with titles in the passage": titled}


async def _compare(corpus: Corpus, chunking: Chunking, *, database_url: str = "") -> None:
    for way, tuning in _WAYS.items():
        async with _exact_index(tuning, chunking, database_url=database_url) as index:
            for episode, transcript in corpus.episodes:
                await index.add(episode, transcript, ())
            for name, asked in corpus.questions.items():
                if any(question.gold for question in asked):
                    print(f"  {name:20} {way:8} {await _scores(index, corpus, asked, chunking)}", flush=True)


@asynccontextmanager
async def _exact_index(tuning: Tuning, chunking: Chunking, *, database_url: str = "") -> AsyncIterator[EpisodeIndex]:
    """The real index but for exact vectors, so that settings are compared and not an approximation."""
    embedder = StaticEmbedder()
    async with AsyncExitStack() as stack:
        stack.callback(embedder.close)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        words: WordIndex = SqliteWords(folder / "words.sqlite3")
        if database_url:
            database = await stack.enter_async_context(open_postgres(database_url))
            words = PostgresWords(database, build="eval")
            stack.push_async_callback(words.discard)
        vectors = MemoryVectors()
        shelf = Shelf(FolderRegister(folder), words=lambda _: words, vectors=lambda _: vectors, version="eval")
        stack.push_async_callback(shelf.close)
        yield EpisodeIndex(shelf, embedder=embedder, tuning=tuning, chunking=chunking)


async def _scores(index: EpisodeIndex, corpus: Corpus, asked: Sequence[Asked], chunking: Chunking) -> Scores:
    places = {gold.episode for question in asked for gold in question.gold}
    chunks = {episode.id: chunking(script) for episode, script in corpus.episodes if episode.id in places}
    sums = [0.0] * 4
    for question in asked:
        found = await index.search(Query(question.text, LOCAL, limit=_DEPTH))
        hits = [any(_is_hit(passage, gold) for gold in question.gold) for passage in found.passages]
        there = sum(
            _touches(chunk.start, chunk.end, gold) for gold in question.gold for chunk in chunks.get(gold.episode, ())
        )
        sums = [a + b for a, b in zip(sums, _measure(hits, there), strict=True)]
    return Scores(*(total / len(asked) for total in sums))


def _measure(hits: Sequence[bool], there: int) -> tuple[float, float, float, float]:
    gain = sum(1 / math.log2(rank + 2) for rank, hit in enumerate(hits) if hit)
    ideal = sum(1 / math.log2(rank + 2) for rank in range(min(_DEPTH, there))) or 1.0
    return any(hits[:1]), any(hits[:5]), any(hits), gain / ideal


def _is_hit(passage: Passage, gold: Gold) -> bool:
    return passage.episode_id == gold.episode and _touches(passage.start, passage.end, gold)


def _touches(start: float | None, end: float | None, gold: Gold) -> bool:
    """Ten seconds in common, or half of the chunk; among turns only the half counts."""
    if start is None or end is None:
        return False
    shared = min(end, gold.end) - max(start, gold.start)
    return shared >= (end - start) / 2 or (shared > _SHARED_SECONDS and not gold.in_turns)


async def _judge(corpora: Sequence[Corpus]) -> None:
    """Where the best passage's match falls, in the whole index, as it is shipped."""
    print(
        f"\nbest match: share below {NOT_FOUND_BELOW} (not found), below {PARTLY_BELOW}; 5 %, median, 95 %;"
        " share for which the writer of passages says not found"
    )
    for corpus in corpora:
        with tempfile.TemporaryDirectory() as folder:
            async with open_index(Path(folder), embedder=StaticEmbedder()) as index:
                for episode, transcript in corpus.episodes:
                    await index.add(episode, transcript, ())
                for name, asked in [pair for every in corpora for pair in every.questions.items()]:
                    own = name in corpus.questions and any(question.gold for question in asked)
                    await _print_matches(index, name if own else f"{name} (not here)", asked, None)
                shows = sorted({episode.feed_id for episode, _ in corpus.episodes})
                for show in shows if len(shows) > 1 else ():
                    mine = [
                        question for every in corpus.questions.values() for question in every if question.show == show
                    ]
                    others = tuple(other for other in shows if other != show)
                    if mine:
                        await _print_matches(index, f"{show} (other shows)", mine, others)


async def _print_matches(index: EpisodeIndex, name: str, asked: Sequence[Asked], feeds: tuple[str, ...] | None) -> None:
    best, refused = [], 0
    embedder = StaticEmbedder()
    for question in asked:
        found = await index.search(Query(question.text, LOCAL, feeds=feeds))
        best.append(max((passage.match for passage in found.passages), default=0.0))
        answer = await PassageAnswers(embedder).write(Question(question.text, LOCAL), found)
        refused += answer.grade is Grade.NOT_FOUND
    embedder.close()
    best.sort()
    low, partly = (sum(match < limit for match in best) / len(best) for limit in (NOT_FOUND_BELOW, PARTLY_BELOW))
    spread = " ".join(f"{best[int(share * (len(best) - 1))]:.2f}" for share in (0.05, 0.5, 0.95))
    print(f"  {name:34} {len(best):4} {low:6.1%} {partly:6.1%}  {spread}  {refused / len(best):6.1%}", flush=True)


if __name__ == "__main__":
    database = os.environ["PODSIFT_TEST_POSTGRES"] if "--postgres" in sys.argv[2:] else ""
    asyncio.run(main(Path(sys.argv[1]), sweep="--sweep" in sys.argv[2:], database_url=database))
