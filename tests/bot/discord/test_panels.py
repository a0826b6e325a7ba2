import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.discord import phrases
from bot.discord.fitting import one_panel
from bot.discord.layouts import layout, marker_of
from bot.discord.lines import LONGEST_CHUNK, chunks
from bot.discord.panels import MOST_CHARACTERS, MOST_COMPONENTS, Line, Panel, Row, Words, panels
from bot.texts.answers import search_post
from bot.texts.cards import insight_card, reason_buttons
from bot.texts.message import (
    Block,
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
    link,
    text,
)
from bot.texts.posts import digest_post
from pipeline.domain.passage import SearchResult
from tests.peers.discord_rules import problems_of
from tests.peers.made_insights import candidate, digest, passage, pick
from tests.peers.snapshots import same_as_stored

_WORDS = st.text(max_size=80) | st.sampled_from(
    ["word " * 300, "*" * 1_000, "@everyone " * 300, "å" * 1_200, "1. x", ""]
)
_HREFS = st.none() | st.sampled_from(["https://a.example/x", "https://a.example/" + "y" * 1_500])
_SPANS = st.builds(Span, _WORDS, st.booleans(), st.booleans(), st.booleans(), _HREFS)
_TEXTS = st.lists(_SPANS, max_size=6).map(tuple)
_BUTTONS = st.lists(
    st.builds(Button, st.text(max_size=120), st.from_regex(r"[a-z]{1,9}:[a-z0-9]{0,90}", fullmatch=True)), max_size=12
)
_BLOCKS: st.SearchStrategy[Block] = st.one_of(
    st.builds(Heading, _TEXTS),
    st.builds(Paragraph, _TEXTS),
    st.builds(Quote, _TEXTS),
    st.builds(Bullets, st.lists(_TEXTS, max_size=5).map(tuple)),
    st.builds(Small, _TEXTS),
    st.just(Divider()),
    st.builds(Buttons, _BUTTONS.map(tuple)),
)
_MESSAGES = st.builds(Message, st.lists(_BLOCKS, max_size=25).map(tuple), st.text(max_size=60), st.just("key"))


def components_of(panel: Panel, marker: str) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = layout(panel, marker=marker).to_components()  # type: ignore[no-untyped-call]  # theirs
    return made


def body(panel: Panel, marker: str = "") -> dict[str, Any]:
    none: dict[str, Any] = {"parse": []}
    return {"components": components_of(panel, marker), "flags": 1 << 15, "allowed_mentions": none}


@settings(max_examples=25)
@given(_MESSAGES)
def test_whatever_is_in_a_message_discord_takes_every_panel(message: Message) -> None:
    for panel in panels(message):
        assert panel.components <= MOST_COMPONENTS
        assert panel.characters <= MOST_CHARACTERS
        assert problems_of(body(panel, marker_of("key"))) == []


@settings(max_examples=25)
@given(_MESSAGES)
def test_whatever_is_in_a_message_discord_takes_it_as_one_panel_and_as_chunks(message: Message) -> None:
    assert problems_of(body(one_panel(message))) == []
    assert chunks(message)
    for chunk in chunks(message):
        assert 0 < len(chunk) <= LONGEST_CHUNK


@settings(max_examples=40)
@given(st.lists(st.text("abc *_", max_size=700), max_size=30))
def test_nothing_is_lost_between_panels_or_chunks(paragraphs: list[str]) -> None:
    message = Message(tuple(Paragraph(text(words)) for words in paragraphs), "x")

    def letters(markdown: str) -> str:
        return re.sub(r"[\\\s]", "", markdown)

    wanted = letters("".join(paragraphs))
    in_panels = "".join(p.markdown for panel in panels(message) for p in panel.parts if isinstance(p, Words))
    assert letters(in_panels) == wanted or not wanted
    assert letters("".join(chunks(message))) == wanted or not wanted


def test_the_digest_has_its_buttons_beside_the_items() -> None:
    five = digest_post(digest(*(pick(n, candidate()) for n in range(1, 6))))
    (panel,) = panels(five)
    beside = [part.button.label for part in panel.parts if isinstance(part, Words) and part.button]
    assert beside == ["1", "2", "3", "4", "5"]
    assert not any(isinstance(part, Row) for part in panel.parts)
    assert same_as_stored("discord_digest", _readable(panel))


