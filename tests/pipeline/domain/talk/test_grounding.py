"""The answer gate: its limits, its numbers and what it never lets through."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.talk.grounding import MOST_CITATIONS, MOST_WORDS, Draft, Dropped, ground
from pipeline.domain.talk.live_text import bare_address, live_part
from pipeline.domain.talk.speech import word_count
from tests.peers.made_talk import passages

FOUND = passages()
WORDS = st.sampled_from(
    [
        *("models", "forget", "skills", "rewards", "imitation", "batch", "because", "data.", "the", "Brandt", "Zed"),
        *("four", "77", "https://x.example", "@here", "[2]", "(1)"),
    ]
)
DRAFTS = st.lists(
    st.builds(
        Draft,
        st.lists(WORDS, max_size=60).map(" ".join),
        st.lists(st.integers(-2, 7), max_size=4).map(tuple),
    ),
    max_size=8,
)


@given(DRAFTS)
def test_what_stays_is_within_the_limits_and_cites_what_exists(drafts: list[Draft]) -> None:
    result = ground(drafts, FOUND)
    numbers = [citation.number for citation in result.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) <= MOST_CITATIONS
    assert {n for s in result.statements for n in s.citations} == set(numbers)
    assert all(s.citations and live_part(s.text) is None and bare_address(s.text) is None for s in result.statements)
    assert len(result.statements) + len(result.dropped) == len(drafts)
    if len(result.statements) > 1:
        assert sum(word_count(s.text) for s in result.statements) <= MOST_WORDS


@given(DRAFTS)
def test_judging_what_stayed_changes_nothing(drafts: list[Draft]) -> None:
    once = ground(drafts, FOUND)
    cited = [citation.passage for citation in once.citations]
    twice = ground([Draft(s.text, s.citations) for s in once.statements], cited)
    assert twice.statements == once.statements


def test_numbers_written_into_the_text_become_citations() -> None:
    result = ground([Draft("Mix old data into every batch [3]. Keep the tests (passages 4).", ())], FOUND)
    (statement,) = result.statements
    assert statement.text == "Mix old data into every batch. Keep the tests."
    assert [c.passage for c in result.citations] == [FOUND[2], FOUND[3]]


def test_a_sixth_passage_is_not_cited() -> None:
    many = [replace(FOUND[0], episode_id=f"e{n}") for n in range(7)]
    drafts = [Draft("Imitation lost old skills.", (n,)) for n in range(1, 8)]
    result = ground(drafts, many)
    assert len(result.citations) == 5
    assert result.dropped == (Dropped.TOO_MUCH, Dropped.TOO_MUCH)


def test_the_day_it_was_said_may_be_named() -> None:
    draft = Draft("On 22 November 2026 Tobias Brandt said that imitation lost nineteen percent of old skills.", (1,))
    assert ground([draft], FOUND).statements


def test_an_answer_in_another_language_is_judged_by_names_and_numbers_alone() -> None:
    kept = Draft("Belohnungen kosteten nur 4 percent der old skills, weil sie kaum etwas verschieben.", (1,))
    made_up = Draft("Das kostete 55 percent.", (1,))
    result = ground([kept, made_up], FOUND)
    assert Dropped.NUMBER_UNSUPPORTED in result.dropped
    assert result.lost_substance


def test_a_sentence_without_a_single_word_is_judged_too() -> None:
    assert ground([Draft("Reward training lost this share of skills: 4? 19.", (1,))], FOUND).statements


def test_nothing_from_nothing() -> None:
    assert ground([], FOUND).statements == ()
    assert ground([Draft("\u200b ", (1,))], FOUND).dropped == (Dropped.EMPTY,)
