"""What a question means in its thread: «no. 3», «the second one», «that»."""

from datetime import date

import pytest

from bot.conversation import Meaning, meaning_of, missing_number
from pipeline.domain.answer import Moment
from pipeline.domain.digest import Candidate, Digest, Pick
from tests.peers.made_episodes import episode
from tests.peers.made_insights import insight


def _pick(number: int) -> Pick:
    made = insight(f"i{number}", episode=f"e{number}")
    return Pick(number, Candidate(made, episode(f"e{number}")), 1.0, ())


DIGEST = Digest("local:main", date(2026, 11, 22), tuple(map(_pick, range(1, 6))), (), considered=9, episodes=5)


def meant(question: str, *earlier: str) -> list[int]:
    """The numbers of the picks that the question means."""
    about = meaning_of(question, digest=DIGEST, earlier=earlier).about
    numbers = {_moment(pick): pick.number for pick in DIGEST.picks}
    return [numbers[moment] for moment in about]


def _moment(pick: Pick) -> Moment:
    made = pick.candidate.insight
    return Moment(made.episode_id, made.start, made.end, made.quote)


def test_a_question_that_stands_alone_leans_on_nothing() -> None:
    alone = meaning_of("Why do heat pumps lose money in old houses?", digest=DIGEST, earlier=("Who is Amina?",))
    assert alone == Meaning()


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("What does no. 3 rest on?", [3]),
        ("What about number two, is the price right?", [2]),
        ("Tell me more about #4", [4]),
        ("no 5?", [5]),
        ("2?", [2]),
        ("And 3?", [3]),
        ("How does the second one work?", [2]),
        ("Is the 4th insight still true?", [4]),
        ("Who said the last one?", [5]),
        ("Do nos. 1 and 3 contradict each other?", [1, 3]),
        ("Compare numbers 2, 4", [2, 4]),
        ("Nr. 1 bitte", [1]),
        ("Are there 3 reasons for it?", []),
        ("No 30 percent?", []),
        ("Is it the second time they tried?", []),
    ],
)
def test_an_insight_is_meant_by_its_number(question: str, numbers: list[int]) -> None:
    assert meant(question) == numbers


def test_the_insights_words_resolve_it_and_its_place_is_looked_at_first() -> None:
    meaning = meaning_of("What does no. 3 rest on?", digest=DIGEST)
    picked = DIGEST.picks[2].candidate.insight
    assert meaning == Meaning(picked.text, (_moment(DIGEST.picks[2]),))


def test_that_means_what_was_asked_before() -> None:
    assert meaning_of("How does that work at night?", digest=None, earlier=("What earns a battery?",)) == (
        Meaning("What earns a battery?")
    )


def test_a_bare_why_means_what_was_asked_before() -> None:
    assert meaning_of("Why?", digest=None, earlier=("What earns a battery?",)).context == "What earns a battery?"


def test_a_chain_of_thats_keeps_its_beginning() -> None:
    earlier = ("What earns a battery?", "And why is that?")
    said = meaning_of("Is it still so?", digest=None, earlier=earlier).context
    assert said == "What earns a battery?\nAnd why is that?"


def test_that_after_a_number_still_means_the_number() -> None:
    assert meant("And why is that?", "What does no. 3 say?") == [3]


def test_a_number_that_the_day_has_not_means_nothing() -> None:
    few = Digest("local:main", date(2026, 11, 22), DIGEST.picks[:2], (), considered=0, episodes=0)
    assert meaning_of("What about no. 4, is the price right there?", digest=few) == Meaning()


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("no. 9", 9),
        ("What does no. 7 rest on?", 7),
        ("Who said insight 12?", 12),
        ("Tell me more about #6", 6),
        ("What does no. 3 rest on?", None),
        ("No 30 percent?", None),
        ("Is PEP no. 8 about tabs?", None),
        ("Who said the last one?", None),
    ],
)
def test_a_number_that_the_post_has_not_is_known(question: str, number: int | None) -> None:
    assert missing_number(question, digest=DIGEST) == number


def test_without_a_post_every_number_is_missing() -> None:
    assert missing_number("What does no. 3 rest on?", digest=None) == 3
    assert missing_number("Who said the last one?", digest=None) is None
