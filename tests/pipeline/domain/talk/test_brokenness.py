"""Broken grammar, as recognisers and speakers leave it."""

import pytest

from pipeline.domain.talk.brokenness import breaks_in


@pytest.mark.parametrize(
    "sentence",
    [
        "The rest is has no floor.",
        "You pay a the price of a new pump.",
        "The fan can is loud.",
        "I don't want to it's just different.",
        "The pump is quiet You can sleep beside it.",
        "So then i've used the pump before.",
        "It it's a very quiet pump.",
        "They is the loudest pumps of all.",
        "Some I wouldn't buy for that house.",
        "The price of we all know.",
        "The pump is quiet and",
    ],
)
def test_counts_what_no_written_sentence_has(sentence: str) -> None:
    assert breaks_in(sentence) > 0


@pytest.mark.parametrize(
    "sentence",
    [
        "What it is, is a pump.",
        "The thing is that you cannot hear the pump I have.",
        "Whoever you ask, they will say it is loud.",
        "The house I live in has a pump, and I like it.",
        "We, the people of the town, pay for it.",
        "The town says: “The pump stays.”",
        "It’s what we’re looking for, isn’t it?",
        "",
    ],
)
def test_leaves_clumsy_but_sound_speech_alone(sentence: str) -> None:
    assert breaks_in(sentence) == 0
