"""What hosts read aloud from listeners."""

from collections.abc import Sequence

from pipeline.domain.talk.letters import letters_among
from pipeline.domain.talk.sentences import sentences
from pipeline.domain.talk.speech import spoken_words
from tests.peers.made_talks import paced, said

ANSWER = (
    "Old pipes are wide enough for a pump.",
    "The pump needs more water and less heat.",
    "Most houses change nothing but a valve.",
)


def read_aloud(*texts: str) -> Sequence[str]:
    found = sentences(spoken_words(said(*texts)))
    letters = letters_among(found)
    return [s.text for place, s in enumerate(found) if place in letters]


def test_a_question_is_the_listeners_from_the_name_to_the_last_question() -> None:
    letter = ("Next question is from Doris.", "I live in an old house.", "Will a pump work there?", "Or do I wait?")

    assert read_aloud("That was fun.", *letter, *ANSWER) == list(letter)


def test_thanks_end_a_letter_too() -> None:
    letter = ("Hey guys, I bought a pump.", "It is loud.", "What is wrong?", "Love the show.")

    assert read_aloud(*letter, *ANSWER) == list(letter)


def test_a_story_without_a_question_ends_after_a_while() -> None:
    found = read_aloud(
        "This one is from Ed.", *(f"Then pump number {n} fell from the roof of the barn." for n in range(20))
    )

    assert 5 < len(found) < 12


def test_a_second_question_far_away_is_not_the_letters() -> None:
    chat = [f"Pump number {n} stands on the roof of a barn near the sea." for n in range(9)]
    found = read_aloud("The email is from Ann.", "Is a pump loud?", *chat, "Do you see?")

    assert found == ["The email is from Ann.", "Is a pump loud?"]


def test_a_letter_ends_where_another_voice_answers() -> None:
    turns: list[tuple[str, str | None]] = [("Next one is from Doris. My pump is loud.", "Ann"), ("Is it new?", "Ben")]
    found = sentences(spoken_words(paced(turns)))

    assert [found[place].text for place in sorted(letters_among(found))] == [
        "Next one is from Doris.",
        "My pump is loud.",
    ]


def test_talk_about_people_is_no_letter() -> None:
    assert read_aloud("The pump is from Sweden.", "It was built by Doris.", "Is it loud?", *ANSWER) == []
