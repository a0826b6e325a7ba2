"""Where hosts read adverts aloud."""

import pytest

from pipeline.domain.talk.adverts import find_adverts, is_pitch, without_adverts
from pipeline.domain.talk.speech import spoken_words
from pipeline.domain.transcript import Basis, Segment, Transcript
from tests.peers.made_talks import heating_talk, said, untimed

TALK = "The pump moves warmth from the air into the house. It needs power to do so. The pipes stay as they are. "


def advert_texts(transcript: Transcript) -> list[str]:
    words = spoken_words(transcript)
    return [" ".join(w.text for w in words[a.first : a.last + 1]) for a in find_adverts(transcript)]


def test_finds_the_read_and_nothing_else_of_a_talk() -> None:
    (advert,) = advert_texts(heating_talk())

    assert advert.startswith("This episode is sponsored by Kettleworks.")
    assert advert.endswith("for sponsoring the show.")


def test_an_advert_inside_a_long_segment_ends_with_its_sentences() -> None:
    read = (
        "This show is brought to you by Kettleworks. Their kettles are quiet. Get a free trial at kettleworks.com/warm."
    )
    long = Transcript((Segment(f"{TALK * 6}{read} {TALK * 6}", 0.0, 300.0),), Basis.PUBLISHED)

    assert advert_texts(long) == [read]
    (span,) = find_adverts(long)
    assert (span.first_segment, span.last_segment) == (0, 0)
    assert span.start is not None
    assert 100 < span.start < 200


def test_a_read_without_an_opening_reaches_back_to_where_the_sponsor_is_first_named() -> None:
    read = (
        "Have you heard of Kettleworks lately. Their new kettle knows when you wake up. It even pours by itself."
        " So check out Kettleworks today. Thanks to Kettleworks for sponsoring the show."
    )

    assert advert_texts(said(TALK * 8, read, TALK * 8)) == [read]


def test_a_read_without_an_ending_goes_on_to_where_the_sponsor_is_last_named() -> None:
    read = "We are sponsored by Kettleworks. Their kettles are quiet and quick. Nobody boils like Kettleworks."

    assert advert_texts(said(TALK * 8, read, TALK * 30)) == [read]


def test_a_break_that_the_host_announces_is_an_advert_to_its_end() -> None:
    read = "Back to the show in a moment. Kettleworks are a club for boilers. Anyone may join. Now back to the show."

    assert advert_texts(said(TALK * 8, read, TALK * 8)) == [read]


def test_the_subject_of_the_episode_is_not_taken_for_a_sponsor() -> None:
    talk = "Kettleworks changed the market. " + TALK
    adverts = advert_texts(said(talk * 80, "Thanks to Kettleworks for sponsoring us.", talk * 80))

    assert sum(len(a.split()) for a in adverts) < 40


def test_two_reads_in_a_row_are_one_stretch() -> None:
    reads = (
        "This episode is sponsored by Aqua. Get ten percent off at aqua.com slash warm. It is also sponsored by Bolt. "
    )

    assert len(find_adverts(said(TALK * 6, reads + "Use the promo code WARM.", TALK * 6))) == 1


def test_adverts_have_no_times_where_the_transcript_has_none() -> None:
    (span,) = find_adverts(untimed(heating_talk()))

    assert (span.start, span.end) == (None, None)
    assert span.overlaps(span.last, span.last + 5)
    assert not span.overlaps(span.last + 1, span.last + 5)


@pytest.mark.parametrize(
    "text",
    [
        "The sponsors of the bill voted against it.",
        "You get your money back when the contract ends.",
        "The code is free and you can sign up for the list.",
        "Go to the shop and check out the book.",
    ],
)
def test_plain_talk_is_no_pitch(text: str) -> None:
    assert not is_pitch(text)


@pytest.mark.parametrize(
    "text",
    [
        "Visit example.com/show and sign up.",
        "Use the promo code WARM.",
        "Today's sponsor is Aqua.",
        "Start with a 30 day free trial.",
    ],
)
def test_an_offer_is_a_pitch(text: str) -> None:
    assert is_pitch(text)


def test_what_is_searched_has_no_advert_and_keeps_everything_else_with_its_times() -> None:
    read = (
        "This show is brought to you by Kettleworks. Their kettles are quiet. Get a free trial at kettleworks.com/warm."
    )
    talk = said(TALK * 2, f"{TALK}{read} {TALK}", TALK * 2)
    left = without_adverts(talk)

    assert "Kettleworks" not in " ".join(s.text for s in left.segments)
    one = len(TALK.split())
    assert [len(s.text.split()) for s in left.segments] == [2 * one, one, 0, one, 2 * one]
    assert [s.advert for s in left.segments] == [False, False, True, False, False]
    assert [s.start for s in (left.segments[0], left.segments[1], left.segments[-1])] == [0.0, 10.0, 20.0]
    first, cut_out, second = left.segments[1:4]
    assert first.end == pytest.approx(cut_out.start, abs=0.1)
    assert second.start == pytest.approx(cut_out.end, abs=0.1)
    assert second.end == pytest.approx(20.0, abs=0.1)


def test_of_a_segment_that_is_all_advert_only_its_place_is_kept() -> None:
    read = "This show is brought to you by Kettleworks. Get a free trial at kettleworks.com/warm."

    left = without_adverts(said(TALK, read, TALK)).segments
    assert [(s.start, s.advert, bool(s.text)) for s in left] == [
        (0.0, False, True),
        (10.0, True, False),
        (20.0, False, True),
    ]
    assert without_adverts(said(TALK)) == said(TALK)
