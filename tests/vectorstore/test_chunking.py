"""Chunks: they lose nothing, keep to their size and know their place."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.domain.transcript import Basis, Segment, Transcript
from vectorstore.chunking import Chunk, chunk_transcript

WORDS = st.text(alphabet="abcdé.?!…’” \n", max_size=200)
SPEAKERS = st.sampled_from([None, "Ada", "Bo"])


def transcript(*segments: Segment) -> Transcript:
    return Transcript(segments, Basis.PUBLISHED)


def spoken(count: int, *, words: int = 10, speaker: str | None = None, start: float = 0.0) -> tuple[Segment, ...]:
    """Segments of one sentence and five seconds each."""
    return tuple(
        Segment(" ".join(["word"] * (words - 1) + ["end."]), start + at * 5.0, start + at * 5.0 + 5.0, speaker)
        for at in range(count)
    )


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    texts = draw(st.lists(st.tuples(WORDS, SPEAKERS), max_size=12))
    if draw(st.booleans()):
        return transcript(*(Segment(text, None, None, speaker) for text, speaker in texts))
    return transcript(
        *(Segment(text, at * 7.0, at * 7.0 + 6.0 if at % 3 else None, who) for at, (text, who) in enumerate(texts))
    )


def letters(text: str) -> str:
    return "".join(text.split())


@given(transcripts(), st.integers(min_value=1, max_value=40))
def test_together_the_chunks_hold_every_word_in_order(script: Transcript, size: int) -> None:
    chunks = chunk_transcript(script, words=size)
    said = " ".join(segment.text for segment in script.segments)
    assert " ".join(chunk.text for chunk in chunks).split() == said.split()


@given(transcripts(), st.integers(min_value=3, max_value=40))
def test_no_chunk_is_twice_as_long_as_asked_for(script: Transcript, size: int) -> None:
    assert all(len(chunk.text.split()) < 2 * size for chunk in chunk_transcript(script, words=size))


@given(transcripts(), st.integers(min_value=5, max_value=40))
def test_times_and_segments_go_forward(script: Transcript, size: int) -> None:
    chunks = chunk_transcript(script, words=size)
    assert all(chunk.first_segment <= chunk.last_segment < len(script.segments) for chunk in chunks)
    assert all(one.last_segment <= two.first_segment for one, two in pairwise(chunks))
    assert all(c.start <= c.end for c in chunks if c.start is not None and c.end is not None)
    starts = [chunk.start for chunk in chunks if chunk.start is not None]
    assert starts == sorted(starts)


@given(transcripts(), st.integers(min_value=5, max_value=40), st.integers(min_value=0, max_value=4))
@settings(max_examples=50)
def test_an_overlap_only_adds_words_at_the_head(script: Transcript, size: int, overlap: int) -> None:
    plain, lapped = (chunk_transcript(script, words=size, overlap=lap) for lap in (0, overlap))
    assert all(letters(two.text).endswith(letters(one.text)) for one, two in zip(plain, lapped, strict=True))
    assert all(len(two.text.split()) - len(one.text.split()) <= overlap for one, two in zip(plain, lapped, strict=True))


def test_an_overlap_repeats_whole_sentences() -> None:
    first, second = chunk_transcript(transcript(*spoken(20)), words=100, overlap=25)
    assert (first.start, first.end, second.start, second.end) == (0.0, 50.0, 40.0, 100.0)


def test_a_long_segment_is_cut_inside_and_its_times_are_interpolated() -> None:
    text = " ".join(f"Sentence number {n} has exactly seven words." for n in range(100))
    chunks = chunk_transcript(transcript(Segment(text, 100.0, 400.0, "Ada")), words=70)
    assert len(chunks) == 10
    assert (chunks[0].start, chunks[-1].end) == (100.0, 400.0)
    assert all(abs((c.end or 0) - (c.start or 0) - 30) < 2 for c in chunks)
    assert {(c.first_segment, c.last_segment, c.speaker) for c in chunks} == {(0, 0, "Ada")}
    assert all(chunk.text.endswith(".") for chunk in chunks)


def test_speech_without_punctuation_is_cut_between_words() -> None:
    chunks = chunk_transcript(transcript(Segment("word " * 400, 0.0, 160.0)), words=100)
    assert [len(chunk.text.split()) for chunk in chunks] == [100] * 4
    assert [chunk.start for chunk in chunks] == [0.0, 40.0, 80.0, 120.0] or chunks[1].start == 40.02


def test_a_language_without_spaces_is_cut_too_and_loses_no_sign() -> None:
    text = "天" * 3000
    chunks = chunk_transcript(transcript(Segment(text)), words=20)
    assert "".join(chunk.text for chunk in chunks) == text
    assert len(chunks) == 4


def test_a_chunk_rather_ends_where_the_speaker_changes() -> None:
    first, second = chunk_transcript(
        transcript(*spoken(8, speaker="Ada"), *spoken(8, speaker="Bo", start=40.0)), words=100
    )
    assert (first.speaker, first.end) == ("Ada", 40.0)
    assert (second.speaker, second.start) == ("Bo", 40.0)


def test_a_speaker_is_named_only_of_what_nobody_else_says() -> None:
    alone = chunk_transcript(transcript(*spoken(8, speaker="Ada")), words=200)
    mostly = chunk_transcript(transcript(*spoken(8, speaker="Ada"), *spoken(1, speaker="Bo", start=40.0)), words=200)
    assert [(chunk.speaker, chunk.voices) for chunk in (*alone, *mostly)] == [("Ada", ("Ada",)), (None, ("Ada", "Bo"))]


def test_what_was_said_before_and_after_a_gap_is_never_one_chunk() -> None:
    near = chunk_transcript(transcript(*spoken(3), *spoken(3, start=34.0)), words=200)
    far = chunk_transcript(transcript(*spoken(3), *spoken(3, start=36.0)), words=200)
    assert [(chunk.start, chunk.end) for chunk in near] == [(0.0, 49.0)]
    assert [(chunk.start, chunk.end) for chunk in far] == [(0.0, 15.0), (36.0, 51.0)]


def test_what_was_said_before_and_after_an_advert_is_never_one_chunk_also_without_times() -> None:
    said = (Segment("We dive right in."), Segment("", advert=True), Segment(" "), Segment("And X as well."))
    assert [chunk.text for chunk in chunk_transcript(transcript(*said))] == ["We dive right in.", "And X as well."]


def test_the_words_of_an_advert_are_in_no_chunk() -> None:
    said = (Segment("We dive in."), Segment("Buy kettles.", advert=True), Segment("As well."))
    assert [chunk.text for chunk in chunk_transcript(transcript(*said))] == ["We dive in.", "As well."]


def test_a_short_rest_before_a_gap_joins_the_chunk_before_it() -> None:
    chunks = chunk_transcript(transcript(*spoken(11), *spoken(4, start=100.0)), words=100)
    assert [(len(chunk.text.split()), chunk.start) for chunk in chunks] == [(110, 0.0), (40, 100.0)]


def test_a_short_rest_joins_the_chunk_before_it() -> None:
    assert [len(c.text.split()) for c in chunk_transcript(transcript(*spoken(11)), words=100)] == [110]


def test_without_an_end_a_segment_lasts_until_the_next_one() -> None:
    chunks = chunk_transcript(transcript(Segment("One two.", 0.0), Segment("Three four.", 8.0)), words=2)
    assert [(chunk.start, chunk.end) for chunk in chunks] == [(0.0, 8.0), (8.0, 8.0)]


def test_nothing_gives_no_chunks() -> None:
    assert chunk_transcript(transcript()) == ()
    assert chunk_transcript(transcript(Segment("  \n "), Segment(""))) == ()


def test_a_chunk_reads_as_it_was_said() -> None:
    script = transcript(Segment("Hello there.  How are you? ", 0, 2), Segment("“Fine.” Thanks.", 2, 4))
    assert chunk_transcript(script) == (Chunk("Hello there.  How are you? “Fine.” Thanks.", 0, 4, None, 0, 1),)
