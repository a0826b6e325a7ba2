from datetime import date

from bot.conversation import context_of
from pipeline.domain.digest import Digest

DIGEST = Digest("local:main", date(2026, 11, 22), (), (), considered=0, episodes=0)


def test_a_question_that_stands_alone_has_no_context() -> None:
    assert context_of("Why do heat pumps lose money in old houses?", digest=None, earlier=("Who is Amina?",)) == ""


def test_that_means_what_was_asked_before() -> None:
    assert context_of("How does that work at night?", digest=None, earlier=("What earns a battery?",)) == (
        "What earns a battery?"
    )


def test_a_bare_why_means_what_was_asked_before() -> None:
    assert context_of("Why?", digest=None, earlier=("What earns a battery?",)) == "What earns a battery?"


def test_a_chain_of_thats_keeps_its_beginning() -> None:
    earlier = ("What earns a battery?", "And why is that?")

    assert context_of("Is it still so?", digest=None, earlier=earlier) == "What earns a battery?\nAnd why is that?"


def test_a_number_that_today_has_not_means_nothing() -> None:
    assert context_of("What about no. 4, is the price right there?", digest=DIGEST) == ""
