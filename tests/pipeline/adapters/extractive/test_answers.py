"""Answers that show passages and claim nothing."""

from datetime import UTC, datetime

import pytest

from pipeline.adapters.extractive.answers import PassageAnswers
from pipeline.domain.answer import Grade, Question
from pipeline.domain.audience import LOCAL
from pipeline.domain.insight import Author
from pipeline.domain.passage import Passage, SearchResult
from tests.peers.memory_stores import CountingEmbedder

FILLER = "We drove home through the rain and talked about the harvest of that year and the price of grain. "
TEXT = (
    FILLER * 3
    + "The compressor of the heat pump wears out after fifteen years. It costs half the machine. "
    + FILLER * 3
)


def passage(text: str = TEXT, *, match: float = 0.9, start: float | None = 100.0, episode: str = "e1") -> Passage:
    return Passage(
        feed_id="f1",
        feed_url="https://warm.example/feed",
        feed_title="The Warm House",
        episode_id=episode,
        episode_title="Heat pumps",
        guid="guid",
        text=text,
        start=start,
        end=None if start is None else start + 60.0,
        speaker="Tom",
        score=match,
        match=match,
        published=datetime(2026, 11, 20, tzinfo=UTC),
        url=None if start is None else f"https://warm.example/1.mp3#t={int(start)}",
    )


def writer() -> PassageAnswers:
    return PassageAnswers(CountingEmbedder(), not_found_below=0.5, partly_below=0.7)


TOWNS = ("Arlen", "Bremmen", "Corvey", "Duren", "Elmstad", "Fulda")
SAYINGS = (
    "Compressors fail when the oil is old.",
    "Grain prices rose after a dry spring.",
    "Nobody paints a barn in winter.",
    "The choir sings louder than its organ.",
    "Bread from the north keeps a week.",
    "Trams run late on market days.",
)
ASKED = Question("When does the compressor of a heat pump wear out?", LOCAL)


async def test_shows_the_sentences_around_the_best_one_with_their_own_time() -> None:
    answer = await writer().write(ASKED, SearchResult((passage(),), searched=212))
    (citation,) = answer.citations

    assert "The compressor of the heat pump wears out after fifteen years." in citation.passage.text
    assert citation.passage.text in TEXT
    assert 1 <= citation.passage.text.count(".") <= 4
    assert citation.passage.start is not None
    assert 110 < citation.passage.start < 135
    assert citation.passage.end is not None
    assert citation.passage.end < 160
    assert citation.passage.url == f"https://warm.example/1.mp3#t={int(citation.passage.start)}"


async def test_says_nothing_of_its_own() -> None:
    answer = await writer().write(ASKED, SearchResult((passage(),), searched=212, degraded="Words only."))

    assert answer.author is Author.EXTRACT
    assert answer.statements == ()
    assert (answer.question, answer.searched, answer.degraded) == (ASKED.text, 212, "Words only.")


@pytest.mark.parametrize(
    ("matches", "grade", "shown"),
    [
        ((0.9, 0.6, 0.4, 0.3, 0.28, 0.27), Grade.ANSWERED, 5),
        ((0.9, 0.2, 0.2, 0.1), Grade.ANSWERED, 2),
        ((0.6, 0.69), Grade.PARTLY, 2),
        ((0.49, 0.2), Grade.NOT_FOUND, 2),
        ((0.2, 0.1), Grade.NOT_FOUND, 2),
        ((0.2, 0.15, 0.15, 0.1), Grade.NOT_FOUND, 3),
        ((), Grade.NOT_FOUND, 0),
    ],
)
async def test_the_grade_follows_the_best_match(matches: tuple[float, ...], grade: Grade, shown: int) -> None:
    found = SearchResult(tuple(passage(text, match=m) for m, text in zip(matches, SAYINGS, strict=False)), searched=10)
    answer = await writer().write(ASKED, found)

    assert answer.grade is grade
    assert [c.number for c in answer.citations] == list(range(1, shown + 1))


async def test_how_much_is_answered_by_an_amount_only() -> None:
    asked = Question("How much does the compressor of a heat pump cost?", LOCAL)
    bare = passage("The compressor of a heat pump has its cost, and people pay it without a word.")
    named = passage("The compressor of a heat pump costs about 900 euros, and people pay it.")

    assert (await writer().write(asked, SearchResult((bare,), searched=9))).grade is Grade.PARTLY
    assert (await writer().write(asked, SearchResult((named,), searched=9))).grade is Grade.ANSWERED


async def test_a_day_is_answered_by_a_day_only() -> None:
    asked = Question("When was the heat pump compressor sold first?", LOCAL)
    bare = passage("The heat pump compressor was first sold to a farmer who liked it.")
    named = passage("The heat pump compressor was first sold in March of 1987 to a farmer.")

    assert (await writer().write(asked, SearchResult((bare,), searched=9))).grade is Grade.PARTLY
    assert (await writer().write(asked, SearchResult((named,), searched=9))).grade is Grade.ANSWERED


@pytest.mark.parametrize(
    ("said", "grade"),
    [
        ("Compressor firmware 4.2 made the heat pump quiet.", Grade.ANSWERED),
        ("Compressor firmware 4.20 made the heat pump quiet.", Grade.PARTLY),
        ("Compressor firmware 3.1 made the heat pump quiet.", Grade.PARTLY),
        ("The compressor of the heat pump is quiet since 4.2 of it.", Grade.PARTLY),
    ],
)
async def test_another_version_is_another_thing(said: str, grade: Grade) -> None:
    asked = Question("How did compressor firmware 4.2 change the heat pump?", LOCAL)

    assert (await writer().write(asked, SearchResult((passage(said),), searched=9))).grade is grade


