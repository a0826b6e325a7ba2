"""The index: add = chunk, embed, store; search = embed, find by words and by meaning, fuse."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

from pipeline.domain.audience import WorkspaceId, keys_visible_to
from pipeline.domain.episode import Episode
from pipeline.domain.errors import IndexUnavailable
from pipeline.domain.insight import Insight
from pipeline.domain.passage import Passage, Query, Related, SearchResult
from pipeline.domain.transcript import Transcript
from pipeline.ports import Embedder
from vectorstore.builds import Build
from vectorstore.chunking import Chunk, chunk_transcript
from vectorstore.entry import Fence, fence_of, neighbours_of
from vectorstore.filling import IndexBeside, Maker, store, whole_ids
from vectorstore.ranking import STATIC_TUNING, Tuning, distinct, fuse
from vectorstore.shelf import Shelf, Volume
from vectorstore.soundness import examine, is_sound
from vectorstore.vectors import IndexDamaged
from vectorstore.words import WordHits

_CANDIDATES: Final = 100
_JUDGED: Final = 10
_WORDS_ALONE: Final = "The search by meaning did not answer, so these passages were found by their words alone."
_BEING_FILLED: Final = "The index is being filled, so not every episode was searched."
_OF_ANOTHER_KIND: Final = "The index was made with another embedding or chunking; it must be rebuilt."
_BY_ANOTHER: Final = "Another process made the index with another embedding: give all the same settings, and restart."
_REBUILD_FIRST: Final = "The index is incomplete; it must be rebuilt first."

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class IndexCounts:
    """How much the index holds: whole episodes, episodes that must be added again, chunks, insights."""

    episodes: int
    unfinished: int
    chunks: int
    insights: int


class EpisodeIndex:
    """Index and InsightSearch over the builds of a shelf and an embedder.

    `needs_rebuild` says that a part is missing, damaged or made with another embedding: fill a new build within
    `rebuilding`. Until then a search goes by words alone as far as it can. `is_foreign` says that another embedding or
    chunking made it, `was_cut` that somebody began to fill a build and nobody goes on with it. `tuning` is fitted to
    the `grader`, where that is not the embedder itself: then it compares what was found with the question once more.
    `problem`: see pipeline.ports.RebuildableIndex.
    """

    def __init__(
        self,
        shelf: Shelf,
        *,
        embedder: Embedder,
        grader: Embedder | None = None,
        tuning: Tuning = STATIC_TUNING,
        chunking: Callable[[Transcript], Sequence[Chunk]] = chunk_transcript,
    ) -> None:
        self._shelf = shelf
        self._embedder = embedder
        self._grader = grader
        self._tuning = tuning
        self._maker = Maker(embedder, chunking)
        self._asking: asyncio.Task[bool] | None = None
        self._expected = 0
        self._judged: Build | None = None
        self._was_ours = False
        self.needs_rebuild = False
        self.is_foreign = False
        self.was_cut = False
        self.problem = ""

    async def check(self, *, thorough: bool = False) -> None:
        """Compare the two halves, drop what an interrupted `add` left; set `needs_rebuild`, `was_cut` and `problem`.

        `thorough` reads through all rows too. A part that only does not answer changes nothing in `needs_rebuild`.
        """
        self.problem = ""
        try:
            self.was_cut = await self._shelf.was_cut()
            async with self._shelf.turn() as live:
                self._judged = live[0].build
                self._compare_kinds(live[0])
                if self._shelf.is_ours(live[0]):
                    await examine(live[0], thorough=thorough)
        except IndexDamaged as error:
            self.needs_rebuild, self.problem = True, str(error)
            _log.warning("The index cannot be used as it is.", extra={"problem": self.problem})
        except IndexUnavailable as error:
            self.problem = str(error)

    def _compare_kinds(self, volume: Volume) -> None:
        """Two processes with different settings would make the index anew by turns for ever: who came last wins."""
        if self._shelf.is_ours(volume):
            self._was_ours, self.needs_rebuild, self.is_foreign = True, False, False
        else:
            self.needs_rebuild, self.is_foreign = not self._was_ours, True
            self.problem = _BY_ANOTHER if self._was_ours else _OF_ANOTHER_KIND

    async def add(self, episode: Episode, transcript: Transcript, insights: Sequence[Insight]) -> None:
        """See pipeline.ports.Index. Interrupted, it leaves the episode out of `indexed_episode_ids`."""
        made = await self._maker.made(episode, transcript, insights)
        async with self._shelf.turn() as live:
            able = [volume for volume in live if self._is_fit(volume)]
            if not able:
                raise IndexUnavailable((not self.needs_rebuild and self.problem) or _REBUILD_FIRST)
            for volume in able:
                await store(volume, made)
            self._has_answered(live[0])

    async def forget(self, episode_ids: Sequence[str]) -> None:
        """See pipeline.ports.Index. Interrupted, the next `check` finishes the vectors."""
        async with self._shelf.turn() as live:
            for volume in live:
                await volume.words.mark(episode_ids, whole=False)
                await volume.vectors.forget(episode_ids)
                await volume.words.forget(episode_ids)

    @asynccontextmanager
    async def rebuilding(self) -> AsyncIterator[IndexBeside]:
        """See pipeline.ports.RebuildableIndex."""
        async with self._shelf.rebuilding(is_sound) as volume:
            yield IndexBeside(self._maker, self._shelf, volume)
        self._was_ours, self.was_cut = True, False
        self.needs_rebuild, self.is_foreign, self.problem = False, False, ""

    def filling(self) -> AbstractAsyncContextManager[None]:
        """See pipeline.ports.RebuildableIndex."""
        return self._shelf.alone()

    async def indexed_episode_ids(self) -> frozenset[str]:
        """The episodes that are wholly in; any other must be added (again). Raises IndexUnavailable."""
        async with self._shelf.reading() as volume:
            return await whole_ids(volume)

    def expect(self, episodes: int) -> None:
        """See pipeline.ports.FillableIndex."""
        self._expected = episodes

    async def counts(self) -> IndexCounts:
        """How much the index holds. Raises IndexUnavailable."""
        async with self._shelf.reading() as volume:
            held = await volume.words.holdings()
        whole = [holding for holding in held if holding.whole]
        return IndexCounts(
            episodes=len(whole),
            unfinished=len(held) - len(whole),
            chunks=sum(holding.chunks for holding in whole),
            insights=sum(holding.insights for holding in whole),
        )

    async def vectors_answer(self) -> bool:
        """Whether the search by meaning has vectors that answer and are fit for use; waits for nobody's turn.

        Whoever asks while a server hangs shares one question: each would take one of the threads that searches need.
        """
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask_vectors())
        return await asyncio.shield(self._asking)

    async def close(self) -> None:
        """Let go of all builds, and of a question that is still open."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.wait({self._asking})
        await self._shelf.close()

    async def search(self, query: Query) -> SearchResult:
        """See pipeline.ports.Index. Without the vectors it goes by words alone and says so, as while it is filled."""
        lacks = _BEING_FILLED if self._expected else ""
        found = await self._found(query)
        return replace(found, degraded=f"{found.degraded} {lacks}".strip())

    async def _found(self, query: Query) -> SearchResult:
        async with self._shelf.reading() as volume:
            try:
                return await self._search(query, volume)
            except IndexUnavailable:
                if await self._shelf.is_current(volume):
                    raise
        # Another process has just put a new build in its place.
        async with self._shelf.reading() as volume:
            return await self._search(query, volume)

    async def related(self, insight: Insight, *, workspace: WorkspaceId, limit: int = 5) -> tuple[Related, ...]:
        """See pipeline.ports.InsightSearch."""
        vector = await self._embedder.embed([insight.text])
        if not vector.any():
            return ()
        fence = Fence(keys_visible_to(workspace))
        async with self._shelf.reading() as volume:
            self._expect_vectors(volume)
            found = await volume.vectors.related(vector, fence=fence, beside=insight.episode_id, limit=limit)
            self._has_answered(volume)
            return found

    def _is_fit(self, volume: Volume) -> bool:
        """Not so the build that was found damaged; another one may be there since, by another process."""
        is_condemned = self.needs_rebuild and volume.build == self._judged
        return self._shelf.is_ours(volume) and not is_condemned

    def _has_answered(self, volume: Volume) -> None:
        """The vectors have done their work: what the last look said is out of date, but for this build's damage."""
        if self._is_fit(volume):
            self._was_ours, self.needs_rebuild, self.is_foreign, self.problem = True, False, False, ""

    async def _ask_vectors(self) -> bool:
        try:
            async with self._shelf.reading() as volume:
                self._expect_vectors(volume)
                await volume.vectors.reach()
        except IndexUnavailable:
            return False
        return True

    def _expect_vectors(self, volume: Volume) -> None:
        if not self._is_fit(volume):
            raise IndexUnavailable(_REBUILD_FIRST)

    async def _search(self, query: Query, volume: Volume) -> SearchResult:
        fence = fence_of(query)
        limit = max(_CANDIDATES, 3 * query.limit)
        hits = await volume.words.find(query.text, fence=fence, limit=limit)
        if not hits.searched:
            return SearchResult((), 0)
        degraded = ""
        try:
            self._expect_vectors(volume)
            cosines = await self._cosines(query.text, hits, volume=volume, fence=fence, limit=limit)
        except IndexUnavailable:
            cosines, degraded = {}, _WORDS_ALONE
        passages = await self._ranked(query, hits, cosines, volume=volume, fence=fence)
        return SearchResult(passages, hits.searched, degraded)

    async def _cosines(
        self, text: str, hits: WordHits, *, volume: Volume, fence: Fence, limit: int
    ) -> Mapping[str, float]:
        """The cosines of the nearest chunks and of all that the words found."""
        vector = await self._embedder.embed([text])
        if not vector.any():
            return {}
        share = hits.searched / hits.total
        near = await volume.vectors.nearest(vector, fence=fence, inside=hits.episodes, share=share, limit=limit)
        if not near:
            raise IndexDamaged("The vectors are gone.")
        others = [chunk_id for chunk_id in hits.scores if chunk_id not in near]
        cosines = {**near, **await volume.vectors.cosines(vector, chunk_ids=others)}
        self._has_answered(volume)
        return cosines

    async def _ranked(
        self, query: Query, hits: WordHits, cosines: Mapping[str, float], *, volume: Volume, fence: Fence
    ) -> tuple[Passage, ...]:
        judged = await volume.words.covers(hits.terms, chunk_ids=list(hits.scores)[:_JUDGED])
        share = self._tuning.vector_share(max(judged.values(), default=0.0))
        scores = fuse(hits.scores, cosines, vector_share=share)
        names = list(scores)[: 3 * query.limit]
        weight = sum(term.weight for term in hits.terms)
        rows = await volume.words.passages(names, fence=fence)
        covers = await volume.words.covers(hits.terms, chunk_ids=names)
        nears = cosines if self._grader is None else await _nears(query.text, rows, grader=self._grader)
        found = {
            name: replace(
                rows[name],
                score=scores[name],
                match=self._tuning.match(
                    nears.get(name), cover=covers.get(name, 0.0), words=len(hits.terms), weight=weight
                ),
            )
            for name in names
            if name in rows
        }
        return await _with_neighbours(distinct(found, limit=query.limit), volume)


async def _nears(text: str, rows: Mapping[str, Passage], *, grader: Embedder) -> Mapping[str, float]:
    """The cosine of each passage to the text, by the embedding that the match is fitted to."""
    vectors = await grader.embed([text, *(passage.text for passage in rows.values())])
    if not vectors[0].any():
        return {}
    return dict(zip(rows, (vectors[1:] @ vectors[0]).tolist(), strict=True))


async def _with_neighbours(found: Mapping[str, Passage], volume: Volume) -> tuple[Passage, ...]:
    beside = {name: neighbours_of(name) for name in found}
    there = await volume.words.neighbours([name for pair in beside.values() for name in pair])
    return tuple(
        replace(passage, before=there.get(beside[name][0]), after=there.get(beside[name][1]))
        for name, passage in found.items()
    )
