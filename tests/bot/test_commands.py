from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import VERBS, Verb, parse
from bot.handover import Request
from pipeline.domain.errors import BadInput


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_example_is_understood(verb: Verb) -> None:
    assert parse(verb.example).operation == verb.name


def test_nothing_asks_for_help() -> None:
    assert parse("  ") == Request("help")


def test_adds_an_address_as_slack_writes_it() -> None:
    assert parse("add <https://a.example/feed> --private").arguments == {
        "address": "https://a.example/feed",
        "private": True,
    }


def test_keeps_an_apostrophe_in_a_question() -> None:
    assert parse("ask what's new?").arguments == {"question": "what's new?"}


@pytest.mark.parametrize("text", ["add", "add a b", "add x --secret", "ask", "search", "remove", "add it's a feed"])
def test_says_what_a_command_needs(text: str) -> None:
    with pytest.raises(BadInput, match="for example"):
        parse(text)


def test_tells_the_nearest_command_and_three_examples() -> None:
    with pytest.raises(BadInput, match="Did you mean “search”") as error:
        parse("serch code")

    assert str(error.value).count("“") == 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("schedule", {}),
        ("schedule 8:05", {"at": "08:05", "zone": None}),
        ("schedule 17.30 Europe/Berlin", {"at": "17:30", "zone": "Europe/Berlin"}),
    ],
)
def test_reads_a_wall_time(text: str, expected: dict[str, object]) -> None:
    assert parse(text).arguments == expected


@pytest.mark.parametrize("text", ["schedule soon", "schedule 25:00", "schedule 10:75"])
def test_refuses_a_time_that_no_clock_shows(text: str) -> None:
    with pytest.raises(BadInput, match="time of day"):
        parse(text)


@given(st.text())
def test_any_text_is_a_request_or_a_clear_refusal(text: str) -> None:
    with suppress(BadInput):
        assert parse(text).operation in {verb.name for verb in VERBS}
