"""Which insights are about the same topic.

Pairs are joined by their mean likeness, then every insight moves to the topic whose centre it is nearest to: a
centre knows better than single texts what a topic is about, and so finds those that share few words with the others.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.domain.choice.likeness import Vectors, likeness

JOIN_FROM: Final = 0.33
"""Mean cosine between the members of two topics from which they are one, and the least to stay with one's topic."""
MOVE_FROM: Final = 0.42
"""Cosine with another topic's centre from which an insight may move there."""
_ROUNDS: Final = 3
_NEVER: Final = -2.0
_NOTHING: Final = 1e-6
"""What rounding may leave of a vector minus itself."""

_Matrix = npt.NDArray[np.float64]
_Labels = npt.NDArray[np.int64]


def group_by_topic(vectors: Vectors) -> tuple[tuple[int, ...], ...]:
    """The rows grouped by topic: each row in exactly one group, a row without company alone in its own.

    Rows of a group and groups are in ascending order. Meant for some hundreds of rows: time grows with their cube.
    """
    if not len(vectors):
        return ()
    labels = _joined(likeness(vectors, vectors))
    for _ in range(_ROUNDS):
        moved = _moved(vectors.astype(np.float64), labels)
        if np.array_equal(moved, labels):
            break
        labels = moved
    groups: dict[int, list[int]] = {}
    for row, label in enumerate(labels.tolist()):
        groups.setdefault(label, []).append(row)
    return tuple(sorted(tuple(rows) for rows in groups.values()))


def _joined(cosines: _Matrix) -> _Labels:
    """Join the two topics with the highest mean likeness until none is above the threshold."""
    means = cosines.copy()
    np.fill_diagonal(means, _NEVER)
    labels = np.arange(len(means))
    sizes = np.ones(len(means))
    while True:
        kept, gone = sorted(divmod(int(means.argmax()), len(means)))
        if means[kept, gone] < JOIN_FROM:
            return labels
        row = (means[kept] * sizes[kept] + means[gone] * sizes[gone]) / (sizes[kept] + sizes[gone])
        row[means[kept] == _NEVER] = _NEVER
        row[gone] = _NEVER
        means[kept], means[:, kept] = row, row
        means[gone], means[:, gone] = _NEVER, _NEVER
        sizes[kept] += sizes[gone]
        labels[labels == gone] = kept


def _moved(vectors: _Matrix, labels: _Labels) -> _Labels:
    """Every row with the topic whose centre it is nearest to, or alone; all rows look at the same old centres."""
    names, labels = np.unique(labels, return_inverse=True)
    sums = np.zeros((len(names), vectors.shape[1]))
    np.add.at(sums, labels, vectors)
    own, others = _centre_cosines(vectors, sums, labels)
    rows, nearest = np.arange(len(vectors)), others.argmax(axis=1)
    best = others[rows, nearest]
    moved = np.where((best > own) & (best >= MOVE_FROM), nearest, labels)
    alone = (moved == labels) & (own < JOIN_FROM)
    moved[alone] = len(names) + np.flatnonzero(alone)
    return moved


def _centre_cosines(vectors: _Matrix, sums: _Matrix, labels: _Labels) -> tuple[_Matrix, _Matrix]:
    """The cosine of each row with its own topic's centre without it (0 when alone), and with all other centres."""
    rows = np.arange(len(vectors))
    others = vectors @ sums.T / np.maximum(np.linalg.norm(sums, axis=1), _NOTHING)
    others[rows, labels] = _NEVER
    rest = sums[labels] - vectors
    size = np.linalg.norm(rest, axis=1)
    own = np.zeros(len(vectors))
    np.divide((rest * vectors).sum(axis=1), size, out=own, where=size > _NOTHING)
    return np.round(own, 6), np.round(others, 6)
