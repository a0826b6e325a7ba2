"""Forms of common verbs."""

import pytest

from pipeline.domain.talk.verbs import Form, form_of_verb, has_effect


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("travel", Form.BARE),
        ("travels", Form.SINGULAR),
        ("reaches", Form.SINGULAR),
        ("carries", Form.SINGULAR),
        ("plays", None),
        ("carried", Form.PAST),
        ("stopped", Form.PAST),
        ("froze", Form.PAST),
        ("house", None),
    ],
)
def test_knows_the_form_of_a_verb(word: str, form: Form | None) -> None:
    assert form_of_verb(word) is form


@pytest.mark.parametrize(
    ("word", "strong"), [("prevents", True), ("made", True), ("failed", True), ("walks", False), ("is", False)]
)
def test_knows_verbs_that_do_something_to_something(word: str, *, strong: bool) -> None:
    assert has_effect(word) is strong
