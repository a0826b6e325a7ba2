"""How sure one must be to call it an answer."""

import pytest

from pipeline.domain.talk.grading import asks_nothing


@pytest.mark.parametrize("text", ["and?", "Hello!", "", "…", "ok thanks", "Hey there", "?", "So what?", "help please"])
def test_greetings_and_nods_ask_nothing(text: str) -> None:
    assert asks_nothing(text)


@pytest.mark.parametrize("text", ["What is it?", "Heat pumps", "Why rent?", "And the price?", "¿Qué es?", "电池"])
def test_whatever_names_something_is_a_question(text: str) -> None:
    assert not asks_nothing(text)
