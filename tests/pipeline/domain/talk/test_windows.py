"""Cutting a transcript into windows: nothing is lost, nothing is too long, chapters stay whole."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.talk.adverts import find_adverts
from pipeline.domain.talk.windows import Line, chapter_borders, halves, lines_of, windows_of
from pipeline.domain.transcript import Basis, Segment, Transcript
from tests.peers.made_talk import talk

WORD = st.sampled_from(["one", "two,", "three.", "\u2014", "Ana", "four"])
SEGMENT = st.builds(Segment, st.lists(WORD, max_size=120).map(" ".join), speaker=st.sampled_from([None, "Ana", "Ben"]))
TRANSCRIPT = st.lists(SEGMENT, max_size=40).map(lambda s: Transcript(tuple(s), Basis.PUBLISHED))


def said(transcript: Transcript) -> list[str]:
    return [w for s in transcript.segments for w in s.text.split() if w != "\u2014"]


@given(TRANSCRIPT, st.sets(st.integers(0, 40)))
def test_lines_hold_every_word_once_and_in_order(transcript: Transcript, borders: set[int]) -> None:
    lines = lines_of(transcript, borders=borders)
    assert [w for line in lines for w in line.text.split()] == said(transcript)
    assert all(line.first <= line.last for line in lines)
    assert [line.first for line in lines] == sorted(line.first for line in lines)


@given(TRANSCRIPT, st.integers(20, 900), st.integers(0, 400), st.sets(st.integers(0, 40)))
def test_windows_hold_every_line_in_order_within_their_size(
    transcript: Transcript, most: int, overlap: int, borders: set[int]
) -> None:
    lines = lines_of(transcript, borders=borders)
    windows = windows_of(lines, most_tokens=most, overlap_tokens=overlap, borders=borders)
    at = 0
    for window in windows:
        begin = next(i for i in range(at, -1, -1) if lines[i] is window[0])
        assert tuple(lines[begin : begin + len(window)]) == window
        assert len(window) == 1 or sum(line.tokens for line in window) <= most
        assert begin + len(window) > at
        at = begin + len(window)
    assert at == len(lines)


@given(TRANSCRIPT)
def test_halves_are_the_whole(transcript: Transcript) -> None:
    lines = lines_of(transcript)
    if lines:
        parts = halves(lines)
        assert tuple(line for part in parts for line in part) == lines
        assert all(parts)


def test_short_captions_of_one_voice_share_a_line() -> None:
    captions = Transcript(tuple(Segment("So this is it.", i, i + 1, "Ana") for i in range(30)), Basis.PUBLISHED)
    lines = lines_of(captions)
    assert [(line.first, line.last) for line in lines] == [(0, 11), (12, 23), (24, 29)]


def test_adverts_are_left_out() -> None:
    spoken = talk()
    lines = lines_of(spoken, left_out=find_adverts(spoken))
    assert not any("Kettleworks" in line.text for line in lines)
    assert any("Back to the show" in line.text for line in lines)


def test_a_window_ends_where_a_chapter_begins() -> None:
    lines = [Line(i, i, None, "word " * 20) for i in range(20)]
    windows = windows_of(lines, most_tokens=400, overlap_tokens=80, borders={8, 15})
    assert [(w[0].first, w[-1].last) for w in windows] == [(0, 7), (8, 14), (15, 19)]


def test_windows_without_chapters_overlap() -> None:
    lines = [Line(i, i, None, "word " * 20) for i in range(20)]
    windows = windows_of(lines, most_tokens=400, overlap_tokens=80)
    assert [(w[0].first, w[-1].last) for w in windows] == [(0, 9), (8, 17), (16, 19)]


def test_chapters_are_read_from_the_summary() -> None:
    timed = Transcript(tuple(Segment("Well.", 30.0 * i, 30.0 * i + 29) for i in range(200)), Basis.PUBLISHED)
    summary = "In this one:\n00:00 Hello\n(12:30) Pipes\n1:02:15 - Pumps\nAt 9:30 we all had tea."
    assert chapter_borders(timed, "00:00 Hello\n(12:30) Pipes\n1:02:15 - Pumps") == {25, 125}
    assert chapter_borders(timed, summary) == frozenset()
    assert chapter_borders(timed, "It was 12:30 when we met.") == frozenset()
    assert chapter_borders(talk(), "") == frozenset()
