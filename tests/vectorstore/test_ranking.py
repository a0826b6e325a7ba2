"""Order, certainty and what counts as the same."""

import math
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.answer import Grade
from pipeline.domain.passage import Passage
from pipeline.domain.talk.grading import NOT_FOUND_BELOW, PARTLY_BELOW, grade_of
from vectorstore.ranking import STATIC_TUNING, distinct, fuse, in_context

NAMES = st.dictionaries(st.sampled_from("abcdefgh"), st.floats(min_value=0.01, max_value=50))
UNITS = st.floats(min_value=0, max_value=1)
PASSAGE = Passage(
    "f", "u", "Feed", "e", "Title", "g", "text", 0.0, 60.0, None, 0.0, 0.0, datetime(2026, 1, 1, tzinfo=UTC)
)


@given(NAMES, NAMES, UNITS)
def test_every_candidate_gets_a_score_between_0_and_1_and_the_best_comes_first(
    words: dict[str, float], cosines: dict[str, float], share: float
) -> None:
    scores = fuse(words, cosines, vector_share=share)
    assert set(scores) == {*words, *cosines}
    assert all(0 <= score <= 1 for score in scores.values())
    assert list(scores.values()) == sorted(scores.values(), reverse=True)


@given(NAMES, NAMES, UNITS)
def test_the_order_does_not_depend_on_the_order_of_the_hits(
    words: dict[str, float], cosines: dict[str, float], share: float
) -> None:
    turned = fuse(dict(reversed(words.items())), dict(reversed(cosines.items())), vector_share=share)
    assert list(turned.items()) == list(fuse(words, cosines, vector_share=share).items())


def test_both_sides_together_beat_either_alone() -> None:
    scores = fuse({"both": 8.0, "words": 9.0}, {"both": 0.6, "meaning": 0.61, "words": 0.1}, vector_share=0.5)
    assert next(iter(scores)) == "both"


def test_where_one_side_found_nothing_the_other_decides_alone() -> None:
    assert fuse({}, {"a": 0.5, "b": 0.2}, vector_share=0.3) == {"a": 1.0, "b": 0.0}
    assert fuse({"a": 5.0, "b": 2.5}, {}, vector_share=0.3) == {"a": 1.0, "b": 0.5}
    assert fuse({}, {}, vector_share=0.3) == {}


def test_the_fewer_of_the_words_are_found_the_more_the_meaning_weighs() -> None:
    assert STATIC_TUNING.vector_share(0.0) > STATIC_TUNING.vector_share(0.5) > STATIC_TUNING.vector_share(1.0)


@given(UNITS, UNITS, st.integers(min_value=0, max_value=60))
def test_the_match_grows_with_the_cosine_and_with_the_covered_words(cosine: float, cover: float, words: int) -> None:
    match = STATIC_TUNING.match(cosine, cover=cover, words=words)
    assert 0 <= match <= 1
    assert STATIC_TUNING.match(min(1.0, cosine + 0.1), cover=cover, words=words) >= match
    assert STATIC_TUNING.match(cosine, cover=min(1.0, cover + 0.1), words=words) >= match


def test_without_vectors_the_words_alone_can_carry_an_answer_or_none() -> None:
    assert grade_of(STATIC_TUNING.match(None, cover=1.0, words=5)) is not Grade.NOT_FOUND
    assert grade_of(STATIC_TUNING.match(None, cover=0.2, words=5)) is Grade.NOT_FOUND


def test_a_question_of_one_rare_word_is_answered_partly_where_the_word_was_said() -> None:
    rare, common = math.log(1000), math.log(3)
    assert grade_of(STATIC_TUNING.match(0.1, cover=1.0, words=1, weight=rare)) is Grade.PARTLY
    assert grade_of(STATIC_TUNING.match(0.1, cover=0.0, words=1, weight=rare)) is Grade.NOT_FOUND
    assert grade_of(STATIC_TUNING.match(0.1, cover=1.0, words=1, weight=common)) is Grade.NOT_FOUND
    assert grade_of(STATIC_TUNING.match(0.1, cover=1.0, words=2, weight=rare)) is Grade.NOT_FOUND


@pytest.mark.parametrize(
    ("match", "grade"),
    [
        (0.0, Grade.NOT_FOUND),
        (NOT_FOUND_BELOW, Grade.PARTLY),
        (PARTLY_BELOW, Grade.ANSWERED),
        (1.0, Grade.ANSWERED),
    ],
)
def test_the_grade_follows_the_match(match: float, grade: Grade) -> None:
    assert grade_of(match) is grade


def test_a_neighbour_colours_a_chunk_a_little() -> None:
    rows = np.eye(3, dtype=np.float32)
    mixed = in_context(rows)
    assert np.allclose(np.linalg.norm(mixed, axis=1), 1.0)
    assert np.all(np.argmax(mixed, axis=1) == np.arange(3))
    assert mixed[0, 1] > 0 == mixed[0, 2]


def test_no_rows_and_empty_rows_stay_what_they_are() -> None:
    assert in_context(np.zeros((0, 3), dtype=np.float32)).shape == (0, 3)
    assert not in_context(np.zeros((2, 3), dtype=np.float32)).any()


def kept(given_passages: list[Passage], *, limit: int = 9) -> list[Passage]:
    named = {f"n:{number}": passage for number, passage in enumerate(given_passages)}
    return list(distinct(named, limit=limit).values())


def test_one_result_stands_for_each_overlapping_stretch() -> None:
    lapped = replace(PASSAGE, text="lapped", start=20.0, end=80.0)
    touching = replace(PASSAGE, text="next", start=60.0, end=120.0)
    elsewhere = replace(PASSAGE, text="other", episode_id="other")
    open_end = replace(PASSAGE, text="open", end=None)
    untimed = replace(PASSAGE, text="untimed", start=None, end=None)
    given_passages = [PASSAGE, lapped, touching, elsewhere, open_end, untimed]
    assert kept(given_passages) == [PASSAGE, touching, elsewhere, untimed]


def test_the_same_words_from_two_feeds_are_shown_once() -> None:
    assert kept([PASSAGE, replace(PASSAGE, episode_id="twin")]) == [PASSAGE]


def test_stops_at_the_limit() -> None:
    many = [replace(PASSAGE, text=str(n), episode_id=str(n)) for n in range(9)]
    assert kept(many, limit=3) == many[:3]
