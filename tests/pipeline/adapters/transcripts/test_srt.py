import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.adapters.transcripts import parse_srt
from pipeline.adapters.transcripts.reader import parse_transcript
from pipeline.adapters.transcripts.sniff import Format
from pipeline.domain.transcript import Segment


def test_a_lone_number_is_kept_where_the_cues_have_no_numbers() -> None:
    text = "00:00:01,000 --> 00:00:02,000\nHow many?\n\n42\n\n00:00:09,000 --> 00:00:10,000\nSo many."

    assert [s.text for s in parse_srt(text)] == ["How many? 42", "So many."]


def test_unknown_speakers_have_no_name() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nUnknown: Hello.\n\n2\n00:00:03,000 --> 00:00:04,000\nSpeaker 1: Hi.\n"

    assert [(s.speaker, s.text) for s in parse_srt(text)] == [(None, "Hello."), ("Speaker 1", "Hi.")]


def test_a_name_alone_in_a_cue_is_the_speaker_of_the_next() -> None:
    said = ["Ann:", "Hi.", "Bo: Ho.", "Ann: He.", "Bo: Ha."]
    text = "\n\n".join(f"00:0{at} --> 00:0{at + 1}\n{line}" for at, line in enumerate(said))

    assert [(s.speaker, s.text) for s in parse_srt(text)][:2] == [("Ann", "Hi."), ("Bo", "Ho.")]


def test_the_mark_of_live_captions_ends_a_turn() -> None:
    text = "\n\n".join(
        f"0:0{at} --> 0:0{at + 1}\n{line}"
        for at, line in enumerate(["&gt;&gt; ANN: One.", ">> Two.", ">> ANN: Three."])
    )

    assert [(s.speaker, s.text) for s in parse_srt(text)] == [("ANN", "One."), (None, "Two."), ("ANN", "Three.")]


def test_a_colon_in_a_sentence_makes_no_speaker() -> None:
    text = "00:01 --> 00:02\nSo one thing: bread.\n\n00:02 --> 00:03\nSee Genesis 3:16.\n\n00:03 --> 00:04\nhttps://a.example/b"

    assert {s.speaker for s in parse_srt(text)} == {None}


def test_text_after_the_times_on_their_line_was_said() -> None:
    assert parse_srt("00:00:01,000 --> 00:00:02,000 Hi.") == (Segment("Hi.", 1.0, 2.0),)


def test_a_growing_caption_is_said_once() -> None:
    grown = ["so", "so today we", "so today we talk", "so today we talk of bread."]
    text = "\n\n".join(f"00:0{at} --> 00:0{at + 1}\n{line}" for at, line in enumerate(grown))

    assert parse_srt(text) == (Segment("so today we talk of bread.", 0.0, 4.0),)


def test_what_is_really_said_twice_stays_twice() -> None:
    said = ["Yeah.", "Yeah.", "Bread is good.", "Bread is good."]
    text = "\n\n".join(f"00:0{at} --> 00:0{at + 1}\n{line}" for at, line in enumerate(said))

    assert [s.text for s in parse_srt(text)] == said


def test_a_caption_shown_again_while_it_is_still_shown_is_one() -> None:
    text = "00:01 --> 00:05\nBread is good.\n\n00:03 --> 00:08\nBread is good.\n\n00:09 --> 00:10\nYes."

    assert parse_srt(text) == (Segment("Bread is good.", 1.0, 8.0), Segment("Yes.", 9.0, 10.0))


def test_unfinished_sentences_are_joined_but_not_over_pauses_or_speakers() -> None:
    text = (
        "00:01 --> 00:02\nAnn: Bread is\n\n00:02 --> 00:03\ngood and\n\n00:08 --> 00:09\nso is\n\n"
        "00:09 --> 00:10\nBo: butter, says\n\n00:10 --> 00:11\nAnn: me."
    )

    assert [s.text for s in parse_srt(text)] == ["Bread is good and", "so is", "butter, says", "me."]


def test_scripts_without_spaces_are_joined_without_one() -> None:
    assert [s.text for s in parse_srt("00:01 --> 00:02\n今日は\n\n00:02 --> 00:03\n天気です。")] == ["今日は天気です。"]


@given(st.text())
def test_no_text_makes_it_fail(text: str) -> None:
    parse_srt(f"1\n00:00:01,000 --> 00:00:02,000\n{text}")


@settings(max_examples=50)
@given(st.lists(st.sampled_from(["Ann: one", "Bo: two", "three", "42", "", "7"]), max_size=20))
def test_every_word_said_by_anybody_is_kept(lines: list[str]) -> None:
    text = "".join(f"{n}\n00:00:{n:02},000 --> 00:00:{n:02},900\n{line}\n\n" for n, line in enumerate(lines, start=1))

    got = [word for s in parse_srt(text) for word in s.text.split()]

    for word in ("one", "two", "three", "42"):
        assert got.count(word) == sum(word in line.split() for line in lines)


def test_a_time_that_no_clock_shows_starts_no_cue() -> None:
    assert parse_srt("00:00:75,000 --> 00:00:80,000\nHi.") == ()


def test_a_name_may_stand_alone_above_its_words() -> None:
    said = ["Ann:\nHi.\nBo:\nHo.", "Bo: Well.", "Ann: Bye."]
    text = "\n\n".join(f"00:0{at} --> 00:0{at + 1}\n{line}" for at, line in enumerate(said))

    assert [(s.speaker, s.text) for s in parse_srt(text)][:3] == [("Ann", "Hi."), ("Bo", "Ho."), ("Bo", "Well.")]


def test_lines_that_roll_up_are_said_once_even_when_one_is_shown_alone_again() -> None:
    shown = ["today we bake", "today we bake\na rye loaf", "a rye loaf", "a rye loaf\nwith salt", "with salt\nand time"]
    text = "\n\n".join(f"00:0{at} --> 00:0{at + 1}\n{line}" for at, line in enumerate(shown))

    assert parse_srt(text) == (Segment("today we bake a rye loaf with salt and time", 0.0, 5.0),)


@pytest.mark.parametrize("arrow", ["-->", "->", "–>", "—>", "→", "==>", "--", "-- >"])
def test_arrows_are_read_as_tools_and_typists_write_them(arrow: str) -> None:
    body = f"1\n00:00:01,000 {arrow} 00:00:02,000\nOne.\n\n2\n00:00:02,000 {arrow} 00:00:03,000\nTwo.\n"

    kind, segments = parse_transcript(body.encode())

    assert kind is Format.SRT
    assert [(s.start, s.end, s.text) for s in segments] == [(1.0, 2.0, "One."), (2.0, 3.0, "Two.")]


@pytest.mark.parametrize(
    "timing",
    ["0O:00:0l,000 --> 00:00:02,000", "00: 00: 01, 000 --> 00: 00: 02, 000", "0:00:01.000,0:00:02.000", "0:1 --> 0:2"],
)
def test_letters_for_digits_spaces_and_youtubes_commas_are_times_all_the_same(timing: str) -> None:
    _, segments = parse_transcript(f"{timing}\nOne.\n".encode())

    assert [(s.start, s.end, s.text) for s in segments] == [(1.0, 2.0, "One.")]


@pytest.mark.parametrize("number", ["#2", "2.", "2a", "2)", "2:"])
def test_the_number_of_a_cue_was_not_said_however_it_is_written(number: str) -> None:
    body = f"1\n00:00:01,000 --> 00:00:02,000\nOne.\n{number}\n00:00:02,000 --> 00:00:03,000\nTwo.\n"

    assert " ".join(s.text for s in parse_srt(body)) == "One. Two."
