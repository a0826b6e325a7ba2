from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.texts.reading import clock, counted, in_words, short_day, shortened, unrepeated, weekday


def test_days_are_written_for_readers() -> None:
    assert weekday(date(2026, 11, 23)) == "Monday 23 November"
    assert short_day(date(2026, 11, 2)) == "2 Nov"


@pytest.mark.parametrize(
    ("seconds", "written"), [(0, "0:00"), (59.9, "0:59"), (754, "12:34"), (3600, "1:00:00"), (36_003.2, "10:00:03")]
)
def test_times_are_written_as_players_do(seconds: float, written: str) -> None:
    assert clock(seconds) == written


def test_counts_agree_with_their_noun() -> None:
    assert [counted(1, "show"), counted(3, "show"), counted(1_200, "show")] == ["1 show", "3 shows", "1,200 shows"]
    assert counted(2, "is", "are") == "2 are"
    assert [in_words(0), in_words(5), in_words(6)] == ["no", "five", "6"]


def test_a_long_text_ends_after_a_sentence_where_one_ends_late() -> None:
    assert shortened("One two three. Four five six seven.", 20) == "One two three."


def test_a_long_text_ends_between_words_otherwise() -> None:
    assert shortened("Waiting for the grid, and what it costs", 23) == "Waiting for the grid…"


def test_a_long_word_is_cut() -> None:
    assert shortened("a" * 30, 10) == "a" * 9 + "…"


@given(st.text(), st.integers(min_value=0, max_value=60))
def test_shortened_is_never_too_long(words: str, longest: int) -> None:
    assert len(shortened(words, longest)) <= longest


@pytest.mark.parametrize(
    ("body", "rest"),
    [
        ("The fan is loud. The pump is not.", "The pump is not."),
        ("The fan is really loud. The pump is not.", "The pump is not."),
        ("The fan is loud, because it is old. The pump is not.", "… because it is old. The pump is not."),
        ("I think the fan is loud. The pump is not.", "I think the fan is loud. The pump is not."),
        ("The fan is kind of loud. The pump is not.", "The fan is kind of loud. The pump is not."),
        ("The fan is loud… The pump is not…", "The pump is not…"),
        ("A pump is quiet. The fan is loud.", "A pump is quiet. The fan is loud."),
        ("The fan is loud.", "The fan is loud."),
        ("The fan", "The fan"),
    ],
)
def test_a_body_is_shown_without_the_headline_it_begins_with(body: str, rest: str) -> None:
    assert unrepeated(body, "The fan is loud") == rest
    assert unrepeated(body, "") == body
