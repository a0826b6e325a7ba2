import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.texts.message import (
    Bullets,
    Button,
    Buttons,
    Divider,
    Heading,
    Message,
    Paragraph,
    Quote,
    Small,
    Span,
    bold,
    code,
    full_length,
    inert,
    italic,
    link,
    plain,
    plain_text,
    safe_href,
    shown_length,
    text,
)


def test_a_span_is_one_line_without_hidden_or_turning_characters() -> None:
    assert Span("pay\u202etxt.exe\u2066 \x1b[31mred\x00\nnext\tline\u2028end\u200b\ufeff").text == (
        "paytxt.exe [31mred next line end"
    )


def test_spaces_at_the_ends_of_a_span_stay_and_others_shrink() -> None:
    assert Span("  a \u00a0  b ").text == " a b "


def test_emoji_keep_their_joiners() -> None:
    family = "👩\u200d👧"
    assert Span(family).text == family


def test_towers_of_accents_are_cut() -> None:
    assert Span("a" + "\u0301" * 50 + "b").text == "a" + "\u0301" * 4 + "b"


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.org/a",
        "https://user:secret@example.org/a",
        "https://exa mple.org",
        "https://example.org/<!channel>",
        "https://example.org/a|b",
        "https://example.org/\u202ea",
        "https://",
        "//example.org/a",
        "http://[broken",
        "https://example.org/" + "a" * 3_000,
        "",
        None,
    ],
)
def test_an_address_that_is_not_plainly_of_the_web_is_dropped(href: str | None) -> None:
    assert link("words", href) == Span("words")


def test_an_address_of_the_web_stays() -> None:
    href = "https://cdn.example.org/a.mp3?x=1&y=%20#t=754"
    assert link("▶ 12:34", href).href == href


def test_a_text_is_made_of_strings_spans_and_texts() -> None:
    made = text("a ", bold("b"), "", text(italic("c"), code("d")))
    assert made == (Span("a "), Span("b", bold=True), Span("c", italic=True), Span("d", code=True))
    assert plain_text(made) == "a bcd"


def test_a_button_has_an_action_every_platform_carries() -> None:
    assert Button("Save\n", "save:1").label == "Save "
    for action in ("", "x" * 101):
        with pytest.raises(ValueError, match="1 to 100"):
            Button("Save", action)


def _message() -> Message:
    return Message(
        (
            Heading(text("Title")),
            Paragraph(text("One ", link("two", "https://example.org/"))),
            Quote(text("Said")),
            Bullets((text("a"), text("b"))),
            Divider(),
            Small(text("small")),
            Buttons((Button("1", "card:1"), Button("2", "card:2"))),
        ),
        "Title\nhere",
        "key",
    )


def test_plain_text_holds_everything_with_addresses_in_brackets() -> None:
    assert plain(_message()) == ("Title\nOne two (https://example.org/)\n> Said\n- a\n- b\n---\nsmall\n[1] [2]")


def test_lengths_count_what_is_shown_and_what_is_behind_it() -> None:
    assert shown_length(_message()) == len("TitleOne twoSaidabsmall12")
    assert full_length(_message()) - shown_length(_message()) == len("https://example.org/")


def test_the_notification_is_inert_too() -> None:
    assert _message().fallback == "Title here"


@given(st.text())
def test_no_text_keeps_a_control_or_direction_character(raw: str) -> None:
    kept = inert(raw)
    assert inert(kept) == kept
    assert all(unicodedata.category(char)[0] != "C" or char in "\u200c\u200d" for char in kept)
    assert not set(kept) & set("\n\r\t\v\f\u2028\u2029")


@given(st.text())
def test_any_address_is_of_the_web_or_none(raw: str) -> None:
    href = safe_href(raw)
    assert href is None or href.lower().startswith(("http://", "https://"))
