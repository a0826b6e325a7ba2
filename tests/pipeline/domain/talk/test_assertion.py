"""Which clauses claim something, and which only report, define, name or tell what somebody may do."""

import pytest

from pipeline.domain.talk.headings import Cut, claim_of

CLAIMS = (
    "Endgames pay better than openings",
    "The likelihood of a payment increases substantially",
    "Key deletion is notoriously impossible to prove",
    "A small model needs less electricity",
    "Not all transactions need a blockchain",
    "Parents should never talk about the result in the car",
    "It is easier to sleep when nobody is counting",
    "Scarce labour beats any law",
    "The bill fell by 40 percent",
    "The problem with cheap pumps is the noise",
)
NO_CLAIMS = (
    "The new version was released on Friday",
    "Iodide is a project by a foundation",
    "The tool has a new command",
    "The app allows you to read pages",
    "You need to set the unlock time",
    "One server might run a web server",
    "The network is growing",
    "Our boiler heats the cellar",
    "The flexibility of grids is flexible",
    "A nonce is called a number",
)


def claim(text: str, after: str = "") -> float:
    return claim_of(Cut(text, text, "", whole=not after, after=after))


@pytest.mark.parametrize("text", CLAIMS)
def test_what_a_reader_can_deny_is_a_claim(text: str) -> None:
    assert claim(text) >= 0.26


@pytest.mark.parametrize("text", NO_CLAIMS)
def test_reports_definitions_errands_and_possibilities_are_none(text: str) -> None:
    assert claim(text) < 0.26


def test_what_is_argued_for_was_meant_as_a_claim() -> None:
    said = "A guild was mainly an insurance company"

    assert claim(said, "because a master could not feed his family") > claim(said)
    assert claim(said, "and then the doors were closed") == claim(said)


def test_a_claim_of_the_past_counts_for_less_than_one_of_today() -> None:
    assert claim("The law failed everywhere") < claim("The law fails everywhere")
    assert 0 <= claim("The law failed everywhere") <= 1
