"""What cannot head an item, because it leaves unsaid what it cannot do without."""

import pytest

from pipeline.domain.talk.clauses import headline_of
from pipeline.domain.talk.unsaid import is_taken_back, lacks_other_side


@pytest.mark.parametrize(
    "heading",
    [
        "The new pump is a little bit easier to mount",
        "Wooden windows are much more expensive",
        "Copper pipes aren't any cheaper",
    ],
)
def test_than_what_is_asked_of_a_comparison(heading: str) -> None:
    assert lacks_other_side(heading, "because the frame is light")


@pytest.mark.parametrize(
    ("heading", "after"),
    [
        ("The new pump is easier to mount than the old one", ""),
        ("The new pump is easier to mount", "than the old one"),
        ("A pump is quieter when the house is warm", ""),
        ("Pumps are getting cheaper and cheaper", ""),
        ("Copper pipes become cheaper", ""),
        ("A good roof gives you better sleep", ""),
        ("The more you insulate, the pump is smaller", ""),
    ],
)
def test_a_comparison_with_its_other_side_stands(heading: str, after: str) -> None:
    assert not lacks_other_side(heading, after)


def test_what_is_taken_back_at_once_heads_nothing() -> None:
    assert is_taken_back("A pump should last as long as a boiler", "but ours broke after a year", then="")
    assert is_taken_back("A pump lasts twenty years", "", then="But even the best one needs care.")
    assert not is_taken_back(
        "A pump should last as long as a boiler", "because it has few parts", then="But ours broke."
    )
    assert not is_taken_back("A pump heats a house easily", "but it cools it badly", then="")


def test_such_a_clause_is_no_headline() -> None:
    terms = frozenset({"pump", "boiler"})
    for said in (
        "A heat pump is a little bit easier to approach because the case is so clear.",
        "Heat pumps should be at least as good as old boilers, but even in spring ours was cold.",
    ):
        assert headline_of((said,), terms=terms, english=True) is None
