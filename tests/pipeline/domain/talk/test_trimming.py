"""Spoken text made readable without a word of ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.talk.speech import normalised
from pipeline.domain.talk.trimming import bare, trimmed

SPOKEN = st.lists(
    st.sampled_from(
        [
            "so",
            "yeah,",
            "um",
            "I",
            "mean,",
            "you",
            "know,",
            "the",
            "the",
            "pump",
            "is",
            "is",
            "like,",
            "kind",
            "of",
            "really",
            "cold.",
            "and",
            "but",
            "it",
            "works",
            "right?",
            "Okay.",
            "because",
            "of",
            "sort",
            "of,",
            "a",
            "3",
            "3",
            "I've",
            "I've",
            "been",
            "and",
            "so",
            "on",
            "what",
            "not",
            "no",
            "they",
            "can",
            "they",
            "can",
        ]
    ),
    min_size=1,
    max_size=30,
)


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("So, yeah, I mean, the pump is quiet.", "The pump is quiet."),
        ("And um the, the pump is, uh, quiet, you know.", "The pump is, quiet."),
        ("They can they can lower the price, right?", "They can lower the price."),
        ("It is a kind of pump and, um, it sort of hums.", "It is a kind of pump and, it sort of hums."),
        ("So I think the pump is, like, 20 years old.", "I think the pump is, 20 years old."),
        ("Well, it is like 20 times louder, kind of.", "It is like 20 times louder, kind of."),
        ("And so on, for every pump.", "And so on, for every pump."),
        ("And we're near the pump", "We're near the pump."),
        ("But of the two one is better.", "But of the two one is better."),
        ("And with a fan, the pump is quiet.", "With a fan, the pump is quiet."),
        ("It was very very cold and had had enough.", "It was very very cold and had had enough."),
        ("The 3 3 rule", "The 3 3 rule."),
        ("macOS is fine", "macOS is fine."),
    ],
)
def test_leaves_out_what_carries_no_meaning(spoken: str, written: str) -> None:
    assert trimmed([spoken]) == (written,)


def test_how_sure_a_speaker_is_stays_and_is_left_out_for_judging_alone() -> None:
    said = trimmed(["And so I think the pump is sort of loud, right?", "I guess the fan is like 20 years old."])

    assert said == ("I think the pump is sort of loud.", "I guess the fan is like 20 years old.")
    assert bare(said) == ("The pump is loud.", "I guess the fan is 20 years old.")


def test_sentences_that_say_nothing_disappear_and_denials_stay() -> None:
    assert trimmed(["Absolutely.", "The pump is quiet.", "It's pretty neat.", "It is not.", "Um."]) == (
        "The pump is quiet.",
        "It is not.",
    )


def test_later_sentences_keep_what_joins_them() -> None:
    assert trimmed(["The pump is quiet.", "But the fan is not.", "And yeah, the fan is loud."]) == (
        "The pump is quiet.",
        "But the fan is not.",
        "The fan is loud.",
    )


@given(st.lists(SPOKEN, min_size=1, max_size=4))
def test_trimming_only_ever_removes_words(spoken: list[list[str]]) -> None:
    sentences = [" ".join(words) for words in spoken]
    said = iter(normalised(" ".join(sentences)).split())

    assert all(word in said for word in normalised(" ".join(trimmed(sentences))).split())
