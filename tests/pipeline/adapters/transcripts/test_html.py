from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.adapters.transcripts import parse_html
from pipeline.domain.errors import TranscriptUnreadable

SHOW_PAGE = (
    "<html><head><title>Episode 7</title></head><body><nav><a href='/'>Home</a></nav><h1>Bread</h1>"
    "<p>In this episode we bake.</p>{}<footer>All rights reserved</footer></body></html>"
)
LONG = "so many words about bread and butter " * 6


def texts(page: str) -> list[tuple[str | None, str]]:
    return [(s.speaker, s.text) for s in parse_html(page)]


def test_a_fragment_without_times_keeps_names() -> None:
    assert texts("<cite>Ann:</cite><p>Hi.</p><cite>Bo</cite><p>Ho.</p>") == [("Ann", "Hi."), ("Bo", "Ho.")]


def test_times_alone_make_it_timed_and_names_in_the_text_are_speakers() -> None:
    segments = parse_html("<time>0:00</time><p>Ann: Hi.</p><time>0:05</time><p>Ann: Ho.</p>")

    assert [(s.start, s.end, s.speaker, s.text) for s in segments] == [
        (0.0, 5.0, "Ann", "Hi."),
        (5.0, 5.0, "Ann", "Ho."),
    ]


def test_names_and_times_inside_the_paragraph_are_understood() -> None:
    segments = parse_html("<p><cite>Ann</cite> <time>0:07</time> Hi <em>you</em>.</p>")

    assert [(s.start, s.speaker, s.text) for s in segments] == [(7.0, "Ann", "Hi you.")]


def test_the_part_named_transcript_is_taken_from_a_page() -> None:
    page = SHOW_PAGE.format(
        f"<div class='Episode-Transcript'><p>[00:01] Ann: {LONG}</p><p>[00:20] Bo: Ho.</p></div><p>Buy!</p>"
    )

    assert texts(page) == [("Ann", LONG.strip()), ("Bo", "Ho.")]


def test_lines_that_are_each_named_transcript_are_taken_together() -> None:
    lines = "".join(f"<p class='transcript-line'>Line {n} says something about bread.</p>" for n in range(12))

    assert len(texts(SHOW_PAGE.format(f"<section>{lines}</section>"))) == 12


def test_a_dialogue_is_recognised_without_a_heading() -> None:
    dialogue = "".join(f"<p><b>{name}:</b> {LONG}</p>" for name in ("Ann", "Bo") * 5)

    assert [name for name, _ in texts(SHOW_PAGE.format(dialogue))][-2:] == ["Ann", "Bo"]


def test_a_heading_in_a_box_of_its_own_is_followed_by_the_transcript() -> None:
    page = SHOW_PAGE.format(f"<div><div><h3>Transcript</h3></div><div><p>{LONG}</p></div></div><h3>Links</h3><p>x</p>")

    assert texts(page) == [(None, LONG.strip())]


def test_a_bare_page_of_paragraphs_is_a_transcript() -> None:
    assert texts(f"<html><body><p>{LONG}</p></body></html>") == [(None, LONG.strip())]


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("<html><head><title>404 Not Found</title></head><body><h1>Sorry</h1></body></html>", "error page"),
        ("<html><body><h1>Just a moment...</h1></body></html>", "error page"),
        ("<html><body><form><input type=password></form></body></html>", "sign-in page"),
        ("<html><head><title>Log in - Members</title></head><body><p>x</p></body></html>", "sign-in page"),
        (SHOW_PAGE.format(f"<p>{LONG}</p>"), "without a recognisable transcript"),
        (SHOW_PAGE.format("<h2>Transcript</h2>"), "without a recognisable transcript"),
        (SHOW_PAGE.format("<a class='transcript-link'>Read</a>"), "without a recognisable transcript"),
        (f"<html><body><div id=root></div><script>{LONG}</script></body></html>", "next to nothing"),
        ("<!-- nothing -->", "HTML|nothing"),
    ],
)
def test_a_page_without_a_transcript_is_refused(page: str, reason: str) -> None:
    with pytest.raises(TranscriptUnreadable, match=reason):
        parse_html(page)


@given(st.text())
def test_no_text_makes_it_fail_in_another_way(text: str) -> None:
    with suppress(TranscriptUnreadable):
        parse_html(f"<p>{text}")


@pytest.mark.parametrize(
    "page",
    [
        "<table><tr><td>0:05</td><td>Ann</td><td>{0}</td></tr><tr><td>1:05</td><td>Bob</td><td>{1}</td></tr></table>",
        "<p><b>Ann</b> <time>0:05</time></p><p>{0}</p><p><b>Bob</b> <time>1:05</time></p><p>{1}</p>",
        "<p>0:05<br>Ann<br>{0}</p><p>1:05<br>Bob<br>{1}</p>",
        "<div><span>0:05</span><span>Ann</span><p>{0}</p></div><div><span>1:05</span><span>Bob</span><p>{1}</p></div>",
        "<pre>[0:05] Ann: {0}\n[1:05] Bob: {1}</pre>",
        "<p>Ann (0:05):<br>{0}</p><p>Bob (1:05):<br>{1}</p>",
    ],
    ids=["table", "bold name and time", "a line each", "spans", "pre", "name and time in brackets"],
)
def test_names_and_times_are_read_as_hosts_lay_them_out(page: str) -> None:
    words = "And that is what we found when we looked at it again with more care and time than before."

    segments = parse_html(f"<html><body>{page.format(words, words)}</body></html>")

    assert [(s.start, s.speaker, s.text) for s in segments] == [(5.0, "Ann", words), (65.0, "Bob", words)]
