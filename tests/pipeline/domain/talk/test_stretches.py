"""Candidates for a post: two or three sentences of one voice."""

import pytest

from pipeline.domain.talk.sentences import sentences
from pipeline.domain.talk.speech import normalised, spoken_words
from pipeline.domain.talk.stretches import Stretch, condensed, quote_of, stretches
from pipeline.domain.transcript import Transcript
from tests.peers.made_talks import paced

FILLER = "The harvest of that year was poor in the north and the grain was wet for weeks."
NOISE = "Insulation keeps a heat pump small and quiet in every single house of the old town by the river."
WATER = "Cooler water needs larger radiators, because each of them gives less heat to the room it stands in."
COST = "Larger radiators cost less than a larger pump does over the fifteen years of its life."


def found_in(*turns: tuple[str, str | None]) -> tuple[Stretch, ...]:
    return _stretches(paced([(" ".join([FILLER] * 14), "Ann"), *turns, (" ".join([FILLER] * 14), "Ann")]))


def _stretches(talk: Transcript) -> tuple[Stretch, ...]:
    words = spoken_words(talk)
    terms = frozenset({"pump", "insulation", "radiators", "water"})
    said = list(stretches(words, sentences(words), (), terms=terms, english=True))
    assert all(s.body == quote_of(words, s) or _in_order(s.body, quote_of(words, s)) for s in said)
    return tuple(s for s in said if "pump" in s.body)


def _in_order(body: str, quote: str) -> bool:
    said = iter(normalised(quote).split())
    return all(word in said for word in normalised(body).split())


def test_a_nod_of_the_other_voice_does_not_part_a_thought() -> None:
    bodies = [s.body for s in found_in((NOISE, "Tom"), ("Yeah.", "Ann"), (WATER, "Tom"))]

    assert f"{NOISE} {WATER}" in bodies


def test_a_question_of_the_other_voice_does() -> None:
    bodies = [s.body for s in found_in((NOISE, "Tom"), ("What does it cost?", "Ann"), (WATER, "Tom"))]

    assert f"{NOISE} {WATER}" not in bodies


def test_what_a_listener_wrote_is_no_candidate() -> None:
    letter = f"Next question is from Doris. {NOISE} {COST} What do you think?"

    assert not any(NOISE in s.body for s in found_in((letter, "Tom")))


def test_a_passage_begins_with_its_claim_where_the_clause_before_can_be_spared() -> None:
    said = "The roof was wet last year too, and insulation keeps a heat pump small in each house of the town."
    others = "Of all the ways to save, none is so dull and none so cheap. Before the wall is dry, wait for the summer."
    bodies = [s.body for s in found_in((f"{said} {others}", "Tom"))]

    assert any(body.startswith("Insulation keeps a heat pump small") for body in bodies)


def test_a_part_of_an_endless_sentence_counts_where_a_full_stop_could_stand() -> None:
    endless = (
        "The old town by the river was wet and dark for most of the long year and nobody who lived there liked it,"
        " but insulation keeps a heat pump small and quiet in every single one of those houses,"
        " and it costs less than a larger pump does over all the fifteen years of its life."
    )
    bodies = [s.body for s in found_in((endless, "Tom"), (COST, "Tom"))]

    assert any("nsulation keeps a heat pump small and quiet" in body and body.endswith(COST) for body in bodies)


@pytest.mark.parametrize(
    "part",
    [
        "but insulation keeps a heat pump small and quiet in every single one of the",
        "but insulation keeps a heat is pump small and quiet in every a one of those long and narrow houses,",
    ],
)
def test_a_part_that_breaks_off_or_apart_counts_for_nothing(part: str) -> None:
    endless = f"The old town by the river was wet and dark for most of the long year and nobody there liked it, {part}"
    rest = f"and it costs less than a larger pump does over all the fifteen years. {COST}"

    assert not any("nsulation keeps" in s.body for s in found_in((endless, "Tom"), (rest, "Tom")))


@pytest.mark.parametrize("joint", ["which keeps, year after year,", "if it keeps", "when it keeps"])
def test_no_full_stop_takes_the_place_of_the_comma_before_what_leans_on_it(joint: str) -> None:
    endless = (
        f"Insulation keeps a heat pump small and quiet in every single one of the old houses by the river, {joint} the "
        "whole of the cellar dry and warm for the children and for the wine through all of the long winter of the north"
        " and the east of it."
    )
    bodies = [s.body for s in found_in((endless, "Tom"), (COST, "Tom"))]

    assert not any("by the river. " in body for body in bodies)


def test_how_sure_a_speaker_is_stays_in_the_passage() -> None:
    bodies = [s.body for s in found_in((f"I think {NOISE[0].lower()}{NOISE[1:]} {COST}", "Tom"))]

    assert f"I think {NOISE[0].lower()}{NOISE[1:]} {COST}" in bodies


def test_more_than_three_sentences_are_joined_where_they_are_short() -> None:
    short = ("Heat rises.", "The pump moves it.", "It needs power for that.", NOISE)
    joined = condensed(short)

    assert joined is not None
    assert len(joined) == 3
    assert ";" in " ".join(joined)
    assert normalised(" ".join(joined)) == normalised(" ".join(short))


def test_long_sentences_are_not_joined() -> None:
    assert condensed((NOISE, WATER, COST, NOISE)) is None


def test_captions_without_any_mark_are_left_open_where_a_full_stop_would_be_ours() -> None:
    filler = "and the harvest of that year was poor in the north so that the grain stood wet on every field " * 8
    said = (
        "so insulation keeps a heat pump small in every house of the old town by the river even in a long winter "
        "because cooler water needs larger radiators that cost less than a larger pump does over its fifteen years "
    )
    found = _stretches(paced([(filler + said + filler, "Tom")]))

    assert found
    assert all(sentence.endswith("…") and "." not in sentence for s in found for sentence in s.sentences)
