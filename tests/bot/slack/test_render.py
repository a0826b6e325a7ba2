"""What Slack is given: within every limit, and nobody's text is markup."""

import json
import re
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.inert import marked, unmarked, weight
from bot.slack.render import json_length, render, render_one, render_plain, render_view
from bot.texts.answers import answer_post
from bot.texts.cards import insight_card
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
    plain_text,
    text,
)
from bot.texts.posts import digest_post
from bot.texts.replies import help_reply
from pipeline.domain.answer import Answer, Citation, Grade, Statement
from pipeline.domain.digest import Digest, Label
from pipeline.domain.insight import Author
from pipeline.domain.transcript import Segment
from tests.bot.slack.shown import words_shown
from tests.peers.made_insights import candidate, digest, episode, insight, passage, pick
from tests.peers.slack_rules import message_flaws as flaws
from tests.peers.snapshots import same_as_stored

_HOSTILE = "<!channel> <@U1> <#C1|x> <https://evil.example|click> *b* _i_ ~s~ `c` :smile: &lt;!here&gt; @everyone"


def _five(author: Author = Author.MODEL) -> Digest:
    grid = episode("e2", feed="f2", show="Load Curve", title="Waiting for the grid")
    body = (
        "A small model changes few weights when it is tuned on new examples, so what it knew before stays. Large"
        " updates overwrite old knowledge."
    )
    said = [insight(f"i{n}", headline=f"Claim {n} is that grids delay data centres", body=body) for n in range(1, 6)]
    picks = [
        pick(n, candidate(replace(one, author=author), grid if n % 2 else episode())) for n, one in enumerate(said, 1)
    ]
    picks[1] = replace(picks[1], label=Label.FOLLOW_UP, label_day=date(2026, 11, 12), label_number=3)
    return digest(*picks)


def _readable(message: Message) -> str:
    """The blocks as a person can check them: a kind and its words on a line."""
    lines = []
    for payload in render(message):
        lines.append(f"[text] {payload.text}")
        lines += [f"[{block['type']}] {words_shown(block)}" for block in payload.blocks]
    return "\n".join(lines)


def test_a_digest_reads_well() -> None:
    assert same_as_stored("slack_digest", _readable(digest_post(_five())))


def test_a_digest_of_passages_quotes_them() -> None:
    assert same_as_stored("slack_passages", _readable(digest_post(_five(Author.EXTRACT))))


def test_a_card_reads_well() -> None:
    minute = [Segment("So what happens then?", 740.0, 746.0, "Tom"), Segment("It stays.", 746.0, 754.0, "Ana")]
    assert same_as_stored("slack_card", _readable(insight_card(candidate(), around=minute)))


def test_an_answer_reads_well() -> None:
    statements = (Statement("The grid is what data centres wait for, far more than for chips.", (1,)),)
    made = Answer("q", Grade.ANSWERED, Author.MODEL, statements, (Citation(1, passage()),), 212)
    assert same_as_stored("slack_answer", _readable(answer_post(made)))


def test_help_reads_well() -> None:
    assert same_as_stored("slack_help", _readable(help_reply()))


def test_the_button_says_by_its_value_what_to_do() -> None:
    rows = [block for block in render_one(digest_post(_five())).blocks if block["type"] == "actions"]
    assert [one["value"] for row in rows for one in row["elements"]] == [f"card:i{n}" for n in range(1, 6)]


def test_two_buttons_of_one_action_have_ids_of_their_own() -> None:
    message = Message((Buttons((Button("a", "top"), Button("b", "top"))),), "x")
    assert not flaws(render_one(message).arguments())


def test_previews_are_off_and_the_notification_is_the_first_headline() -> None:
    arguments = render_one(digest_post(_five())).arguments()
    assert (arguments["unfurl_links"], arguments["unfurl_media"]) == (False, False)
    assert arguments["text"] == "Claim 1 is that grids delay data centres"


def test_a_message_without_any_words_still_has_a_text() -> None:
    assert render_one(Message((), "")).text == "Podsift"
    assert render_plain(Message((), "")).text == "Podsift"
    assert render_one(Message((Paragraph(text("only here")),), " ")).text == "only here"


def test_nobodys_text_is_markup_anywhere() -> None:
    spans = text(_HOSTILE, bold(_HOSTILE), link(_HOSTILE, "https://example.org/?a=1&b=2"))
    blocks: tuple[Block, ...] = (
        Heading(text(_HOSTILE[:90])), Paragraph(spans), Quote(spans), Bullets((spans,)), Small(spans),
        Buttons((Button(_HOSTILE, "card:1"),)),
    )  # fmt: skip
    for payload in (*render(Message(blocks, _HOSTILE)), render_plain(Message(blocks, _HOSTILE))):
        assert not flaws(payload.arguments())


def test_marks_in_small_text_become_lookalikes_and_words_stay_readable() -> None:
    assert unmarked("snake_case 5*3 ~x~ at 1:02:03") == "snake_case 5\u22173 \u223cx\u223c at 1:02:03"
    assert unmarked("_x_ :smile: > <b>") == "\u02cdx\u02cd \u2236smile: &gt; &lt;b&gt;"
    assert unmarked("> quoted") == "\u203a quoted"


