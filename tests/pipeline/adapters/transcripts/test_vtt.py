from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.adapters.transcripts import parse_vtt
from pipeline.domain.transcript import Segment


def vtt(*cues: str) -> str:
    return "WEBVTT\n\n" + "\n\n".join(cues)


def test_a_voice_goes_on_until_the_next_where_tags_are_not_closed() -> None:
    text = vtt(
        "00:00.000 --> 00:01.000\n<v Tom>One.", "00:01.000 --> 00:02.000\nTwo.", "00:02.000 --> 00:03.000\n<v Ann>3"
    )

    assert [s.speaker for s in parse_vtt(text)] == ["Tom", "Tom", "Ann"]


def test_names_in_the_text_are_speakers_where_there_are_no_voices() -> None:
    text = vtt("00:00.000 --> 00:01.000\nTom: One.", "00:01.000 --> 00:02.000\nTwo.", "00:02.000 --> 00:03.000\nTom: 3")

    assert [(s.speaker, s.text) for s in parse_vtt(text)] == [("Tom", "One."), ("Tom", "Two."), ("Tom", "3")]


@pytest.mark.parametrize(
    "timing",
    [
        "00:01.000 --> 00:02.000",
        "00:00:01.000 --> 00:00:02.000",
        "0:01.000-->0:02.000",
        "1.000 --> 2.000",
        "00:01 --> 00:02 align:start",
        "\t00:01.0  -->  00:02.0\tline:0",
    ],
)
def test_times_are_read_as_the_standard_and_as_common_tools_write_them(timing: str) -> None:
    assert parse_vtt(f"WEBVTT\n\n{timing}\nHi.") == (Segment("Hi.", 1.0, 2.0),)


@pytest.mark.parametrize(
    "timing",
    [
        "00:60:00.000 --> 01:00:01.000",
        "00:00:61.000 --> 00:02:00.000",
        "x00:01.000 --> 00:02.000",
        "00:01.000 --> 00:02.0x0",
    ],
)
def test_a_cue_with_an_impossible_time_is_skipped(timing: str) -> None:
    assert [s.text for s in parse_vtt(vtt(f"{timing}\ninvalid", "00:05.000 --> 00:06.000\nvalid"))] == ["valid"]


def test_a_missing_header_is_no_matter() -> None:
    assert parse_vtt("00:01.000 --> 00:02.000\nHi.") == (Segment("Hi.", 1.0, 2.0),)


def test_an_srt_file_with_a_webvtt_header_is_read_as_what_it_is() -> None:
    text = "WEBVTT\n\n1\n00:00:01,000 --> 00:00:02,000\nHi.\n\n2\n00:00:03,000 --> 00:00:04,000\nHo.\n"

    assert parse_vtt(text) == (Segment("Hi.", 1.0, 2.0), Segment("Ho.", 3.0, 4.0))


def test_an_identifier_set_apart_by_a_blank_line_was_not_said() -> None:
    text = vtt("00:01.000 --> 00:02.000\nHi.", "4f2a-11", "00:03.000 --> 00:04.000\nHo.")

    assert [s.text for s in parse_vtt(text)] == ["Hi.", "Ho."]


def test_a_note_between_cues_was_not_said() -> None:
    assert [s.text for s in parse_vtt(vtt("00:01.000 --> 00:02.000\nHi.", "NOTE\nchecked by me"))] == ["Hi."]


def test_any_of_the_three_line_ends_ends_a_line() -> None:
    text = "WEBVTT\r\n\r\n00:01.000 --> 00:02.000\rHi\nthere.\r\r00:03.000 --> 00:04.000\r\nHo."

    assert [s.text for s in parse_vtt(text)] == ["Hi there.", "Ho."]


def clock(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"


words = st.sampled_from(["flour", "salt.", "and,", "why?"])
spoken = st.lists(
    st.tuples(
        st.integers(0, 20_000_000), st.integers(-500, 30_000), st.lists(words, min_size=1, max_size=12), st.booleans()
    ),
    max_size=12,
)


@settings(max_examples=60)
@given(spoken)
def test_no_word_is_lost_and_time_never_goes_back(said: list[tuple[int, int, list[str], bool]]) -> None:
    cues = []
    numbered: list[str] = []
    for number, (start, lasts, spoken_words, is_split) in enumerate(said):
        own = [f"{number}x{word}" for word in spoken_words]  # no two cues repeat each other
        numbered += own
        line = ("\n" if is_split else " ").join(own)
        cues.append(f"{clock(start)} --> {clock(max(0, start + lasts))}\n{line}")

    segments = parse_vtt(vtt(*cues))

    assert sorted(word for s in segments for word in s.text.split()) == sorted(numbered)
    assert all(s.start is not None and s.end is not None and s.start <= s.end for s in segments)
    assert all((a.start or 0) <= (b.start or 0) for a, b in pairwise(segments))


@given(st.text(), st.text())
def test_no_text_makes_it_fail(before: str, after: str) -> None:
    parse_vtt(f"{before}\n\n00:01.000 --> 00:02.000\n{after}")
