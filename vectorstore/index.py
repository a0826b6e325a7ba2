"""The index: add = chunk, embed, store; search = embed, find by words and by meaning, fuse."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pipeline.domain.audience import WorkspaceId, keys_visible_to
from pipeline.domain.episode import Episode
from pipeline.domain.errors import IndexUnavailable
from pipeline.domain.insight import Insight
from pipeline.domain.passage import Passage, Query, Related, SearchResult
from pipeline.domain.transcript import Transcript
from pipeline.ports import Embedder
from vectorstore.chroma import ChromaVectors
from vectorstore.chunking import CHUNKING_VERSION, Chunk, chunk_transcript
from vectorstore.entry import Fence, entry_of, fence_of
from vectorstore.lexical import SqliteWords
from vectorstore.owner import own_folder
from vectorstore.ranking import STATIC_TUNING, Tuning, distinct, fuse, in_context
from vectorstore.vectors import VectorIndex
from vectorstore.words import WordHits, WordIndex

_CANDIDATES: Final = 100
_JUDGED: Final = 10
_WORDS_ALONE: Final = "The search by meaning did not answer, so these passages were found by their words alone."


@dataclass(frozen=True, slots=True)
class IndexCounts:
    """How much the index holds: whole episodes, episodes that must be added again, chunks, insights."""

    episodes: int
    unfinished: int
    chunks: int
    insights: int


class EpisodeIndex:
    """Index and InsightSearch over a word index, a vector index and an embedder.

    `needs_rebuild` says that files are missing or damaged: `reset`, then add every episode of the catalogue.
    Until then a search goes by words alone as far as it can.
    """

    def __init__(
        self,
        *,
        words: WordIndex,
        vectors: VectorIndex,
        embedder: Embedder,
        tuning: Tuning = STATIC_TUNING,
        chunking: Callable[[Transcript], Sequence[Chunk]] = chunk_transcript,
    ) -> None:
        self._words = words
        self._vectors = vectors
        self._embedder = embedder
        self._tuning = tuning
        self._chunking = chunking
        self._writing = asyncio.Lock()
        self.needs_rebuild = False

    async def check(self) -> None:
        """Compare the two halves, drop what an interrupted `add` left of vectors, and set `needs_rebuild`."""
        try:
            await self._words.check()
            held = await self._words.holdings()
            await self._vectors.forget([holding.episode_id for holding in held if not holding.whole])
            whole = [holding for holding in held if holding.whole]
            await self._vectors.check(
                chunks=sum(holding.chunks for holding in whole), insights=sum(holding.insights for holding in whole)
            )
        except IndexUnavailable:
            self.needs_rebuild = True

    async def add(self, episode: Episode, transcript: Transcript, insights: Sequence[Insight]) -> None:
        """See pipeline.ports.Index. Interrupted, it leaves the episode out of `indexed_episode_ids`."""
        chunks = await asyncio.to_thread(self._chunking, transcript)
        entry = entry_of(episode, chunks, insights)
        rows = in_context(await self._embedder.embed([chunk.text for chunk in chunks]))
        meanings = await self._embedder.embed([insight.text for insight in entry.insights])
        async with self._writing:
            await self._words.put(entry)
            await self._vectors.put(entry, chunks=rows, insights=meanings)
            await self._words.mark([episode.id], whole=True)

    async def forget(self, episode_ids: Sequence[str]) -> None:
        """See pipeline.ports.Index. Interrupted, the next `check` finishes the vectors."""
        async with self._writing:
            await self._words.mark(episode_ids, whole=False)
            await self._vectors.forget(episode_ids)
            await self._words.forget(episode_ids)

    async def reset(self) -> None:
        """Empty both halves, damaged or not, so that the catalogue can fill them anew."""
        async with self._writing:
            await self._words.clear()
            await self._vectors.clear()
            self.needs_rebuild = False

    async def indexed_episode_ids(self) -> frozenset[str]:
        """The episodes that are wholly in; any other must be added (again). Raises IndexUnavailable."""
        return frozenset(holding.episode_id for holding in await self._words.holdings() if holding.whole)

    async def counts(self) -> IndexCounts:
        """How much the index holds. Raises IndexUnavailable."""
        held = await self._words.holdings()
        whole = [holding for holding in held if holding.whole]
        return IndexCounts(
            episodes=len(whole),
            unfinished=len(held) - len(whole),
            chunks=sum(holding.chunks for holding in whole),
            insights=sum(holding.insights for holding in whole),
        )

    async def search(self, query: Query) -> SearchResult:
        """See pipeline.ports.Index. Without the vectors it goes by words alone and says so."""
        fence = fence_of(query)
        limit = max(_CANDIDATES, 3 * query.limit)
        hits = await self._words.find(query.text, fence=fence, limit=limit)
        if not hits.searched:
            return SearchResult((), 0)
        degraded = ""
        try:
            cosines = await self._cosines(query.text, hits, fence=fence, limit=limit)
        except IndexUnavailable:
            cosines, degraded = {}, _WORDS_ALONE
        passages = await self._ranked(query, hits, cosines, fence=fence)
        return SearchResult(passages, hits.searched, degraded)

    async def _cosines(self, text: str, hits: WordHits, *, fence: Fence, limit: int) -> Mapping[str, float]:
        """The cosines of the nearest chunks and of all that the words found."""
        vector = await self._embedder.embed([text])
        if not vector.any():
            return {}
        share = hits.searched / hits.total
        near = await self._vectors.nearest(vector, fence=fence, share=share, limit=limit)
        others = [chunk_id for chunk_id in hits.scores if chunk_id not in near]
        return {**near, **await self._vectors.cosines(vector, chunk_ids=others)}

    async def _ranked(
        self, query: Query, hits: WordHits, cosines: Mapping[str, float], *, fence: Fence
    ) -> tuple[Passage, ...]:
        judged = await self._words.covers(hits.terms, chunk_ids=list(hits.scores)[:_JUDGED])
        share = self._tuning.vector_share(max(judged.values(), default=0.0))
        scores = fuse(hits.scores, cosines, vector_share=share)
        names = list(scores)[: 3 * query.limit]
        rows = await self._words.passages(names, fence=fence)
        covers = await self._words.covers(hits.terms, chunk_ids=names)
        return distinct(
            (
                replace(
                    rows[name],
                    score=scores[name],
                    match=self._tuning.match(cosines.get(name), cover=covers.get(name, 0.0), words=len(hits.terms)),
                )
                for name in names
                if name in rows
            ),
            limit=query.limit,
        )

    async def related(self, insight: Insight, *, workspace: WorkspaceId, limit: int = 5) -> tuple[Related, ...]:
        """See pipeline.ports.InsightSearch."""
        vector = await self._embedder.embed([insight.text])
        if not vector.any():
            return ()
        fence = Fence(keys_visible_to(workspace))
        return await self._vectors.related(vector, fence=fence, beside=insight.episode_id, limit=limit)


@asynccontextmanager
async def open_index(
    folder: Path, *, embedder: Embedder, tuning: Tuning = STATIC_TUNING
) -> AsyncIterator[EpisodeIndex]:
    """The index in `folder`, owned until the end of the context; look at its `needs_rebuild`.

    Raises DataFolderBusy when another process (or another part of this one) has it open.
    """
    with own_folder(folder):
        words = SqliteWords(folder / f"words-{CHUNKING_VERSION}.sqlite3")
        vectors = ChromaVectors(folder, version=f"{embedder.version}-{CHUNKING_VERSION}")
        index = EpisodeIndex(words=words, vectors=vectors, embedder=embedder, tuning=tuning)
        try:
            await index.check()
            yield index
        finally:
            await vectors.close()
            await words.close()
