"""When two shows speak of the same."""

import pytest

from pipeline.domain.choice.labels import ALSO_FROM, SURELY_FROM, speak_alike
from pipeline.domain.digest import Candidate
from tests.peers.made_insights import candidate, episode, insight

IDLE = ("A graphics card costs the same whether it is busy or idle", "Below a third of its load it is cheaper to rent.")
IDLE_TOO = ("An idle graphics card costs as much as a busy one", "So its use decides what your own model costs.")
DELAY = (
    "The release of Steamcore 24 was delayed by a month",
    "There was a quarrel about a switch in the Steamcore node.",
)
WALLET = ("The wallet of Steamcore became a bit unwieldy", "It stores keys in a file that nobody cleans.")


def said(claim: tuple[str, str], show: str) -> Candidate:
    headline, body = claim
    return candidate(insight(show, episode=f"e-{show}", headline=headline, body=body), episode(f"e-{show}", feed=show))


def test_the_same_claim_on_two_shows_is_found() -> None:
    assert speak_alike(said(IDLE, "a"), said(IDLE_TOO, "b"), ALSO_FROM)


def test_two_claims_about_one_product_are_not_the_same() -> None:
    assert not speak_alike(said(DELAY, "a"), said(WALLET, "b"), 0.6)


@pytest.mark.parametrize("cosine", [ALSO_FROM - 0.01, 0.0])
def test_without_nearness_in_meaning_equal_words_prove_nothing(cosine: float) -> None:
    assert not speak_alike(said(IDLE, "a"), said(IDLE_TOO, "b"), cosine)


def test_what_is_very_near_in_meaning_needs_one_common_word_only() -> None:
    other = ("Renting beats owning below a third of the load", "A card that sleeps is paid for all the same.")
    stranger = ("Renting beats owning below a third", "Empty hours are paid for all the same.")

    assert speak_alike(said(IDLE, "a"), said(other, "b"), SURELY_FROM)
    assert not speak_alike(said(("Utilisation decides", ""), "a"), said(stranger, "b"), SURELY_FROM)
