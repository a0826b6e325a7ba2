"""Headlines out of a speaker's own words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.clauses import headline_of
from pipeline.domain.speech import normalised

TERMS = frozenset({"pump", "insulation", "noise", "liquid"})
LINE = (
    "the pump is cheap , because noise and you can if when installers need it to run but which costs I think that"
    " insulation saves money . so really just"
)
PIECES = st.lists(st.sampled_from(LINE.split()), min_size=4, max_size=40)


def headline(*sentences: str) -> str | None:
    clause = headline_of(sentences, terms=TERMS, english=True)
    return clause.text if clause else None


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Insulation should come before the heat pump.", "Insulation should come before the heat pump"),
        (
            "Liquid makes custodians suck less because the custodians are spread out over very different companies.",
            "Liquid makes custodians suck less",
        ),
        (
            "I think the heat pump is really the cheaper half, which nobody in the whole trade likes to hear.",
            "The heat pump is the cheaper half",
        ),
        (
            "You looked at the roof for a long and windy day, but the pump can run without any roof at all.",
            "The pump can run without any roof at all",
        ),
    ],
)
def test_takes_the_main_clause_that_stands_alone(sentence: str, expected: str) -> None:
    assert headline(sentence) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "It is the best of all the pumps.",
        "That means the pump is cheap.",
        "Which pump is the best for me?",
        "I bought a pump in the market.",
        "Let's say, the pump is too cheap.",
        "The pump in the cellar of the house.",
        "The need for a pump and a pipe.",
        "The named pump near the old house.",
        "Buy a heat pump and a pipe.",
        "In the cellar of every old house.",
        "The pump is cheap, and the pipe, and the fan, and so on.",
        "The list shows the people who owns.",
        "Pumps.",
    ],
)
def test_finds_no_headline_where_no_clause_stands_alone(sentence: str) -> None:
    assert headline(sentence) is None


def test_what_is_only_supposed_is_not_cut_free_of_its_condition() -> None:
    assert headline("If the wall is as thin as a sheet of old paper today, the pump runs day and night.") is None
    assert headline("Some say that in the long run of things today, the pump runs on hope alone.") is None


def test_a_clause_about_the_subject_beats_a_longer_one_about_something_else() -> None:
    said = ("My friend Robert has got four brown horses and grey donkeys.", "Noise depends on the fan.")

    assert headline(*said) == "Noise depends on the fan"


def test_other_languages_are_cut_at_punctuation_alone() -> None:
    clause = headline_of(("Die Pumpe braucht wenig Strom, weil sie Wärme nur verschiebt.",), terms=(), english=False)

    assert clause is not None
    assert clause.text in {
        "Die Pumpe braucht wenig Strom",
        "Die Pumpe braucht wenig Strom, weil sie Wärme nur verschiebt",
    }


@given(PIECES)
def test_a_headline_has_the_sentences_words_in_order_and_at_most_twelve(pieces: list[str]) -> None:
    sentence = " ".join(pieces).replace(" ,", ",").replace(" .", ".")
    found = headline(sentence)
    if found is not None:
        said = iter(normalised(sentence).split())
        assert all(word in said for word in normalised(found).split())
        assert 2 <= len(found.split()) <= 12
        assert not found[0].islower()