async def test_a_version_may_be_said_without_its_nought() -> None:
    asked = Question("How did firmware 4.0 change the heat pump?", LOCAL)
    found = SearchResult((passage("Firmware 4 made the heat pump quiet and quick."),), searched=9)

    assert (await writer().write(asked, found)).grade is Grade.ANSWERED


async def test_passages_that_share_only_the_words_of_the_question_do_not_repeat_each_other() -> None:
    asked = Question("How can I mend the compressor of a pump?", LOCAL)
    first = passage("You know the compressor of a pump, and it is complicated.")
    second = passage("A tool called Kettlefix mends the compressor of a pump with oil and a new filter.", match=0.8)
    answer = await writer().write(asked, SearchResult((first, second), searched=9))

    assert len(answer.citations) == 2


async def test_the_episode_with_most_of_what_was_found_comes_first() -> None:
    apart = passage(f"{SAYINGS[1]} {TOWNS[0]} knows.", match=0.9, episode="e2")
    found = [passage(f"{text} {town} knows.", match=0.85) for text, town in zip(SAYINGS[2:5], TOWNS[1:4], strict=True)]
    answer = await writer().write(ASKED, SearchResult((apart, *found), searched=9))

    assert [c.passage.episode_id for c in answer.citations] == ["e1", "e1", "e1", "e2"]


async def test_a_passage_of_one_sentence_stays_whole() -> None:
    one = passage("The compressor wears out.")
    answer = await writer().write(ASKED, SearchResult((one,), searched=1))

    shown = answer.citations[0].passage
    assert (shown.text, shown.start, shown.url) == (one.text, one.start, one.url)
    assert shown.end is not None
    assert 155 < shown.end <= 160


async def test_a_passage_without_times_is_cut_too() -> None:
    answer = await writer().write(ASKED, SearchResult((passage(start=None),), searched=1))

    assert answer.citations[0].passage.start is None
    assert "compressor" in answer.citations[0].passage.text


async def test_a_passage_that_repeats_another_is_shown_once() -> None:
    answer = await writer().write(ASKED, SearchResult((passage(), passage(episode="e2")), searched=2))

    assert [c.passage.episode_id for c in answer.citations] == ["e1"]


async def test_an_advert_is_never_shown_not_even_as_the_closest_passage() -> None:
    read = (
        "This episode is sponsored by Kettleworks. Their heat pump has a compressor that never wears out."
        " Use the promo code WARM for ten percent off at kettleworks.com slash warm."
    )
    for match in (0.9, 0.1):
        answer = await writer().write(
            ASKED, SearchResult((passage(read, match=match), passage(match=0.05)), searched=2)
        )

        assert all("Kettleworks" not in c.passage.text for c in answer.citations)


async def test_a_passage_full_of_adverts_is_shown_where_the_very_question_is_answered_in_it() -> None:
    read = "This show is brought to you by Aqua. Get ten percent off at aqua.com slash warm. " * 3
    asked = "Which lathe would you buy for a small garage, a wooden or an iron one? "
    made = passage(read + asked + "Take the iron one, because it hardly shakes when it runs.", match=0.95)
    answer = await writer().write(Question(asked, LOCAL), SearchResult((made,), searched=212))

    assert answer.citations[0].passage.text.startswith("Take the iron one")


async def test_two_things_named_are_enough_of_a_long_question_and_one_is_not() -> None:
    long = (
        "We moved into a farmhouse last spring and found a boiler, a well, three sheds, an orchard and a cellar of "
        "jars. Should our neighbour worry about compressors and oil?"
    )
    two = await writer().write(Question(long, LOCAL), SearchResult((passage("The oil of compressors ages."),), 212))
    one = await writer().write(Question(long, LOCAL), SearchResult((passage("Who paints an orchard?"),), 212))

    assert (two.grade, one.grade) == (Grade.ANSWERED, Grade.PARTLY)


async def test_an_advert_inside_a_passage_is_cut_away() -> None:
    text = (
        "Use the promo code WARM for a heat pump with a compressor at kettleworks.com slash warm. "
        + FILLER * 4
        + "The compressor of the heat pump wears out after fifteen years."
    )
    answer = await writer().write(ASKED, SearchResult((passage(text),), searched=1))

    assert "promo" not in answer.citations[0].passage.text
    assert "wears out after fifteen years" in answer.citations[0].passage.text


async def test_the_answer_is_shown_rather_than_the_host_who_asks_the_same() -> None:
    text = (
        "When does the compressor of a heat pump wear out? Yeah. " + "The compressor lasts fifteen years if"
        " it does not stop and start all day, and costs half the machine. " + FILLER * 2
    )
    answer = await writer().write(ASKED, SearchResult((passage(text),), searched=1))

    assert "lasts fifteen years" in answer.citations[0].passage.text


async def test_a_greeting_gets_no_passage() -> None:
    for text in ("and?", "Hello!", "…", "ok thanks"):
        answer = await writer().write(Question(text, LOCAL), SearchResult((passage(),), searched=1))

        assert (answer.grade, answer.citations) == (Grade.NOT_FOUND, ())


async def test_a_short_question_is_understood_by_its_thread() -> None:
    asked = Question("And why?", LOCAL, context=ASKED.text)
    answer = await writer().write(asked, SearchResult((passage(),), searched=1))

    assert "compressor" in answer.citations[0].passage.text


async def test_a_question_of_stop_words_still_gets_passages() -> None:
    answer = await writer().write(Question("What is it?", LOCAL), SearchResult((passage(),), searched=1))

    assert answer.citations[0].passage.text in TEXT
