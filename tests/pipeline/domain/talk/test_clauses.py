"""Headlines out of a speaker's own words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.talk.clauses import headline_of, without
from pipeline.domain.talk.speech import normalised

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
        ("It turns out that insulation beats a new heat pump.", "Insulation beats a new heat pump"),
        (
            "The heat pump, which everybody fears, needs only one good radiator.",
            "The heat pump needs only one good radiator",
        ),
        (
            "Thick insulation halves the noise of a heat pump in every single old town house.",
            "Thick insulation halves the noise of a heat pump",
        ),
        (
            "Repairing insulation helped us more than adding a heat pump did.",
            "Repairing insulation helped us more than adding a heat pump did",
        ),
        (
            "You looked at the roof for a long and windy day, but the pump can run without any roof at all.",
            "The pump can run without any roof at all",
        ),
        (
            "The insulation of walls is I would say one of the harder problems.",
            "The insulation of walls is one of the harder problems",
        ),
        ("No one changes the insulation anyway.", "No one changes the insulation"),
        (
            "A pump needs less electricity these days than a kettle.",
            "A pump needs less electricity these days than a kettle",
        ),
        ("With good insulation, everything is very quiet.", "With good insulation, everything is very quiet"),
        (
            "If you want to dry the wall that will take a year, because a small pump is not enough for wet insulation.",
            "A small pump is not enough for wet insulation",
        ),
        (
            "When you buy an old house, you have to check the insulation.",
            "When you buy an old house, you have to check the insulation",
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
        "You can put a pump in the cellar.",
        "We get a thousand new pumps from Sweden.",
        "The pump was broken in this cellar.",
        "The solution is to use a noise box.",
        "The number of pumps it takes in winter.",
        "Every time a pump starts in the cellar.",
        "The noise of the pumps I'm going to measure.",
        "Pumps removed from the cellar of a house.",
        "The pump is the noise is the problem.",
        "Insulation is great stuff for the pump.",
        "My pump heats the cellar and the roof.",
        "Pumps take several seconds, whereas insulation.",
        "The pump with the fan can be up to four.",
    ],
)
def test_finds_no_headline_where_no_clause_stands_alone(sentence: str) -> None:
    assert headline(sentence) is None


def test_what_is_named_and_let_go_of_heads_nothing() -> None:
    assert headline("Heat pumps, you can get installers that are better.") != (
        "Heat pumps, you can get installers that are better"
    )


def test_a_reason_that_was_only_said_by_somebody_is_not_cut_free() -> None:
    said = "They said the wall will take a year, because a small pump is not enough for wet insulation."
    assert headline(said) != "A small pump is not enough for wet insulation"


def test_what_is_only_supposed_is_not_cut_free_of_its_condition() -> None:
    assert headline("If the wall is as thin as a sheet of old paper today, the pump runs day and night.") is None
    assert headline("Some say that in the long run of things today, the pump runs on hope alone.") is None


@pytest.mark.parametrize(
    "sentence",
    [
        "Heat pumps only mean the loss of warmth in the pipes is smaller than it was in the old and leaky house.",
        "The insulation number is the usual name for the puzzle that you solve when the whole house is built.",
    ],
)
def test_a_clause_is_not_cut_where_the_rest_decides_what_it_says(sentence: str) -> None:
    found = headline(sentence)

    assert found is None or found.endswith(("smaller", "built"))


def test_advice_to_everybody_may_head_an_item() -> None:
    assert headline("You should never hide a heat pump behind insulation.") is not None


def test_a_plain_claim_beats_praise_and_possibility() -> None:
    said = (
        "The pump has some great ideas for you.",
        "The pump might reach the attic.",
        "Insulation keeps the pump small.",
    )

    assert headline(*said) == "Insulation keeps the pump small"


def test_says_what_of_its_sentence_can_be_spared() -> None:
    joined = headline_of(("The roof leaks a lot, and insulation keeps the pump small.",), terms=TERMS, english=True)
    bound = headline_of(("In an old house, insulation keeps the pump small.",), terms=TERMS, english=True)

    assert joined is not None
    assert bound is not None
    if joined.spared:
        assert without(joined.spared, "The roof leaks a lot, and insulation keeps the pump small.") == (
            "Insulation keeps the pump small."
        )
    assert bound.spared == ""


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
