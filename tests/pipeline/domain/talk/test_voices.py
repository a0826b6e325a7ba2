"""Who spoke, and how we know."""

from pipeline.domain.insight import Certainty
from pipeline.domain.talk.evidence import locate_quote
from pipeline.domain.talk.voices import voice_of
from pipeline.domain.transcript import Transcript
from tests.peers.made_talks import episode, paced, said

CLAIM = "the price of copper sets the price of the whole machine"


def voice(transcript: Transcript, *persons: str) -> tuple[str | None, Certainty]:
    located = locate_quote(transcript, CLAIM)
    assert located is not None
    return voice_of(located, transcript, episode(persons=persons))


def test_a_named_voice_is_the_publishers_word() -> None:
    assert voice(said(CLAIM, speaker="Ana Ruiz")) == ("Ana Ruiz", Certainty.PUBLISHER)


def test_a_first_name_becomes_the_full_name_of_the_only_person_it_fits() -> None:
    assert voice(said(CLAIM, speaker="Ana"), "Ana Ruiz", "Ben Okafor")[0] == "Ana Ruiz"
    assert voice(said(CLAIM, speaker="Ana"), "Ana Ruiz", "Ana Weber")[0] == "Ana"


def test_the_voice_with_most_of_the_words_counts() -> None:
    talk = paced([("the price", "Ben"), ("of copper sets the price of the whole machine", "Ana")])

    assert voice(talk)[0] == "Ana"


def test_a_numbered_voice_that_introduces_itself_is_introduced() -> None:
    talk = paced([("Hello, I'm Ana Ruiz.", "Speaker 1"), ("Hi.", "Speaker 2"), (CLAIM, "Speaker 1")])

    assert voice(talk) == ("Ana Ruiz", Certainty.INTRODUCED)


def test_the_only_other_voice_is_the_guest_whom_the_host_introduces() -> None:
    talk = paced([("My guest today is Ben Okafor from the grid.", "SPEAKER_00"), (CLAIM, "SPEAKER_01")])

    assert voice(talk) == ("Ben Okafor", Certainty.INTRODUCED)


def test_no_name_is_given_where_two_would_fit_or_none_is_said() -> None:
    three = paced([("My guest today is Ben Okafor.", "Speaker 1"), ("Yes.", "Speaker 2"), (CLAIM, "Speaker 3")])
    nobody = paced([("Hello.", "Speaker 1"), (CLAIM, "Speaker 2")])

    assert voice(three) == (None, Certainty.UNNAMED)
    assert voice(nobody) == (None, Certainty.UNNAMED)
    assert voice(said(CLAIM), "Ana Ruiz") == (None, Certainty.UNNAMED)


def test_an_introduction_made_late_does_not_count() -> None:
    talk = paced([("word " * 800, "Speaker 1"), ("I'm Ana Ruiz.", "Speaker 1"), (CLAIM, "Speaker 1")])

    assert voice(talk) == (None, Certainty.UNNAMED)
