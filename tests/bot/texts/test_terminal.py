import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bot.texts.answers import answer_post
from bot.texts.cards import insight_card
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
    bold,
    code,
    link,
    text,
)
from bot.texts.posts import digest_post, explained_digest
from bot.texts.terminal import WIDEST, show
from pipeline.domain.answer import Answer, Citation, Grade, Statement
from pipeline.domain.digest import Label
from pipeline.domain.insight import Author
from pipeline.domain.transcript import Segment
from tests.peers.made_insights import candidate, digest, episode, insight, passage, pick
from tests.peers.snapshots import same_as_stored

_HOSTILE = "[red]x[/red] [link=https://evil.example]y[/link] :smile: [/]"


def _printed(message: Message, *, width: int = 80, encoding: str = "utf-8", styled: bool = False) -> str:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding=encoding, newline="")
    console = Console(file=out, width=width, force_terminal=styled, color_system="standard" if styled else None)
    show(message, console=console)
    out.flush()
    return raw.getvalue().decode(encoding)


def _day(author: Author = Author.MODEL) -> Message:
    grid = episode("e2", feed="f2", show="Load Curve", title="Waiting for the grid, and what a gigawatt costs")
    body = (
        "A small model changes few weights when it is tuned on new examples, so what it knew before stays. Large"
        " updates overwrite old knowledge."
    )
    first = insight("a", headline="Small models forget less when they are tuned in place", body=body, author=author)
    second = insight("b", headline="Grid connections, not chips, delay data centres", body=body, author=author)
    also = pick(1, candidate(first), label=Label.ALSO_ON, also_on=("A", "B", "C"))
    return digest_post(digest(also, pick(2, candidate(second, grid))))


def test_a_post_is_a_pleasure_to_read() -> None:
    assert same_as_stored("terminal_digest", _printed(_day()))


def test_picked_passages_stand_behind_a_bar() -> None:
    assert same_as_stored("terminal_passages", _printed(_day(Author.EXTRACT), width=60))


def test_a_card_is_a_pleasure_to_read() -> None:
    minute = [Segment("So what happens then?", 740.0, 746.0, "Tom"), Segment("It stays.", 746.0, 754.0, "Ana")]
    other = candidate(insight("b", headline="Tuning overwrites what was known"), episode("e2", show="Load Curve"))
    assert same_as_stored("terminal_card", _printed(insight_card(candidate(), around=minute, related=[other])))


def test_an_answer_is_a_pleasure_to_read() -> None:
    statements = (Statement("The grid is what data centres wait for, far more than for chips.", (1,)),)
    made = Answer("q", Grade.ANSWERED, Author.MODEL, statements, (Citation(1, passage()),), 212)
    assert same_as_stored("terminal_answer", _printed(answer_post(made)))


def test_an_explanation_is_a_pleasure_to_read() -> None:
    assert same_as_stored("terminal_explained", _printed(explained_digest(digest(pick()))))


def test_nobodys_text_is_markup() -> None:
    message = Message((Heading(text(_HOSTILE)), Paragraph(text(_HOSTILE)), Bullets((text(_HOSTILE),))), "x")
    assert _printed(message, width=100).count(_HOSTILE) == 3


def test_links_are_live_where_the_console_writes_styles_and_plain_elsewhere() -> None:
    message = Message((Paragraph(text(link("▶ 12:34", "https://example.org/a#t=754"))),), "x")
    assert "\x1b]8;" in _printed(message, styled=True)
    assert "https://example.org/a#t=754" in _printed(message, styled=True)
    assert _printed(message).strip() == "▶ 12:34"


def test_a_wide_window_does_not_make_long_lines() -> None:
    message = Message((Paragraph(text("word " * 100)),), "x")
    assert max(len(line) for line in _printed(message, width=200).splitlines()) <= WIDEST


def test_a_console_without_our_signs_gets_plainer_ones() -> None:
    message = Message(
        (Paragraph(text("“Zoë” · ▶ 1:02 – 東", code("x"))), Quote(text("said")), Buttons((Button("👍", "up:1"),))), "x"
    )
    printed = _printed(message, encoding="ascii")
    assert '"Zo?" - > 1:02 - ?x' in printed
    assert "| said" in printed
    assert "[+]" not in printed  # nobody can press a button in a terminal


def test_a_time_stays_with_its_sign_and_a_dot_at_the_end_of_its_line() -> None:
    message = Message((Small(text("one two three four · five six · ▶ 12:34")),), "x")
    for width in range(16, 50):
        lines = [line.strip() for line in _printed(message, width=width).strip().splitlines()]
        assert not any(line.startswith(("·", "12:34")) for line in lines)


def test_an_item_ends_at_a_divider() -> None:
    item = (Paragraph(text(bold("1. Claim"))), Paragraph(text("Body")), Divider(), Small(text("after")))
    assert same_as_stored("terminal_item", _printed(Message(item, "x")))


@pytest.mark.parametrize("width", [1, 12, 30])
def test_a_narrow_window_is_no_error(width: int) -> None:
    assert "12:34" in _printed(_day(), width=width) or width < 12


_TEXTS = st.text(max_size=60).map(text)
_BLOCKS = st.one_of(
    _TEXTS.map(Heading),
    _TEXTS.map(Paragraph),
    st.text(max_size=40).map(lambda words: Paragraph(text(bold(f"7. {words}")))),
    _TEXTS.map(Quote),
    _TEXTS.map(Small),
    st.lists(_TEXTS, max_size=3).map(lambda items: Bullets(tuple(items))),
    st.just(Divider()),
)


@given(st.lists(_BLOCKS, max_size=6), st.sampled_from(["utf-8", "ascii", "cp1252"]))
def test_any_message_can_be_shown(blocks: list[Paragraph], encoding: str) -> None:
    _printed(Message(tuple(blocks), "x"), encoding=encoding)
