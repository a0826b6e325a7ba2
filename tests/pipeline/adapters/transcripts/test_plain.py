from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.adapters.transcripts import parse_plain

SENTENCE = "The bread rises slowly in the cold kitchen. "


def test_text_without_times_is_kept_and_has_none() -> None:
    segments = parse_plain("One paragraph\nthat was wrapped.\n\nAnother.")

    assert [(s.text, s.start, s.end) for s in segments] == [
        ("One paragraph that was wrapped.", None, None),
        ("Another.", None, None),
    ]


def test_a_page_without_paragraphs_is_cut_between_sentences() -> None:
    segments = parse_plain(SENTENCE * 60)

    assert all(len(s.text) <= 900 and s.text.endswith("kitchen.") for s in segments)
    assert " ".join(s.text for s in segments) == (SENTENCE * 60).strip()


def test_times_of_a_recogniser_on_a_terminal_are_read() -> None:
    segments = parse_plain("[00:00:00.000 --> 00:00:04.000]  Hello.\n[00:00:04.000 --> 00:00:06.000]  Bye.\n")

    assert [(s.start, s.end, s.text) for s in segments] == [(0.0, 4.0, "Hello."), (4.0, 6.0, "Bye.")]


def test_a_list_of_chapters_before_the_text_gives_it_no_times() -> None:
    text = "00:00 Intro\n10:15 Bread\n" + f"\n{SENTENCE}" * 30

    assert {s.start for s in parse_plain(text)} == {None}


def test_times_of_day_give_it_no_times() -> None:
    text = f"{SENTENCE}\n10:30 is when we met.\n{SENTENCE}\n09:15 is too early.\n{SENTENCE}\n08:00 is worse."

    assert {s.start for s in parse_plain(text)} == {None}


def test_a_few_times_in_a_long_text_give_it_no_times() -> None:
    text = "\n".join(["10:30 we met."] + [SENTENCE] * 60 + ["11:30 we left."] + [SENTENCE] * 60)

    assert {s.start for s in parse_plain(text)} == {None}


def test_names_in_bold_markdown_are_speakers() -> None:
    text = "**Ann Baker:** Hello.\n\n**Bo (guest)**: Hi.\n\n**Ann Baker:** Tip: eat.\n\n**Bo (guest)**: Yes."

    assert [s.speaker for s in parse_plain(text)] == ["Ann Baker", "Bo", "Ann Baker", "Bo"]


@settings(max_examples=50)
@given(st.lists(st.lists(st.sampled_from(["flour", "salt.", "why?", "so:", "(a)", "„ja“"]), min_size=1), max_size=9))
def test_no_word_is_lost(paragraphs: list[list[str]]) -> None:
    segments = parse_plain("\n\n".join(" ".join(words) for words in paragraphs))

    assert [word for s in segments for word in s.text.split()] == [word for words in paragraphs for word in words]


@given(st.text())
def test_no_text_makes_it_fail(text: str) -> None:
    parse_plain(text)
