"""Talk that is no statement."""

import pytest

from pipeline.domain.talk.smalltalk import chatter_in, is_housekeeping, is_lost, is_story


@pytest.mark.parametrize(
    "text",
    [
        "We're going to look at pumps in a minute.",
        "I'm going to read the last one.",
        "It's at pumps.io if you want it.",
        "Ann Doe: The pump is quiet.",
        "My new course on pumps is out.",
        "The links are in the show notes.",
    ],
)
def test_the_show_about_itself_is_housekeeping(text: str) -> None:
    assert is_housekeeping(text)


@pytest.mark.parametrize(
    "text",
    [
        "The channel is open, and the payment goes through.",
        "Water flows from the tank into the pipe.",
        "I would recommend a smaller pump.",
        "A node that is listening needs an open port.",
    ],
)
def test_the_same_words_about_something_else_are_none(text: str) -> None:
    assert not is_housekeeping(text)


@pytest.mark.parametrize(
    "text",
    [
        "I don't know how loud it is.",
        "It hums, well, it sings.",
        "The pump is, no wait, the fan is loud.",
        "You pay nine bucks for that.",
        "There's a Yeah, one of the pumps is loud.",
        "The hash is blah.",
    ],
)
def test_a_speaker_without_the_thread_is_lost(text: str) -> None:
    assert is_lost(text)
    assert not is_lost("The pump knows the weather, and the fan does not.")


def test_acted_speech_and_telling_of_oneself_are_chatter_but_holding_an_opinion_is_not() -> None:
    claim = chatter_in("I think that a small pump is the better choice for most houses.")

    assert chatter_in("They're like, well, this pump sucks.") > claim
    assert chatter_in("I deleted my pump and I called my mother about it.") > claim
    assert claim < 0.1


def test_what_happened_to_the_speaker_is_a_story() -> None:
    assert is_story("I deleted the pump, and then I called the firm.")
    assert not is_story("The pump was deleted.")
