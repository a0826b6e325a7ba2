from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.talk.spoken_words import SpokenWord, segments_from

words = st.lists(
    st.builds(
        SpokenWord,
        text=st.sampled_from([" we", " said", " so.", " why?", " well,", "ly", " 世界。", " "]),
        start=st.floats(-5, 80),
        end=st.floats(-5, 80),
    ),
    max_size=80,
)


@given(words)
def test_keeps_every_letter_in_order(said: list[SpokenWord]) -> None:
    made = segments_from(said, start=0, end=60)
    assert "".join("".join(s.text.split()) for s in made) == "".join("".join(w.text.split()) for w in said)


@given(words)
def test_times_never_leave_the_stretch_nor_go_back(said: list[SpokenWord]) -> None:
    made = segments_from(said, start=10, end=60)
    for segment in made:
        assert segment.start is not None
        assert segment.end is not None
        assert 10 <= segment.start <= segment.end <= 60
    for before, after in pairwise(made):
        assert before.end is not None
        assert after.start is not None
        assert before.end <= after.start + 0.011


def spoken(text: str, *, pace: float = 0.5) -> list[SpokenWord]:
    return [SpokenWord(f" {word}", i * pace, (i + 1) * pace) for i, word in enumerate(text.split())]


def test_a_sentence_is_a_segment() -> None:
    made = segments_from(spoken("We tried it for a whole year. Then we threw it away, sadly."), start=0, end=30)
    assert [s.text for s in made] == ["We tried it for a whole year.", "Then we threw it away, sadly."]
    assert [(s.start, s.end) for s in made] == [(0.0, 3.5), (3.5, 6.5)]


def test_a_short_exclamation_goes_with_what_follows() -> None:
    made = segments_from(spoken("Yes. That is what we found out then."), start=0, end=30)
    assert [s.text for s in made] == ["Yes. That is what we found out then."]


def test_a_pause_ends_a_segment() -> None:
    said = [SpokenWord(" and", 0, 0.4), SpokenWord(" then", 3, 3.4)]
    assert [s.text for s in segments_from(said, start=0, end=30)] == ["and", "then"]


def test_speech_without_full_stops_is_cut_at_a_clause_or_after_twenty_seconds() -> None:
    clauses = segments_from(spoken("one two three four five six, " * 10, pace=0.4), start=0, end=60)
    assert all(s.text.endswith(",") for s in clauses)
    run = segments_from(spoken("word " * 100, pace=0.4), start=0, end=60)
    assert all(s.end is not None and s.start is not None and s.end - s.start <= 20 for s in run)
    assert len(run) == 2
