"""Where the show asks what a member asks, and where its reply begins."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.talk.asking import wish_of
from pipeline.domain.talk.keywords import stems
from pipeline.domain.talk.replies import Replies, replies_among
from pipeline.domain.talk.sentences import Sentence, sentences
from pipeline.domain.talk.speech import spoken_words
from pipeline.domain.transcript import Basis, Segment, Transcript

LONG = "Which lathe would you buy for a small garage, a wooden or an iron one, and how loud is the motor?"
PIECES = (
    "Is that so?",
    "Yeah.",
    "Next question is from Doris.",
    "Which lathe would you buy for a small garage?",
    "An iron lathe is heavy, so it hardly shakes.",
    "The motor is loud.",
)


def said(*turns: str) -> tuple[Sentence, ...]:
    segments = tuple(Segment(text, float(n), n + 1.0, f"voice {n}") for n, text in enumerate(turns))
    return sentences(spoken_words(Transcript(segments, Basis.PUBLISHED)))


def replies(question: str, *turns: str) -> tuple[Replies, list[str]]:
    there = said(*turns)
    found = replies_among(there, stems(question), wish_of(question))
    return found, [there[place].text for place in sorted(found.begun)]


def test_the_reply_to_a_letter_begins_after_its_last_question() -> None:
    found, begun = replies(
        LONG,
        "We bought nothing this year. Next question is from Doris. Which lathe would you buy for a small garage? "
        "A wooden or an iron one? And how loud is the motor? Yeah. Take the iron one, because it hardly shakes.",
    )
    assert begun == ["Take the iron one, because it hardly shakes."]
    assert found.is_sure


def test_half_of_a_long_question_is_enough_and_what_goes_on_in_its_words_belongs_to_it() -> None:
    _, begun = replies(
        LONG,
        "What lathe would you buy for a garage? The motor of an iron lathe is loud. We sold ours after the flood.",
    )
    assert begun == ["We sold ours after the flood."]


def test_a_question_without_its_question_mark_is_one() -> None:
    found, begun = replies(
        LONG, "Which lathe would you buy for a small garage, wooden or iron. Iron ones are heavy and hardly shake."
    )
    assert begun == ["Iron ones are heavy and hardly shake."]
    assert found.asked == {0}


def test_all_of_a_short_question_must_be_asked() -> None:
    assert replies("What is a federated mint?", "What is a mint? It makes coins from paper.")[1] == []
    sure, begun = replies("What is a federated mint?", "What is a federated mint? Four friends keep the coins.")
    assert begun == ["Four friends keep the coins."]
    assert not sure.is_sure


def test_how_to_do_something_is_another_question_than_what_it_is() -> None:
    said_so = "What are rain barrels? You know exactly what barrels in the rain are."
    assert replies("How can I back up rain barrels?", said_so)[1] == []
    assert replies("What are rain barrels?", said_so)[1] == ["You know exactly what barrels in the rain are."]


def test_what_you_do_is_told_and_not_asked() -> None:
    told = "So what you can mend is a rain barrel. But typically you say that it leaks."
    assert replies("How do you mend a rain barrel?", told)[1] == []


def test_whoever_says_the_words_without_asking_gives_no_reply() -> None:
    assert replies(LONG, "My lathe stands in the garage and its iron motor is small. It is green.")[1] == []


def test_nothing_is_replied_to_a_question_without_words() -> None:
    assert replies("And why?", "And why? Because the oil was old.")[1] == []


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_a_reply_is_never_a_question(texts: list[str]) -> None:
    there = said(" ".join(texts)) if texts else ()
    found = replies_among(there, stems(LONG), wish_of(LONG))
    assert not any(there[place].is_question for place in found.begun)
    assert not found.asked & found.begun
