"""Answers in the asker's language pass the gate; what nobody said does not, as far as another language shows it."""

import pytest

from pipeline.domain.talk.foreign import is_foreign
from pipeline.domain.talk.grounding import Draft, Dropped, ground
from tests.peers.made_insights import passage

SAID = passage(
    "We widened the pipes in two rooms and the bill fell by 4.5 percent, Amina Okafor told us, so NASA was wrong.",
    title="The heat pump was fine",
)


def dropped(text: str) -> tuple[Dropped, ...]:
    return ground([Draft(text, (1,))], [SAID]).dropped


@pytest.mark.parametrize(
    "text",
    [
        "Die Rohre in zwei Zimmern wurden verbreitert, und die Rechnung sank um 4,5 Prozent. Das sagt Amina Okafor.",
        "Nach Amina Okafor wird die Rechnung mit breiteren Rohren kleiner, weil die Pumpe weniger heizen muss.",
        "Ampliaron las tuberías de dos habitaciones y la factura bajó un 4,5 por ciento, según Amina Okafor.",
        "Les tuyaux de deux pièces ont été élargis et la facture est plus basse, dit Amina Okafor.",
        "部屋の配管を広げたら請求書が下がった。",
    ],
)
def test_an_answer_in_another_language_stays(text: str) -> None:
    assert dropped(text) == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "Die Rechnung sank um 70 Prozent, weil die Rohre in den Zimmern nicht mehr eng sind.",
            Dropped.NUMBER_UNSUPPORTED,
        ),
        ("Die NSA und das CERN haben die Rohre in zwei Zimmern verbreitert.", Dropped.NAME_UNSUPPORTED),
        ("La factura bajó porque Elon Musk cambió los tubos de la casa con su dinero.", Dropped.NAME_UNSUPPORTED),
        ("Elon Musk lost seventy percent.", Dropped.NUMBER_UNSUPPORTED),
        ("Sundar Pichai widened pipes.", Dropped.NAME_UNSUPPORTED),
    ],
)
def test_what_nobody_said_goes_in_any_language(text: str, why: Dropped) -> None:
    assert dropped(text) == (why,)


@pytest.mark.parametrize(
    "text",
    ["Elon Musk lost seventy percent.", "The pipes were narrow.", "Sundar Pichai measured skills.", "", "!!!"],
)
def test_english_however_short_is_not_foreign(text: str) -> None:
    assert not is_foreign(text)
