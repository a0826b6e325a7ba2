"""Requests in running text."""

import pytest

from bot.handover import Request
from bot.spoken import request_in


@pytest.mark.parametrize(
    "text",
    ["what's new today?", "What’s new?", "What is new here today", "today's insights", "Show me today's post!",
     "what do you have for today?", "any news today?", "ask what's new today?", "top"],
)  # fmt: skip
def test_whoever_asks_what_is_new_gets_the_days_post(text: str) -> None:
    assert request_in(text) == Request("top", {"dry_run": True})


@pytest.mark.parametrize(
    "text", ["What's new in Python 3.14?", "what is today's price of gas", "Why is it new?", "What is up with pumps?"]
)
def test_a_question_about_something_stays_a_question(text: str) -> None:
    assert request_in(text) is None
