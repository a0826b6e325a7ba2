"""Claims in other languages than English."""

from pipeline.domain.talk.other_languages import claims_elsewhere, may_end_before


def test_a_comparison_with_a_reason_claims_more_than_a_report() -> None:
    claim = claims_elsewhere("Der Takt ist wichtiger als der Preis", after="denn niemand plant sein Leben danach")

    assert claim > claims_elsewhere("In Tallinn hat man es gesehen", after="")
    assert claim > claims_elsewhere("Der Takt ist wichtiger als der Preis", after="")
    assert claims_elsewhere("Le prix compte plus que la couleur", after="") > 0.5


def test_a_language_nobody_listed_is_neither_praised_nor_refused() -> None:
    assert claims_elsewhere("Lämpöpumppu siirtää lämpöä taloon", after="") == 0.3


def test_a_heading_may_end_before_a_reason_and_not_inside_a_relative_clause() -> None:
    assert may_end_before("")
    assert may_end_before("weil sie Wärme verschiebt")
    assert not may_end_before("die sie aus der Luft holt")
