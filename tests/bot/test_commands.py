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


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("add <https://a.example/feed|a.example/feed>", {"address": "https://a.example/feed", "private": False}),
        ("add it's a show --private", {"address": "it's a show", "private": True}),
        ("add “Ship It”", {"address": "Ship It", "private": False}),
        ("backfill Ship It 20", {"name": "Ship It", "count": 20, "confirmed": False}),
        ("backfill 2 5 --yes", {"name": "2", "count": 5, "confirmed": True}),
        ("import <https://a.example/x.opml> --dry-run", {"address": "https://a.example/x.opml", "dry_run": True}),
        ("export", {"private": False}),
        ("export --private", {"private": True}),
    ],
)
def test_shows_are_meant_by_name_or_address(text: str, arguments: dict[str, object]) -> None:
    assert parse(text).arguments == arguments


@pytest.mark.parametrize("text", ["add x --secret", "export --all", "import a --dry", "backfill Ship It 20 --no"])
def test_an_unknown_flag_is_named_with_those_that_are_known(text: str) -> None:
    with pytest.raises(BadInput, match=f"{text.rsplit(maxsplit=1)[-1]} is not known here; it takes --"):
        parse(text)


def test_keeps_an_apostrophe_in_a_question() -> None:
    assert parse("ask what's new?").arguments == {"question": "what's new?"}


@pytest.mark.parametrize(
    "text",
    ["add", "ask", "search", "remove", "add --private", "import", "import my list", "backfill 20", "backfill Ship It"],
)
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
