"""The part of a passage that speaks to a question."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.passage import Neighbour, Passage
from pipeline.domain.talk.cutting import Cut, cut, read_passage
from pipeline.domain.talk.speech import word_count
from tests.peers.made_insights import passage as make_passage

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


def passage(
    text: str, *, before: str | None = None, after: str | None = None, timed: bool = True, speaker: str | None = "Tom"
) -> Passage:
    def beside(said: str | None, start: float, end: float) -> Neighbour | None:
        times = (start, end) if timed else (None, None)
        return None if said is None else Neighbour(said, times[0], times[1], speaker)

    made = make_passage(text, start=10.0 if timed else None, speaker=speaker)
    end = 100.0 if timed else None
    return replace(made, end=end, before=beside(before, 0.0, 10.0), after=beside(after, 100.0, 110.0))


def cut_of(made: Passage, question: str, *nearness: float) -> Cut:
    reading = read_passage(made)
    near = [*nearness, *[0.1] * len(reading.own)][: len(reading.own)]
    return cut(reading, question, nearness=near)


@given(SENTENCES)
def test_a_cut_is_a_short_part_of_the_passage_with_times_inside_it(texts: list[str]) -> None:
    text = " ".join(texts)
    reading = read_passage(passage(text))
    nearness = [len(s) % 7 / 7 for s in reading.candidates]
    found = cut(reading, "How loud is a pump?", nearness=nearness)

    assert found.text in text
    assert word_count(found.text) <= 95
    assert found.start is not None
    assert found.end is not None
    assert 10.0 <= found.start <= found.end <= 100.0


@given(SENTENCES, SENTENCES, SENTENCES)
def test_with_neighbours_not_a_word_is_invented(before: list[str], texts: list[str], after: list[str]) -> None:
    made = passage(" ".join(texts), before=" ".join(before), after=" ".join(after))
    found = cut_of(made, "How loud is a pump?")
    said = f"{made.before and made.before.text} {made.text} {made.after and made.after.text}"
    assert found.text.removeprefix("… ").removesuffix(" …") in said
    assert found.start is not None
    assert 0.0 <= found.start <= 110.0


def test_the_nearest_sentence_is_there() -> None:
    text = "It rained. The pump is louder than the fan in the night. It snowed."
    found = cut_of(passage(text, timed=False), "Is the pump loud?", 0.1, 0.9, 0.1)

    assert "louder than the fan" in found.text
    assert found.start is None


def test_a_sentence_that_the_passage_breaks_off_is_completed_from_its_neighbours() -> None:
    made = passage(
        "pumps in old houses lose a third of their heat on the way to the",
        before="It was cold. Many",
        after="radiators upstairs. Then we ate.",
    )
    found = cut_of(made, "Where do pumps lose heat?")
    assert "Many pumps in old houses lose a third of their heat on the way to the radiators upstairs." in found.text
    assert "…" not in found.text
    assert found.start is not None
    assert found.start < 10.0


def test_what_cannot_be_completed_is_marked_as_going_on() -> None:
    long = " ".join(["and the pump hums"] * 40)
    found = cut_of(passage(f"Yes. {long}", before=long, after=long), "Does the pump hum?")
    assert found.text.endswith(" …")


def test_what_is_only_announced_is_told() -> None:
    announced = (
        "The second limit is a bit more mundane, and nobody in the valley who had ever worked with a belt or with a "
        "stone was at all surprised when they met it."
    )
    told = "Most of the machines in the old mill stop as soon as ninety sacks of grain are on the belt at once."
    found = cut_of(passage(f"{announced} {told} It rained."), "What limits are there?", 0.9, 0.0, 0.0)
    assert found.text == f"{announced} {told}"


def test_what_was_said_across_a_gap_is_not_joined() -> None:
    made = passage("Many pumps in old houses lose a third of their heat on the way to the", after="radiators upstairs.")
    assert made.after is not None
    far = replace(made, after=replace(made.after, start=160.0, end=170.0))
    assert cut_of(made, "Where do pumps lose heat?").text.endswith("radiators upstairs.")
    assert cut_of(far, "Where do pumps lose heat?").text.endswith("on the way to the")


def test_it_at_the_beginning_brings_along_what_it_leans_on() -> None:
    made = passage("The old pump hums. It wakes the whole house every single night in winter.")
    assert cut_of(made, "What wakes the house at night?", 0.1, 0.9).text.startswith("The old pump hums.")


def test_when_the_show_asks_the_same_its_reply_is_shown() -> None:
    made = passage(
        "We talked of many mints and of federated ones. So could you tell us what a federated mint is?",
        after="Four people you trust keep the money together, and none of them alone can run away with it.",
    )
    found = cut_of(made, "What is a federated mint?", 0.9, 0.9)
    assert "Four people you trust keep the money together" in found.text
    assert found.form == 1.0


def test_what_only_asks_gives_way_to_its_reply() -> None:
    asked = (
        "Now, somebody wants to know whether the machine in the cellar can be left alone in summer, or is that unwise?"
    )
    replied = "Switch it off in May and open the valve once a month."
    found = cut_of(passage(f"{asked} {replied} The garden needs rain."), "What about the warm months?", 0.9, 0.2)
    assert found.text.startswith(replied)


def test_a_sentence_beside_another_good_one_is_chosen_among_equals() -> None:
    text = "Pumps were his hobby for many years. " + "Nobody in the village ever knew the reason for that. " * 4
    text += "Of all the pumps in town only four were broken. But the bills went up in ninety houses. Bread was dear."
    assert "only four" in cut_of(passage(text), "Why did bills go up although the pumps work?", *[0.3] * 8).text


def test_a_passage_that_is_mostly_an_advert_is_one() -> None:
    read = "This show is brought to you by Aqua. Get ten percent off at aqua.com slash warm."

    assert read_passage(passage(read)).is_advert
    assert not read_passage(passage("The pump is quiet.")).is_advert
    assert not read_passage(passage("The pump is quiet in the house of my aunt.", after=read)).is_advert
