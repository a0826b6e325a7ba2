"""Where a quote was said."""

import time

from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.talk.evidence import MIN_ALIGNMENT, locate_quote
from pipeline.domain.transcript import Basis, Segment, Transcript
from tests.peers.made_talks import heating_talk, said, untimed

LINE = "warm cold pump price house water noise roof wall fan rate meter cable floor pipe winter"
WORDS = tuple(LINE.split())


def test_finds_words_across_segments_whatever_their_case_and_punctuation() -> None:
    found = locate_quote(said("So the price", "of the pump, falls.", "Every year!"), "price of the pump falls every")

    assert found is not None
    assert (found.first_segment, found.last_segment, found.score) == (0, 2, 1.0)
    assert found.text == "price of the pump, falls. Every"


def test_the_start_is_the_second_at_which_the_words_begin_inside_a_long_segment() -> None:
    filler = "word " * 700
    long = Transcript((Segment(f"{filler}heat pumps move warmth around {filler}", 1000.0, 1300.0),), Basis.PUBLISHED)
    found = locate_quote(long, "Heat pumps move warmth around.")

    assert found is not None
    assert found.start is not None
    assert abs(found.start - 1149.5) < 2
    assert found.end is not None
    assert 1 < found.end - found.start < 4


def test_a_quote_with_a_few_slips_is_found_and_the_transcript_is_quoted() -> None:
    found = locate_quote(heating_talk(), "a heat pump moves warmth insted of making it which is why one unit of power")

    assert found is None or found.score >= MIN_ALIGNMENT
    found = locate_quote(
        heating_talk(), "a heat pump moves warmth insted of makin it, which is why one unit of electricity"
    )
    assert found is not None
    assert 0.9 <= found.score < 1
    assert found.text.startswith("a heat pump moves warmth instead of making it,")
    assert found.text.endswith("electricity")


def test_a_quote_that_was_never_said_is_not_found() -> None:
    assert locate_quote(heating_talk(), "heat pumps are a fraud invented by the makers of radiators in 1970") is None


def test_a_quote_longer_than_all_that_was_said_is_not_found() -> None:
    assert locate_quote(said("only this was said"), "only this was said and then a great many other words too") is None


def test_an_empty_quote_or_transcript_finds_nothing() -> None:
    assert locate_quote(said("something"), " … ") is None
    assert locate_quote(Transcript((), Basis.PUBLISHED), "something") is None
    assert locate_quote(said("...", "--"), "something") is None


def test_of_equal_places_the_one_near_the_hint_wins() -> None:
    refrain = "that is what the numbers say"
    talk = said(refrain, "something else entirely", refrain, "and more of it", refrain)

    assert [f.first_segment for n in (None, 2, 4, 99) if (f := locate_quote(talk, refrain, near=n))] == [0, 2, 4, 4]


def test_part_of_a_sentence_without_spaces_is_found() -> None:
    talk = said("大家好欢迎收听。", "今天我们谈谈热泵为什么在冬天也能工作得很好。")
    found = locate_quote(talk, "热泵为什么在冬天也能工作得很棒")

    assert found is not None
    assert found.first_segment == 1
    assert found.start is not None
    assert 11 < found.start < 15


def test_there_is_no_time_where_the_transcript_has_none() -> None:
    found = locate_quote(untimed(heating_talk()), "Noise depends on the fan rather than on the compressor")

    assert found is not None
    assert (found.start, found.end) == (None, None)


def test_a_three_hour_transcript_takes_a_fraction_of_a_second() -> None:
    segments = tuple(Segment(f"{WORDS[n % 16]} {WORDS[n * 7 % 13]}{n}", n * 0.5, n * 0.5 + 0.5) for n in range(20_000))
    talk = Transcript(segments, Basis.PUBLISHED)
    quote = " ".join(s.text for s in segments[15_000:15_020]).replace("roof", "rooof")
    began = time.perf_counter()
    found = locate_quote(talk, quote)

    assert found is not None
    assert found.first_segment == 15_000
    assert time.perf_counter() - began < 1.0, "about 40 ms on an idle core"


@given(st.lists(st.sampled_from(WORDS), min_size=20, max_size=80), st.data())
def test_what_was_said_is_always_found_word_for_word(words: list[str], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(words) - 6))
    last = data.draw(st.integers(first + 4, len(words) - 1))
    talk = said(*(" ".join(words[n : n + 7]) for n in range(0, len(words), 7)))
    quote = " ".join(words[first : last + 1])
    found = locate_quote(talk, quote)

    assert found is not None
    assert found.text == quote
    assert found.last_word - found.first_word == last - first
    assert 0 <= found.first_segment <= found.last_segment < len(talk.segments)
