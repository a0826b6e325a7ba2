"""Where a clause has its subject and its verb."""

import pytest

from pipeline.domain.talk.speech import normalised
from pipeline.domain.talk.statements import has_statement, is_aimed_at_anyone, stands_by_form, subject_of


def subject(text: str) -> str:
    return " ".join(subject_of(text, normalised(text).split()))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Skill travels in people, not in books", "skill"),
        ("Wages in England doubled within thirty years", "wages in england"),
        ("Counting signatures underestimates reading by half", "counting signatures"),
        ("Strong players remember patterns", "strong players"),
        ("In an old house, insulation keeps the pump small", "insulation"),
        ("The wages paid by lords were low", "the wages paid by lords"),
        ("The firm wanted to create a currency", ""),
    ],
)
def test_the_subject_ends_before_the_main_verb(text: str, found: str) -> None:
    assert subject(text) == found


@pytest.mark.parametrize(
    ("text", "stands"),
    [
        ("It is easier to lose a town than to win it", True),
        ("It takes three years to train a baker", True),
        ("The more you practise, the less you think", True),
        ("There is no free lunch in statistics", True),
        ("It is a project by a foundation", False),
        ("It's hard to say without a picture", False),
        ("The more capacity you bring to the network", False),
        ("There is a bakery in the village", False),
    ],
)
def test_some_forms_need_no_subject_of_their_own(text: str, *, stands: bool) -> None:
    assert stands_by_form(text) is stands


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Not all towns need a wall", True),
        ("Not about towns and their walls", False),
        ("Pages removed from the index", False),
        ("The update removed the index", True),
    ],
)
def test_tells_a_statement_from_a_mere_phrase(text: str, *, whole: bool) -> None:
    assert has_statement(text, normalised(text).split()) is whole


def test_everybody_and_nobody_is_no_particular_subject() -> None:
    assert is_aimed_at_anyone(["you", "dont"])
    assert is_aimed_at_anyone(["most", "people"])
    assert not is_aimed_at_anyone(["most", "bakers"])
    assert not is_aimed_at_anyone([])
