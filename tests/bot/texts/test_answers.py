from dataclasses import replace
from datetime import UTC, datetime

from bot.texts.answers import answer_post, search_post
from bot.texts.message import plain
from pipeline.domain.answer import Answer, Citation, Grade, Statement
from pipeline.domain.insight import Author
from pipeline.domain.passage import SearchResult
from tests.peers.made_insights import passage
from tests.peers.snapshots import same_as_stored

_CITATIONS = (
    Citation(1, passage()),
    Citation(2, passage("A connection takes five to seven years.", episode_id="e2", title="Queues", start=3_723.0)),
)


def _answer(
    grade: Grade = Grade.ANSWERED,
    author: Author = Author.MODEL,
    citations: tuple[Citation, ...] = _CITATIONS,
    *,
    degraded: str = "",
) -> Answer:
    statements = (
        Statement("The grid is what data centres wait for.", (1, 2)),
        Statement("A connection takes five to seven years.", (2, 9)),
    )
    said = statements if author is Author.MODEL and grade is not Grade.NOT_FOUND else ()
    return Answer("What delays data centres?", grade, author, said, citations, 212, degraded)


def test_an_answer_cites_each_sentence_and_says_out_of_how_much() -> None:
    post = answer_post(_answer(), key="answer:1")
    assert same_as_stored("answer", plain(post))
    assert (post.fallback, post.key) == ("The grid is what data centres wait for.", "answer:1")


def test_a_part_of_an_answer_says_so_first() -> None:
    assert plain(answer_post(_answer(Grade.PARTLY))).startswith("The episodes answer only a part of this.")


def test_passages_are_headed_as_passages() -> None:
    post = answer_post(_answer(author=Author.EXTRACT))
    assert same_as_stored("passages", plain(post))
    assert post.fallback == "Passages on “What delays data centres?”"


def test_passages_that_do_not_suffice_say_so() -> None:
    assert "only a part" in plain(answer_post(_answer(Grade.PARTLY, Author.EXTRACT)))


def test_what_is_not_found_comes_with_the_closest_passage_and_what_to_do() -> None:
    post = answer_post(_answer(Grade.NOT_FOUND, Author.EXTRACT, _CITATIONS[:1]))
    assert same_as_stored("not_found", plain(post))


def test_nothing_at_all_still_says_how_much_was_searched() -> None:
    told = plain(answer_post(_answer(Grade.NOT_FOUND, citations=(), degraded="Words alone were searched.")))
    assert told.endswith("212 passages searched · Words alone were searched.")
    assert "closest" not in told


def test_a_greeting_is_told_what_can_be_asked() -> None:
    told = plain(answer_post(replace(_answer(Grade.NOT_FOUND, citations=()), question="hello")))
    assert told.startswith("Ask me about anything that was said")
    assert "did not find" not in told


def test_a_search_lists_its_passages() -> None:
    found = SearchResult(tuple(citation.passage for citation in _CITATIONS), 1_212)
    assert same_as_stored("search", plain(search_post("grid", found)))


def test_a_search_without_a_hit_says_what_to_do() -> None:
    told = plain(search_post("grid", SearchResult((), 1_212, "Words alone were searched.")))
    assert "No passage holds these words" in told
    assert "Words alone were searched." in told


def test_a_passage_without_time_and_speaker_is_still_named() -> None:
    bare = passage(start=None, speaker=None, url=None)
    assert "1. Load Curve · Waiting for the grid · 23 Nov 2026\n" in plain(
        search_post("grid", SearchResult((bare,), 1))
    )


def test_the_day_of_a_passage_is_said_with_its_year() -> None:
    old = replace(passage(), published=datetime(2019, 3, 4, tzinfo=UTC))
    assert "Ben Okafor · 4 Mar 2019 · ▶ 12:34" in plain(search_post("grid", SearchResult((old,), 1)))
