"""The word half of the index as a role: chunks are kept as rows and found by their words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from pipeline.domain.passage import Neighbour, Passage
from vectorstore.entry import Entry, Fence
from vectorstore.stopwords import STOP_WORDS

_WORD: Final = re.compile(r"[^\W_]+")
_MOST_WORDS: Final = 64
_LEAST_TELLING: Final = 2
_FOR_THE_RAREST: Final = 2
"""The one or two rarest words may be in so many times as many: a question has to be looked up by something."""
MOST_SCORED: Final = 6_000
"""Chunks for a question; BM25 of so many takes about 15 ms of a core."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a question in the index's own stemmed form; `weight` grows with its rarity in the index."""

    stem: str
    weight: float


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked up: chunks with any of the words, or with all of them where every word is a usual one.

    Only the newest `share` of the rows is looked at, from 0 to 1.
    """

    words: tuple[str, ...]
    every: bool = False
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class WordHits:
    """Chunk ids with their BM25 (greater is better), best first, and the question's terms.

    The fence admits `searched` of the `total` chunks, those of `episodes`.
    """

    scores: Mapping[str, float]
    terms: tuple[Term, ...]
    searched: int
    total: int
    episodes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Holding:
    """What is stored of an episode; it is `whole` once its vectors are stored too."""

    episode_id: str
    chunks: int
    insights: int
    whole: bool


class WordIndex(Protocol):
    """One build's rows of chunks and the search by words. All methods raise IndexUnavailable, or IndexDamaged."""

    async def create(self) -> None:
        """Make the place for the rows of a new build."""
        ...

    async def check(self) -> None:
        """Read through the storage; raises IndexDamaged."""
        ...

    async def put(self, entry: Entry) -> None:
        """Store the rows in place of older ones, not yet whole."""
        ...

    async def mark(self, episode_ids: Sequence[str], *, whole: bool) -> None:
        """Note that the vectors are all there, or that they may not be."""
        ...

    async def forget(self, episode_ids: Sequence[str]) -> None:
        """Remove the rows."""
        ...

    async def find(self, text: str, *, fence: Fence, limit: int) -> WordHits:
        """The best chunks by words, of those the fence admits."""
        ...

    async def covers(self, terms: Sequence[Term], *, chunk_ids: Sequence[str]) -> Mapping[str, float]:
        """For each chunk the share, by weight, of the terms that it or its titles contain: 0 to 1."""
        ...

    async def passages(self, chunk_ids: Sequence[str], *, fence: Fence) -> Mapping[str, Passage]:
        """The rows as passages without scores; an id that is unknown or outside the fence is left out."""
        ...

    async def neighbours(self, chunk_ids: Sequence[str]) -> Mapping[str, Neighbour]:
        """The chunks with these ids as neighbours of a passage; for chunks beside one that the fence admitted."""
        ...

    async def holdings(self) -> tuple[Holding, ...]:
        """What is stored, by episode."""
        ...

    async def has(self, episode_id: str) -> bool:
        """Whether the episode is stored and whole."""
        ...

    async def discard(self) -> None:
        """Remove the build's rows and their place, also what is damaged."""
        ...

    async def close(self) -> None:
        """Let go of the storage."""
        ...


def words_of(text: str) -> list[str]:
    """All words, lower case: runs of letters and digits."""
    return _WORD.findall(text.lower())


def wanted(counts: Mapping[str, int], *, searched: int, total: int, most: int = MOST_SCORED) -> Wanted:
    """What to look up, of all words whose number of chunks is given: the rarest, until too many chunks would be scored.

    In a large index a usual word is in thousands of chunks, which takes long and tells little beside a rare one. Where
    all words are usual, chunks that have several of them at once are looked up, the newest of them where those are too
    many still. `searched` of the `total` chunks are admitted; about `most` are scored.
    """
    rarest_first = sorted((word for word, count in counts.items() if count), key=lambda word: counts[word])
    chosen: list[str] = []
    scored = 0
    for word in rarest_first:
        scored += counts[word]
        if scored > (most if len(chosen) >= _LEAST_TELLING else _FOR_THE_RAREST * most):
            break
        chosen.append(word)
    if chosen or not rarest_first:
        return Wanted(tuple(chosen))
    expected = float(searched)
    for word in rarest_first:
        chosen.append(word)
        expected *= counts[word] / total
        if expected <= most:
            break
    return Wanted(tuple(chosen), every=True, share=min(1.0, most / max(expected, 1.0)))


def query_words(text: str) -> tuple[str, ...]:
    """The words of a question that say something about its subject, lower case, each once, at most 64."""
    words = dict.fromkeys(word for word in words_of(text) if word not in STOP_WORDS)
    return tuple(words)[:_MOST_WORDS]
