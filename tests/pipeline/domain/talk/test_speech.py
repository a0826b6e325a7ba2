"""A transcript as one run of timed words, and its sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.talk.sentences import sentences
from pipeline.domain.talk.speech import (
    normalised,
    normalised_lines,
    plain_words,
    spoken_words,
    with_speakers,
    word_count,
)
from pipeline.domain.transcript import Basis, Segment, Transcript
from tests.peers.made_talks import said, untimed

LINES = st.lists(st.text(st.sampled_from("ab dE.,?!’-\x1e\n é您。"), max_size=40), max_size=12)


def transcript(*segments: Segment) -> Transcript:
    return Transcript(segments, Basis.PUBLISHED)


def texts(of: Transcript) -> list[str]:
    return [s.text for s in sentences(spoken_words(of))]


def test_times_are_interpolated_inside_a_long_segment() -> None:
    words = spoken_words(transcript(Segment("aaaa bbbb cccc dddd", 100.0, 120.0)))

    assert [w.start for w in words] == [100.0, 105.0, 110.0, 115.0]


def test_a_missing_end_is_taken_from_the_next_segment_unless_speech_cannot_last_that_long() -> None:
    words = spoken_words(transcript(Segment("one two three four", 0.0), Segment("five", 1.0), Segment("six", 500.0)))

    assert all(w.end is not None and w.end <= 1.0 for w in words[:4])
    assert words[4].end is not None
    assert words[4].end < 2.0


def test_words_have_no_times_where_the_transcript_has_none() -> None:
    assert {w.start for w in spoken_words(untimed(said("no times here")))} == {None}


def test_a_label_met_twice_in_the_text_is_a_speaker_and_no_words() -> None:
    labelled = with_speakers(said("Ana Ruiz: hello there", "Bitcoin: what is it", "Ana Ruiz: goodbye"))

    assert [s.speaker for s in labelled.segments] == ["Ana Ruiz", None, "Ana Ruiz"]
    assert [s.text for s in labelled.segments] == ["hello there", "Bitcoin: what is it", "goodbye"]


def test_labels_in_the_text_are_left_alone_where_the_publisher_names_speakers() -> None:
    named = said("Note: a", "Note: b", speaker="Ana")

    assert with_speakers(named) is named


@given(LINES)
def test_normalising_many_lines_at_once_is_normalising_each(lines: list[str]) -> None:
    assert normalised_lines(lines) == [normalised(line) for line in lines]


@given(LINES)
def test_words_without_times_are_the_same_words(lines: list[str]) -> None:
    talk = said(*lines)

    assert plain_words(talk) == [word.plain for word in spoken_words(talk)]


@given(LINES)
def test_sentences_lose_no_word_and_share_none(lines: list[str]) -> None:
    words = spoken_words(transcript(*(Segment(line) for line in lines)))
    found = sentences(words)

    assert [p for s in found for p in range(s.first, s.last + 1)] == list(range(len(words)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dr. Lee met Mr. Bo. They spoke.", ["Dr. Lee met Mr. Bo.", "They spoke."]),
        ("It costs 3.5 euros e.g. today. Fine", ["It costs 3.5 euros e.g. today.", "Fine"]),
        ("wait... maybe not. Sure?", ["wait... maybe not.", "Sure?"]),
        ("this is the place. because it is easy.", ["this is the place.", "because it is easy."]),
        ("他来了。你好吗？", ["他来了。", "你好吗？"]),  # noqa: RUF001  Chinese marks are what is tested
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, expected: list[str]) -> None:
    assert texts(said(text)) == expected


def test_a_sentence_goes_on_over_segments_of_one_voice_and_stops_at_a_new_voice() -> None:
    of = transcript(Segment("the price", 0, 1, "A"), Segment("went down", 1, 2, "A"), Segment("really", 2, 3, "B"))

    assert texts(of) == ["the price went down", "really"]


def test_a_long_silence_ends_a_sentence() -> None:
    assert texts(transcript(Segment("the price", 0, 1), Segment("went down", 9, 10))) == ["the price", "went down"]


def test_speech_without_full_stops_is_split_at_pauses_and_joins() -> None:
    line = "we looked at the numbers of every house in that long and narrow street"
    of = transcript(*(Segment(f"{'and ' if n else ''}{line}", n * 6.0, n * 6.0 + 5.0) for n in range(8)))
    found = sentences(spoken_words(of))

    assert len(found) == 8
    assert not any(s.whole for s in found)


def test_speech_in_one_endless_segment_is_split_before_joins() -> None:
    line = "we looked at the numbers of every house in that long and narrow street near the old harbour"

    assert all(len(text.split()) < 45 for text in texts(said(f"{line} so {line} because {line} and {line}")))


def test_a_question_is_known_by_its_mark() -> None:
    assert [s.is_question for s in sentences(spoken_words(said("Is it? It is.")))] == [True, False]


def test_two_characters_of_a_script_without_spaces_count_as_one_word() -> None:
    assert word_count("plain words here") == 3
    assert word_count("我们今天说话") == 3
