"""What the form of a passage tells, and what it is about."""

import pytest

from pipeline.domain.insight import Kind
from pipeline.domain.talk.claims import form_of, is_fragment, opens_definite, opens_loose
from pipeline.domain.talk.keywords import Vocabulary, topics_of
from pipeline.domain.talk.smalltalk import is_housekeeping

CLAIM = (
    "Installers charge more for new pipes because old pipes were built for hot water.",
    "Floor heating needs almost none of those changes, so the total cost falls by 40 percent.",
)
CHATTER = ("I remember when I was at my uncle's, dude, it was awesome.", "I had no idea, haha, and I laughed.")


def test_a_claim_with_a_reason_outdoes_an_anecdote() -> None:
    claim, chatter = form_of(CLAIM), form_of(CHATTER)

    assert claim.claim > chatter.claim
    assert claim.chatter < chatter.chatter
    assert claim.density > chatter.density


def test_pronouns_without_anybody_and_code_read_aloud_lean_on_their_context() -> None:
    assert form_of(("Then he told them to do it his way.", "They did.")).dangling > form_of(CLAIM).dangling
    assert form_of(("You write dollar sign colon console dot log.",)).dangling > form_of(CLAIM).dangling


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The bill falls by 40 percent.", Kind.NUMBER),
        ("Gas boilers will eventually disappear from new houses.", Kind.PREDICTION),
        ("You should change the setting in small steps, and make sure the pump runs.", Kind.METHOD),
        ("I remember the house. I was cold and I had no coat.", Kind.STORY),
        ("Noise depends on the fan.", Kind.CLAIM),
    ],
)
def test_the_kind_follows_the_form(text: str, kind: Kind) -> None:
    assert form_of((text,)).kind is kind


@pytest.mark.parametrize(
    "text",
    [
        "Welcome to the show.",
        "The links are in the show notes.",
        "Let's move on to the next question.",
        "Subscribe now.",
    ],
)
def test_talk_about_the_show_is_housekeeping(text: str) -> None:
    assert is_housekeeping(text)
    assert not is_housekeeping(CLAIM[0])


@pytest.mark.parametrize(
    ("sentence", "loose"),
    [
        ("It saves money.", True),
        ("That is why.", True),
        ("Another big one is noise.", True),
        ("But the fan is loud.", True),
        ("In this case the fan is loud.", True),
        ("There are two kinds of fans.", False),
        ("Because fans are loud, people complain.", False),
        ("Fans are loud.", False),
    ],
)
def test_knows_a_sentence_that_leans_on_the_one_before(sentence: str, *, loose: bool) -> None:
    assert opens_loose(sentence) is loose


def test_topics_are_terms_of_the_passage_that_the_episode_returns_to() -> None:
    said = ["The heat pump is cheap.", "A heat pump is quiet.", "The heat pump has a compressor.", "Paris is nice."]
    vocabulary = Vocabulary.of(said, metadata="Heat pumps and noise")

    assert topics_of("The heat pump in Paris is quiet, and noise is low.", vocabulary) == ("heat pump", "noise")
    assert vocabulary.knows("pump")
    assert {"heat", "noise"} <= vocabulary.terms


@pytest.mark.parametrize(
    ("sentence", "part"),
    [
        ("Which transactions go into a block.", True),
        ("In order to make the pump quiet.", True),
        ("The fan and the pump and the pipe.", True),
        ("Because fans are loud, people complain.", False),
        ("Fans make noise.", False),
    ],
)
def test_knows_a_sentence_that_is_only_a_part_of_one(sentence: str, *, part: bool) -> None:
    assert is_fragment(sentence) is part


@pytest.mark.parametrize(
    ("sentence", "definite"),
    [
        ("The box is too small.", True),
        ("The box of the pump is too small.", False),
        ("The Kettleworks box is too small.", False),
        ("The pump is too small.", False),
        ("A box is too small.", False),
    ],
)
def test_knows_a_thing_that_the_reader_was_never_told_of(sentence: str, *, definite: bool) -> None:
    assert opens_definite(sentence, {"pump"}) is definite
