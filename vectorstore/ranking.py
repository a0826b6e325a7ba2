"""Which chunks come first, and how sure we are that they speak about the question: pure numbers."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from pipeline.domain.passage import Passage
from pipeline.ports import Vectors


@dataclass(frozen=True, slots=True)
class Tuning:
    """What suits one embedding model; vectorstore/README.md has the evidence for the shipped one.

    A vector's share in the score goes from `least` (the words of the question were found in one chunk) to `most`
    (none of them was). The match is a logistic sum over a chunk's cosine, the covered share of the question's
    words and the logarithm of their number; `usual_cosine` stands in where the vectors do not answer. A question of
    one telling word («What is Bandit?») has too few words for that sum: where the word weighs at least `rare`, a chunk
    that has it matches by `named` at the least.
    """

    least: float = 0.3
    most: float = 0.8
    by_cosine: float = 16.7
    by_cover: float = 2.9
    by_length: float = 0.85
    offset: float = -9.9
    usual_cosine: float = 0.4
    rare: float = 3.7
    named: float = 0.55

    def vector_share(self, cover: float) -> float:
        """How much the vectors weigh when the best word hit covers that share of the question's words."""
        return self.most - (self.most - self.least) * cover

    def match(self, cosine: float | None, *, cover: float, words: int, weight: float = 0.0) -> float:
        """From 0 to 1; see pipeline.domain.passage.Passage.match. `weight` is that of all the question's words."""
        near = self.usual_cosine if cosine is None else cosine
        total = self.by_cosine * near + self.by_cover * cover + self.by_length * math.log1p(words) + self.offset
        names_it = words == 1 and cover * weight >= self.rare
        return max(1 / (1 + math.exp(-total)), self.named if names_it else 0.0)


STATIC_TUNING: Final = Tuning()
_NEIGHBOUR: Final = 0.2


def in_context(rows: Vectors) -> Vectors:
    """Each chunk's vector with a little of the chunk before and the one after: what is said there colours it."""
    mixed = rows.copy()
    mixed[1:] += _NEIGHBOUR * rows[:-1]
    mixed[:-1] += _NEIGHBOUR * rows[1:]
    lengths = np.linalg.norm(mixed, axis=1, keepdims=True)
    units: Vectors = np.divide(mixed, lengths, out=np.zeros_like(mixed), where=lengths > 0)
    return units


def fuse(words: Mapping[str, float], cosines: Mapping[str, float], *, vector_share: float) -> dict[str, float]:
    """Scores from 0 to 1, the best first: the weighted sum of BM25 and cosine, each stretched to 0..1.

    A chunk without any of the words has 0 there. Where one side found nothing, the other decides alone. Ties are
    settled by id, so that the order never changes.
    """
    best = max(words.values(), default=0.0)
    low, high = min(cosines.values(), default=0.0), max(cosines.values(), default=0.0)
    share = 0.0 if not cosines else 1.0 if not words else vector_share
    scores = {
        name: (1 - share) * _share_of(words.get(name, 0.0), 0.0, best)
        + share * _share_of(cosines.get(name, low), low, high)
        for name in {*words, *cosines}
    }
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0])))


def _share_of(value: float, low: float, high: float) -> float:
    return (value - low) / (high - low) if high > low else float(high > 0)


def distinct(passages: Mapping[str, Passage], *, limit: int) -> dict[str, Passage]:
    """The first of passages that say the same (overlapping stretches, an episode in two feeds), `limit` of them."""
    kept: dict[str, Passage] = {}
    for name, passage in passages.items():
        if len(kept) == limit:
            break
        if not any(_is_same(passage, other) for other in kept.values()):
            kept[name] = passage
    return kept


def _is_same(one: Passage, other: Passage) -> bool:
    if one.text == other.text:
        return True
    if one.episode_id != other.episode_id or one.start is None or other.start is None:
        return False
    if one.end is None or other.end is None:
        return one.start == other.start
    shared = min(one.end, other.end) - max(one.start, other.start)
    return shared > 0.5 * min(one.end - one.start, other.end - other.start)