def test_styles_stand_where_slack_can_read_them() -> None:
    assert marked((Span("New", bold=True), Span(" · "), Span("x", italic=True))) == "*New* · _x_"
    assert marked((Span("half", bold=True), Span("word"))) == "halfword"
    assert marked((Span("a "), Span(" b ", bold=True), Span("c"))) == "a  *b* c"
    assert marked((Span("▶ 12:34", href="https://e.org/?a&b"),)) == "<https://e.org/?a&amp;b|▶ 12:34>"
    assert marked((Span("x", code=True), Span(""), Span(" ", bold=True))) == "`x` "


def test_a_long_heading_is_bold_text_instead_of_a_cut_one() -> None:
    blocks = render_one(Message((Heading(text("word " * 60)),), "x")).blocks
    assert blocks[0]["type"] == "rich_text"
    assert words_shown(blocks[0]).count("word") == 60


def test_what_is_too_long_for_a_message_goes_on_in_the_next() -> None:
    items = tuple(text(f"{n} ", bold(f"Show {n}"), " – 12 ready, 3 waiting · newest 12 Nov 2026") for n in range(400))
    pages = render(Message((Heading(text("Shows")), Bullets(items)), "Shows"))
    shown = " ".join(words_shown(block) for page in pages for block in page.blocks)
    assert len(pages) > 1
    assert all(f"Show {n} " in shown for n in range(400))


def test_a_view_holds_at_most_a_hundred_blocks() -> None:
    view = render_view(Message(tuple(Paragraph(text(str(n))) for n in range(150)), "x"))
    assert view["type"] == "home"
    assert len(view["blocks"]) == 100


_WORDS = st.one_of(
    st.text(max_size=60),
    st.sampled_from([_HOSTILE, "word " * 700, "&<>" * 400, "東京" * 900, "😀" * 500, '"' * 2600, "x" * 3200]),
)
_HREFS = st.sampled_from([None, "https://example.org/a", "https://example.org/?" + "a&" * 950])
_SPANS = st.lists(
    st.builds(Span, _WORDS, bold=st.booleans(), italic=st.booleans(), code=st.booleans(), href=_HREFS), max_size=3
).map(tuple)
_BLOCKS = st.one_of(
    st.builds(Heading, _SPANS),
    st.builds(Paragraph, _SPANS),
    st.builds(Quote, _SPANS),
    st.builds(Small, _SPANS),
    st.builds(Bullets, st.lists(_SPANS, max_size=6).map(tuple)),
    st.just(Divider()),
    st.lists(st.builds(Button, _WORDS, st.text("ab:", min_size=1, max_size=100)), max_size=7).map(
        lambda made: Buttons(tuple(made))
    ),
)
_MESSAGES = st.builds(Message, st.lists(_BLOCKS, max_size=8).map(tuple), _WORDS)


@settings(max_examples=30)
@given(_MESSAGES)
def test_no_message_exceeds_a_limit_or_lets_a_mention_through(message: Message) -> None:
    for payload in (*render(message), render_one(message), render_plain(message)):
        assert not flaws(payload.arguments())
        assert json_length(list(payload.blocks)) <= 12_000


@settings(max_examples=30)
@given(_MESSAGES)
def test_no_word_is_lost(message: Message) -> None:
    shown = "".join(
        words_shown(block) for page in render(message) for block in page.blocks if block["type"] != "context"
    )
    for block in message.blocks:
        if isinstance(block, Paragraph | Quote):
            assert _bare(plain_text(block.text)) in _bare(shown)


@settings(max_examples=20)
@given(_WORDS, st.integers(0, 1_900))
def test_a_digest_is_always_one_message(words: str, address: int) -> None:
    audio = "https://example.org/" + "&" * address
    picks = [
        replace(
            one,
            candidate=candidate(
                replace(one.candidate.insight, body=words, speaker=words, headline=words or "x"),
                episode(show=words or "x", title=words, audio=audio),
            ),
        )
        for one in _five().picks
    ]
    payload = render_one(digest_post(replace(_five(), picks=tuple(picks))))
    assert not flaws(payload.arguments())
    assert payload.blocks[-2]["type"] == "actions"


def test_the_recorded_limits_find_what_is_wrong() -> None:
    bad: dict[str, Any] = {"text": "<!here>", "blocks": [{"type": "header", "text": {"type": "mrkdwn", "text": ""}}]}
    assert flaws(bad)
    assert flaws({"text": ""})


def test_weight_counts_what_slack_counts() -> None:
    assert (weight("a"), weight("&"), weight("😀")) == (1, 5, 2)


def _bare(words: str) -> str:
    return re.sub(r"[\s\u2060>]+", "", words)


def test_styles_reach_rich_text() -> None:
    block = render_one(Message((Paragraph(text(bold("b"), italic("i"), code("c"))),), "x")).blocks[0]
    styles = [element.get("style") for element in block["elements"][0]["elements"]]
    assert json.dumps(styles) == '[{"bold": true}, {"italic": true}, {"code": true}]'
