import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.domain.choice.stance import opposes

_PAIRS = [
    json.loads(line)
    for line in (Path(__file__).parents[3] / "data" / "digests" / "counterpoints.jsonl").read_text().splitlines()
]


@pytest.mark.parametrize("pair", _PAIRS, ids=lambda pair: f"{pair['claim']} / {pair['other']}")
def test_two_claims_contradict_each_other_or_not(pair: dict[str, Any]) -> None:
    assert opposes(pair["claim"], pair["other"]) == pair["opposes"]
    assert opposes(pair["other"], pair["claim"]) == pair["opposes"]


def test_claims_in_other_languages_never_contradict() -> None:
    assert not opposes("Kleine Modelle vergessen weniger", "Kleine Modelle vergessen nicht weniger")


def test_empty_claims_do_not_contradict() -> None:
    assert not opposes("", "")
