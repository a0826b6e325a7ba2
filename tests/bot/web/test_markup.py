"""A message as HTML."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    code,
    italic,
    link,
    text,
)
from bot.web.markup import html_of

VOID = {"hr"}
ALLOWED = {
    *("h2", "h3", "h4", "h5", "h6", "p", "blockquote", "ul", "li", "hr", "div", "span", "a", "form", "button"),
    *("code", "em", "strong"),
}


class Page(HTMLParser):
    """Reads a fragment as a browser would; fails where tags do not match."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.names: set[str] = set()
        self.links: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.names |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def read(message: Message) -> Page:
    page = Page()
    page.feed(html_of(message))
    page.close()
    assert page.open == []
    return page


def of(*blocks: Block) -> str:
    return html_of(Message(blocks, "x"))


words = st.text(max_size=40)
spans = st.builds(
    Span,
    words,
    bold=st.booleans(),
    italic=st.booleans(),
    code=st.booleans(),
    href=st.none() | words.map("http://{}".format),
)
texts = st.lists(spans, min_size=1, max_size=3).map(tuple)
blocks = st.one_of(
    st.builds(Heading, texts),
    st.builds(Paragraph, texts),
    st.builds(Paragraph, words.map(lambda said: (Span(f"3. {said}", bold=True),))),
    st.builds(Quote, texts),
    st.builds(Small, texts),
    st.builds(Bullets, st.lists(texts, max_size=3).map(tuple)),
    st.just(Divider()),
    st.builds(
        Buttons,
        st.lists(st.builds(Button, words, st.sampled_from(["card:a/b", 'up:"x"', "save:1", "3:<b>"])), max_size=3).map(
            tuple
        ),
    ),
)


@given(st.lists(blocks, max_size=8))
def test_nobodys_text_is_ever_markup(said: list[Block]) -> None:
    page = read(Message(tuple(said), "x"))

    assert page.tags <= ALLOWED
    assert page.names <= {"class", "dir", "href", "rel", "aria-label", "method", "action", "name", "value"}
    assert all(address.startswith(("http://", "/card/")) for address in page.links)


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", '"><img src=x onerror=y>', "&lt;b&gt;", "a & b"])
def test_hostile_words_are_shown_as_they_are(hostile: str) -> None:
    page = read(Message((Paragraph(text(hostile)), Heading(text(hostile))), "x"))

    assert page.words == hostile * 2
    assert page.tags == {"p", "h2"}


def test_styles_and_links_are_kept() -> None:
    html = of(Paragraph(text(bold("b"), italic("i"), code("c"), link("here", "https://example.org/a?b=1&c=2"))))

    assert "<strong>b</strong><em>i</em><code>c</code>" in html
    assert '<a href="https://example.org/a?b=1&amp;c=2" rel="noreferrer">here</a>' in html


def test_the_number_of_an_item_opens_its_card_and_leaves_the_row() -> None:
    html = of(
        Paragraph(text(bold("1. A claim"))),
        Quote(text("Said so.")),
        Divider(),
        Buttons((Button("1", "card:ab/c"), Button("Save", "save:abc"))),
    )

    assert '<a class="number" href="/card/ab%2Fc" aria-label="Evidence for no. 1">1</a>' in html
    assert "<h3 dir=auto>A claim</h3>" in html
    assert html.count("/card/") == 1
    assert '<button name="action" value="save:abc">Save</button>' in html


def test_a_card_button_without_an_item_stays_a_link() -> None:
    assert '<a class="button" href="/card/abc">1</a>' in of(Buttons((Button("1", "card:abc"),)))


def test_a_row_whose_buttons_all_became_numbers_is_gone() -> None:
    html = of(Paragraph(text(bold("2. A claim"))), Buttons((Button("2", "card:abc"),)))

    assert "buttons" not in html


def test_a_numbered_source_is_no_headline() -> None:
    html = of(Paragraph(text(bold("1. "), "Load Curve · ", link("▶ 4:49", "https://example.org/"))), Quote(text("So.")))

    assert '<span class="number">1</span>' in html
    assert "<p dir=auto>Load Curve\u00a0· <a" in html
    assert "▶\u00a04:49" in html


def test_a_thumb_is_named() -> None:
    assert "👍 More like this</button>" in of(Buttons((Button("👍", "up:abc"),)))
