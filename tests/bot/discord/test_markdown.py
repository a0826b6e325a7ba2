import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.markdown import escaped, marked_up
from bot.texts.message import Span, bold, code, italic, link, text

_HOSTILE = [
    "@everyone @here",
    "<@123> <@!123> <@&9> <#42> <t:0:R> </add:1> <:smile:5> <id:home>",
    "https://evil.example discord.gg/abc",
    "[click](https://evil.example)",
    "**bold** __under__ ~~gone~~ ||spoiler|| `code` ```block```",
    "# Title",
    "- item",
    "> said",
    "-# small",
    "1. first",
    "\\<@1> \\\\*x*",
]


def shown(markdown: str) -> str:
    """What a reader sees of text that holds no styles: escapes and guards are gone."""
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", markdown).replace("\u200b", "")


def live(markdown: str) -> list[str]:
    """Whatever Discord would act on: marks that are not escaped, mentions, addresses, marks of a line."""
    bare = re.sub(r"\\[^0-9A-Za-z\s]", "x", markdown)
    found = re.findall(r"[\\*_~`|<>\[\]]|@(?:everyone|here)|https?://|discord\.gg/", bare)
    return found + re.findall(r"^\s*(?:[-#+]|\d+[.)])", bare)


@pytest.mark.parametrize("words", _HOSTILE)
def test_words_of_others_are_shown_and_do_nothing(words: str) -> None:
    assert live(marked_up(text(words))) == []
    assert shown(marked_up(text(words))) == words


@given(st.text(max_size=200) | st.lists(st.sampled_from(_HOSTILE), max_size=4).map("".join))
def test_no_text_can_mention_link_or_format(words: str) -> None:
    spans = text(words)
    assert live(marked_up(spans)) == []
    assert shown(marked_up(spans)) == "".join(span.text for span in spans).replace("\u200b", "")


def test_our_own_styles_are_marked_up() -> None:
    said = text(
        "A ", bold("claim"), " is ", italic("odd"), ", see ", code("feed.xml"), " ", link("▶ 1:02", "https://a.b")
    )
    assert marked_up(said) == "A **claim** is _odd_, see `feed.xml` [▶ 1:02](<https://a.b>)"


def test_marks_stand_at_the_words_and_spaces_outside() -> None:
    assert marked_up(text(bold("1. "), "Show")) == "**1.** Show"


def test_neighbours_never_run_into_each_other() -> None:
    assert marked_up(text(bold("a"), bold("b"))) == "**ab**"
    assert marked_up(text(bold("a"), Span("b", bold=True, italic=True))) == "**a**\u200b**_b_**"
    assert marked_up(text(italic("a"), "b")) == "_a_\u200bb"


def test_words_inside_styles_stay_inert() -> None:
    assert marked_up(text(bold("a*b**c"))) == r"**a\*b\*\*c**"
    assert marked_up(text(code("`@everyone`"))) == "`'@\u200beveryone'`"
    assert marked_up(text(link("a](https://evil.example)", "https://a.b"))) == (
        r"[a\](https:\/\/evil.example)](<https://a.b>)"
    )


def test_a_mark_after_spaces_opens_no_list() -> None:
    assert escaped("  - x") == r"  \- x"
    assert marked_up(text(" ", Span("- x"))) == r" \- x"
    assert escaped("12) x") == r"12\) x"
