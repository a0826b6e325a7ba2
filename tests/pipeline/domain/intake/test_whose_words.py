"""Transcripts of other episodes are recognised by clear signs, and right ones never refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.feed import FoundEpisode
from pipeline.domain.intake.whose_words import Sibling, why_anothers

TIDES = FoundEpisode(
    "1", "Tides", summary="Spring tides, neap tides, gravity, Newton, harbours, mudflats and moonlight."
)
BREAD = FoundEpisode("2", "Bread", summary="Sourdough, hydration, proofing, gluten, bakery ovens, crumbs and crust.")
BEES = FoundEpisode("3", "Bees", summary="Swarms, hives, honeycombs, pollen, drones, queens and winter clusters.")
OF_TIDES = "Newton explained gravity and spring tides, and harbours fall dry where mudflats lie in moonlight."
OF_BREAD = "Sourdough needs hydration and proofing so that gluten holds in bakery ovens with crust and crumbs."


def why(text: str, found: FoundEpisode, *others: FoundEpisode, stored: str | None = None) -> str | None:
    return why_anothers(text, found, [Sibling(other, stored) for other in others], content="h")


def test_the_words_of_another_episodes_notes_tell_whose_it_is() -> None:
    assert why(OF_BREAD, TIDES, BREAD, BEES) == (
        "it speaks of what the notes of “Bread” tell, and not of this episode's"
    )
    assert why(OF_TIDES, TIDES, BREAD, BEES) is None


@pytest.mark.parametrize(
    ("text", "found", "others"),
    [
        ("We talk about this and that.", TIDES, (BREAD, BEES)),
        (f"{OF_BREAD} {OF_TIDES}", TIDES, (BREAD, BEES)),
        (OF_BREAD, FoundEpisode("4", "Part 4", summary="Our sponsors are great."), (BREAD, BEES)),
        (OF_BREAD, TIDES, (BREAD,)),
        (OF_BREAD, TIDES, ()),
        (OF_BREAD, BREAD, (BREAD, BREAD, BEES)),
    ],
    ids=["says little", "of both", "notes say little", "one sibling", "no sibling", "notes copied"],
)
def test_without_clear_signs_nothing_is_refused(
    text: str, found: FoundEpisode, others: tuple[FoundEpisode, ...]
) -> None:
    assert why(text, found, *others) is None


@pytest.mark.parametrize(
    ("here", "there", "is_refused"),
    [(600, 3600, True), (600, 610, False), (None, 3600, False), (600, None, False)],
)
def test_the_same_words_in_two_episodes_are_wrong_unless_it_may_be_the_same_talk(
    here: float | None, there: float | None, is_refused: bool
) -> None:
    reason = why(
        "Anything.", FoundEpisode("1", "Rerun", duration=here), FoundEpisode("2", "First", duration=there), stored="h"
    )
    assert reason == ("it is word for word the one of “First”" if is_refused else None)


@given(st.lists(st.text(max_size=200), min_size=2, max_size=6), st.text(max_size=200))
def test_what_says_its_own_notes_is_never_refused(notes: list[str], more: str) -> None:
    found, *others = (FoundEpisode(str(n), "", summary=text) for n, text in enumerate(notes))
    assert why(f"{notes[0]} {more}", found, *others) is None
