"""The part of a passage that speaks to a question."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.talk.cutting import cut, read_passage
from pipeline.domain.talk.speech import word_count

SENTENCES = st.lists(
    st.sampled_from(
        [
            "Pumps are quiet in a town with thick walls.",
            "Yeah.",
            "Is the pump loud?",
            "Next question is from Doris.",
            "The fan turns slowly at night and quickly in the morning, which nobody hears but the dog.",
            "Use the promo code WARM today.",
        ]
    ),
    min_size=1,
    max_size=12,
)


@given(SENTENCES)
def test_a_cut_is_a_short_part_of_the_passage_with_times_inside_it(texts: list[str]) -> None:
    text = " ".join(texts)
    reading = read_passage(text, start=10.0, end=100.0, speaker="Tom")
    nearness = [len(s.text) % 7 / 7 for s in reading.said]
    found = cut(reading, "How loud is a pump?", nearness=nearness)

    assert found.text in text
    assert word_count(found.text) <= 70
    assert found.start is not None
    assert found.end is not None
    assert 10.0 <= found.start <= found.end <= 100.0


def test_the_nearest_sentence_is_there() -> None:
    text = "It rained. The pump is louder than the fan in the night. It snowed."
    reading = read_passage(text, start=None, end=None, speaker=None)
    found = cut(reading, "Is the pump loud?", nearness=[0.1, 0.9, 0.1])

    assert "louder than the fan" in found.text
    assert found.start is None


def test_a_passage_that_is_mostly_an_advert_is_one() -> None:
    read = "This show is brought to you by Aqua. Get ten percent off at aqua.com slash warm."

    assert read_passage(read, start=None, end=None, speaker=None).is_advert
    assert not read_passage("The pump is quiet.", start=None, end=None, speaker=None).is_advert