def test_lists_answers_and_passages_read_well() -> None:
    said = {
        "list": Message(
            (
                Heading(text("2 shows followed")),
                Bullets(
                    (text("1. ", bold("Gradient Notes"), " – 3 ready"), text("2. ", bold("Ship It"), " – 1 ready"))
                ),
            ),
            "2 shows followed",
        ),
        "passages": search_post("code review", SearchResult(tuple(passage(text="word " * 50) for _ in range(9)), 67)),
        "reasons": Message((Paragraph(text("Do you want to say why?")), reason_buttons("a")), "why"),
        "farewell": phrases.farewell("podcasts", "Discord says that Podsift cannot see “podcasts”; ask an admin."),
        "welcome": phrases.welcome(),
    }
    for name, message in said.items():
        assert same_as_stored(f"discord_{name}", "\n=====\n".join(map(_readable, panels(message))))


def test_the_head_of_an_item_stays_with_it() -> None:
    items = [block for n in range(1, 30) for block in (Paragraph(text(bold(f"{n}. Head"))), Quote(text("word " * 60)))]
    for panel in panels(Message(tuple(items), "x")):
        for part in panel.parts:
            assert isinstance(part, Words)
            assert part.markdown.startswith("**")
            assert not part.markdown.splitlines()[-1].startswith("**")


def test_a_card_reads_well() -> None:
    (panel,) = panels(insight_card(candidate()))
    assert same_as_stored("discord_card", _readable(panel))


def test_buttons_that_belong_to_no_item_stay_in_a_row() -> None:
    buttons = Buttons((Button("1", "card:a"), Button("👍", "up:a")))
    (panel,) = panels(Message((Paragraph(text(bold("1. Claim"))), buttons), "x"))
    assert panel.parts == (Words("**1. Claim**"), Row(buttons.buttons))


def test_a_message_without_words_shows_its_fallback() -> None:
    assert panels(Message((Divider(), Paragraph(text(" "))), "@everyone hi")) == (
        Panel((Words("@\u200beveryone hi"),)),
    )
    assert panels(Message((), "")) == (Panel((Words("–"),)),)
    assert chunks(Message((), "")) == ("–",)


def test_a_digest_that_is_too_long_loses_addresses_before_words() -> None:
    items = [Paragraph(text("word " * 80, link("here", f"https://a.example/{'x' * n}"))) for n in (300, 500, 600)]
    items += [Paragraph(text("word " * 80)) for _ in range(5)]
    panel = one_panel(Message(tuple(items), "x"))
    said = "".join(part.markdown for part in panel.parts if isinstance(part, Words))
    assert said.count("word") == 640
    assert said.count("https://") == 1


def test_without_addresses_the_longest_text_gives_way_and_says_so() -> None:
    panel = one_panel(Message((Paragraph(text("Short")), Paragraph(text("long " * 2_000))), "x"))
    said = "".join(part.markdown for part in panel.parts if isinstance(part, Words))
    assert said.startswith("Short\n")
    assert said.endswith("…")


def test_one_id_occurs_once_and_carries_the_marker_where_it_fits() -> None:
    row = Buttons((Button("a", "card:1"), Button("b", "card:1"), Button("c", "card:" + "x" * 95)))
    (panel,) = panels(Message((row,), "x"))
    made = body(panel, marker_of("key"))["components"][0]["components"][0]["components"]
    assert [button["custom_id"] for button in made] == [f"card:1~{marker_of('key')}", "card:" + "x" * 95]


@pytest.mark.parametrize("key", ["", "digest:discord:1/2:2026-11-23", "å" * 500])
def test_a_marker_fits_a_nonce(key: str) -> None:
    assert len(marker_of(key)) == 24
    assert marker_of(key) == marker_of(key)


def _readable(panel: Panel) -> str:
    said = []
    for part in panel.parts:
        match part:
            case Words(markdown, button):
                said.append(markdown + (f"\n[{button.label} → {button.action}]" if button else ""))
            case Line():
                said.append("―――")
            case Row(buttons):
                said.append(" ".join(f"[{button.label} → {button.action}]" for button in buttons))
    return "\n".join(said)
