from itertools import chain

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.choice.likeness import Vectors
from pipeline.domain.choice.topics import group_by_topic
from tests.peers.made_insights import rows, unlike


def _around(direction: int, count: int, *, seed: int) -> Vectors:
    noise = np.random.default_rng(seed).normal(scale=0.15, size=(count, 16))
    noise[:, direction] += 1
    return rows(*(tuple(row) for row in noise.tolist()))


def test_groups_texts_on_one_topic_and_leaves_strangers_alone() -> None:
    mixed = np.vstack([_around(0, 4, seed=1), _around(5, 3, seed=2), unlike(16)[9:11]])
    assert group_by_topic(mixed) == ((0, 1, 2, 3), (4, 5, 6), (7,), (8,))


def test_finds_a_member_that_is_near_the_centre_though_far_from_most_single_texts() -> None:
    # The spokes share only the first axis; the last row is weakly on that axis and on its own.
    spokes = [(0.75, *(0.66 if place == spoke else 0.0 for place in range(6))) for spoke in range(5)]
    outsider = (0.48, 0, 0, 0, 0, 0, 0.88)
    matrix = rows(*spokes, outsider)
    assert float(matrix[:5] @ matrix[5] @ np.ones(5) / 5) < 0.42
    assert group_by_topic(matrix) == ((0, 1, 2, 3, 4, 5),)


def test_nothing_has_no_topics_and_one_text_has_one() -> None:
    assert group_by_topic(np.zeros((0, 4), dtype=np.float32)) == ()
    assert group_by_topic(unlike(1)) == ((0,),)


def test_texts_without_any_meaning_stand_alone() -> None:
    assert group_by_topic(np.zeros((2, 4), dtype=np.float32)) == ((0,), (1,))


@given(st.integers(min_value=0, max_value=40), st.integers(min_value=0, max_value=2**32 - 1))
def test_every_text_is_in_exactly_one_topic(count: int, seed: int) -> None:
    matrix = np.random.default_rng(seed).normal(size=(count, 8)).astype(np.float32)
    matrix /= np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-9)
    groups = group_by_topic(matrix)
    assert sorted(chain.from_iterable(groups)) == list(range(count))
    assert groups == tuple(sorted(groups))
