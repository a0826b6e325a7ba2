"""Adverts known by the publisher's chapters, and by what several episodes of a show have word for word."""

import pytest

from pipeline.domain.talk.advert_marks import Chapter, marked_adverts
from pipeline.domain.talk.adverts import find_adverts, without_adverts
from pipeline.domain.transcript import Basis, Segment, Transcript

PITCH = (
    "Northwind keeps your servers warm in winter and cool in summer without anybody having to think about it at all, "
    "and listeners of every show get thirty percent off when they use the code COLD for their first three months."
)
GREETING = (
    "Welcome to the show in which two old friends talk about servers, the weather and everything that falls down "
    "between the two of them, every single week, come rain or come shine, since the year two thousand and nine."
)
TALK = ("Today we ask why tides turn.", "The moon has a hand in it.", "And so has the shape of the coast.")


def said(*texts: str) -> Transcript:
    segments = (Segment(text, 30.0 * n, 30.0 * n + 30) for n, text in enumerate(texts))
    return Transcript(tuple(segments), Basis.PUBLISHED)


def marked(transcript: Transcript) -> list[int]:
    return [n for n, segment in enumerate(transcript.segments) if segment.advert]


@pytest.mark.parametrize(
    "title",
    [
        *(
            "Sponsor",
            "Sponsors",
            "Ad",
            "Ad break",
            "[Ad] Northwind",
            "Sponsor: Northwind",
            "Today's sponsor – Northwind",
        ),
        *("Werbung", "Advertisement", "Sponsored by Northwind", "Brought to you by Northwind", "Mid-roll ad break"),
    ],
)
def test_a_chapter_that_is_named_so_is_an_advert(title: str) -> None:
    heard = marked_adverts(
        said(*TALK), chapters=[Chapter("Tides", 0, 30), Chapter(title, 30, 60), Chapter("Coasts", 60)], others=[]
    )
    assert marked(heard) == [1]
    (span,) = find_adverts(heard)
    assert (span.first_segment, span.last_segment, span.start) == (1, 1, 30.0)
    assert "moon" not in " ".join(segment.text for segment in without_adverts(heard).segments)


@pytest.mark.parametrize("title", ["Ad astra", "Adventures", "Sponsoring open source", "The sponsor who left", "Tides"])
def test_a_chapter_about_something_else_is_none(title: str) -> None:
    assert marked(marked_adverts(said(*TALK), chapters=[Chapter(title, 30, 60), Chapter("x", 60)], others=[])) == []


def test_a_chapter_of_many_minutes_speaks_about_sponsors() -> None:
    long = said(*TALK * 8)
    assert marked(marked_adverts(long, chapters=[Chapter("Sponsors", 0, 600), Chapter("x", 600)], others=[])) == []


def test_a_pitch_that_another_episode_has_word_for_word_is_an_advert_and_a_greeting_is_not() -> None:
    here, there = said(GREETING, *TALK, PITCH), said(GREETING, "Bread now.", PITCH, "More of bread.")
    assert marked(marked_adverts(here, chapters=[], others=[there])) == [4]


def test_what_nobody_else_says_is_left_as_it_is() -> None:
    here = said(GREETING, *TALK)
    assert marked_adverts(here, chapters=[], others=[said(*TALK[:1])]) is here
    assert marked_adverts(here, chapters=[], others=[]) is here


def test_marks_are_part_of_what_names_the_content() -> None:
    plain = said(*TALK)
    assert marked_adverts(plain, chapters=[Chapter("Ad", 0, 30), Chapter("x", 30)], others=[]).hash != plain.hash
