"""The index and the meaning of texts."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Protocol, TypeAlias

from pipeline.domain.audience import WorkspaceId
from pipeline.domain.episode import Episode
from pipeline.domain.insight import Insight
from pipeline.domain.passage import Query, Related, SearchResult
from pipeline.domain.transcript import Transcript

if TYPE_CHECKING:  # eleven megabytes that polling can do without
    import numpy as np
    import numpy.typing as npt

Vectors: TypeAlias = "npt.NDArray[np.float32]"
"""Shape (n, d), each row of unit length."""


class Embedder(Protocol):
    """Texts become vectors whose cosine is their nearness in meaning."""

    @property
    def version(self) -> str:
        """Names the model: vectors of different versions are never compared."""
        ...

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit row for each text, shape (len(texts), d). Raises IndexUnavailable."""
        ...


class Index(Protocol):
    """Makes episodes searchable. It is a cache: the catalogue can rebuild it."""

    async def add(self, episode: Episode, transcript: Transcript, insights: Sequence[Insight]) -> None:
        """Put an episode in, in place of what was there of it. Raises IndexUnavailable."""
        ...

    async def forget(self, episode_ids: Sequence[str]) -> None:
        """Take episodes out. Raises IndexUnavailable."""
        ...

    async def search(self, query: Query) -> SearchResult:
        """The best passages that the query's workspace may see. Raises IndexUnavailable."""
        ...


class FillableIndex(Protocol):
    """The index as the catalogue fills it."""

    async def indexed_episode_ids(self) -> frozenset[str]:
        """The episodes that are wholly in. Raises IndexUnavailable."""
        ...

    def expect(self, episodes: int) -> None:
        """So many episodes are still to be added: until there are none, a search says that it does not know all."""
        ...

    async def add(self, episode: Episode, transcript: Transcript, insights: Sequence[Insight]) -> None:
        """See Index."""
        ...


class RebuildableIndex(FillableIndex, Protocol):
    """The index with what it takes to make it anew while it answers."""

    @property
    def needs_rebuild(self) -> bool:
        """Whether a part is missing, damaged or made with another embedding."""
        ...

    @property
    def was_cut(self) -> bool:
        """Whether a rebuild was begun that nobody goes on with."""
        ...

    @property
    def problem(self) -> str:
        """A sentence when the last look got no answer or found the index unfit, else empty.

        It goes when a search by meaning or an addition succeeds after that look.
        """
        ...

    async def check(self) -> None:
        """Look at the index and set all three; what does not answer changes nothing in `needs_rebuild`."""
        ...

    def filling(self) -> AbstractAsyncContextManager[None]:
        """The right to fill it, which one process has at a time. Raises IndexUnavailable when somebody else has it."""
        ...

    def rebuilding(self) -> AbstractAsyncContextManager[FillableIndex]:
        """An index beside the one in use, which it replaces at once when the block ends well.

        It is empty, or what a rebuild that was cut short left. Meanwhile searches go on, and what is added or
        forgotten reaches both. Raises IndexUnavailable when somebody else is rebuilding.
        """
        ...


class InsightSearch(Protocol):
    """Finds insights that mean the same."""

    async def related(self, insight: Insight, *, workspace: WorkspaceId, limit: int = 5) -> tuple[Related, ...]:
        """Other episodes' insights the workspace may see, nearest first. Raises IndexUnavailable."""
        ...
