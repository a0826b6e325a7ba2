"""Where in its transcript a passage was said, and by whom."""

from dataclasses import replace

from pipeline.domain.passage import Neighbour, Passage
from pipeline.domain.talk.cutting import cut, read_passage
from pipeline.domain.talk.placing import names_of, placed, quoted
from pipeline.domain.transcript import Basis, Segment, Transcript
from tests.peers.made_insights import passage as make_passage
from vectorstore.chunking import chunk_transcript

ASKS = "So what problem does the relay of packages solve, and why did nobody do it before?"
REPLIES = "It lets a poor parent travel with its rich child. Nodes look at both fees together."
NOD = "Yeah."


def talk(*said: tuple[str, str | None], seconds: float | None = 7.0) -> Transcript:
    """Each turn takes so many seconds, however long it is; without seconds there are no times."""
    segments = (
        Segment(text, None if seconds is None else at * seconds, None if seconds is None else (at + 1) * seconds, who)
        for at, (text, who) in enumerate(said)
    )
    return Transcript(tuple(segments), Basis.PUBLISHED)


def passage(said: Transcript) -> Passage:
    """The whole talk as the index gives it: one chunk."""
    (chunk,) = chunk_transcript(said, words=500)
    made = make_passage(chunk.text, start=chunk.start, speaker=chunk.speaker)
    return replace(made, end=chunk.end, url=None if chunk.start is None else "https://x.example/1.mp3#t=0")


COLD = "It was cold on the hill, and the wind went through the coats of the whole band."
LATER = "And then the band went home."
TALK = talk((COLD, "Ann"), (ASKS, "Stephan"), (NOD, "Ann"), (REPLIES, "James"), (LATER, "Ann"))


def test_a_cut_has_the_speaker_and_the_second_of_its_own_words() -> None:
    (there,) = placed([passage(TALK)], TALK)
    reading = read_passage(there)
    found = cut(reading, "How do nodes look at fees?", nearness=[float("fees" in s) for s in reading.candidates])

    assert (found.text, found.speaker, found.start) == (f"{REPLIES} {LATER}", "James and Ann", 21.0)


def test_a_passage_of_several_voices_has_no_single_name() -> None:
    (several,) = placed([passage(TALK)], TALK)
    both_say = talk((ASKS, "Stephan"), (NOD, "Ann"), (REPLIES, "James"))
    (both,) = placed([passage(both_say)], both_say)

    assert several.speaker is None
    assert both.speaker == "Stephan and James"


def test_whoever_only_nods_is_not_named_and_an_unknown_voice_hides_the_others() -> None:
    assert names_of([("Ada", 20), ("Bo", 1)]) == "Ada"
    assert names_of([("Ada", 1)]) == "Ada"
    assert names_of([("Ada", 20), (None, 9)]) is None
    assert names_of([(None, 9)]) is None
    assert names_of([]) is None


def test_times_and_link_are_those_of_the_segments_where_the_chunk_was_cut_inside_one() -> None:
    said = passage(TALK)
    inside = replace(said, text=f"{ASKS} {NOD}", start=9.5, end=20.0)
    (there,) = placed([inside], TALK)

    assert (there.start, there.url) == (7.0, "https://x.example/1.mp3#t=7")
    assert [turn.speaker for turn in there.turns] == ["Stephan", "Ann"]


def test_voices_are_found_where_there_are_no_times() -> None:
    untimed = talk((ASKS, "Stephan"), (REPLIES, "James"), seconds=None)
    (there,) = placed([replace(passage(untimed), text=REPLIES)], untimed)

    assert (there.speaker, there.start) == ("James", None)


def test_labels_inside_the_text_are_voices_and_no_words() -> None:
    turns = (("Ann", NOD), ("Bo", ASKS), ("Ann", REPLIES), ("Bo", NOD))
    labelled = talk(*((f"{who}: {text}", None) for who, text in turns))
    (there,) = placed([passage(labelled)], labelled)

    assert [(turn.speaker, turn.text) for turn in there.turns][2] == ("Ann", REPLIES)
    assert there.speaker == "Ann and Bo"


def test_a_transcript_that_does_not_say_it_changes_nothing() -> None:
    said = passage(TALK)
    assert placed([said], talk(("Quite another talk about bread and its crust.", "Zoe"))) == [said]


def test_a_neighbour_stays_only_where_nothing_was_left_out_between() -> None:
    before = Neighbour(COLD, 0.0, 7.0, None)
    said = replace(passage(TALK), text=ASKS, start=7.0, end=14.0)
    (beside,) = placed([replace(said, before=before)], TALK)
    (apart,) = placed([replace(said, text=REPLIES, start=21.0, end=28.0, before=before)], TALK)

    assert beside.before is not None
    assert [turn.speaker for turn in beside.before.turns] == ["Ann"]
    assert apart.before is None


def test_a_quote_is_a_passage_of_its_own() -> None:
    found = quoted(passage(TALK), "Nodes look at both fees together.", TALK)

    assert found is not None
    assert (found.text, found.speaker) == ("Nodes look at both fees together.", "James")
    assert found.start is not None
    assert 21.0 < found.start < 28.0
    assert quoted(passage(TALK), "Nobody ever said these words in it.", TALK) is None
