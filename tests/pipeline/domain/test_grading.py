"""How sure one must be to call it an answer."""

from dataclasses import replace

import pytest

from pipeline.domain.grading import asks_nothing, speak_together
from tests.peers.made_insights import passage


@pytest.mark.parametrize("text", ["and?", "Hello!", "", "…", "ok thanks", "Hey there", "?", "So what?", "help please"])
def test_greetings_and_nods_ask_nothing(text: str) -> None:
    assert asks_nothing(text)


@pytest.mark.parametrize("text", ["What is it?", "Heat pumps", "Why rent?", "And the price?", "¿Qué es?", "电池"])
def test_whatever_names_something_is_a_question(text: str) -> None:
    assert not asks_nothing(text)


def test_passages_speak_together_only_within_one_episode_near_the_question_and_not_by_chance() -> None:
    three = [replace(passage(), match=match) for match in (0.4, 0.3, 0.2)]

    assert speak_together(three, nearest_sentence=0.6)
    assert not speak_together(three, nearest_sentence=0.4)
    assert not speak_together(three[:2], nearest_sentence=0.6)
    assert not speak_together([replace(p, match=0.1) for p in three], nearest_sentence=0.6)
    assert not speak_together([replace(p, episode_id=str(n)) for n, p in enumerate(three)], nearest_sentence=0.6)
