"""Insights without a language model."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.adapters.extractive.picks import ExtractivePicks
from pipeline.domain.insight import Author, Insight, Proposal
from pipeline.domain.talk.adverts import find_adverts
from pipeline.domain.talk.evidence import judge
from pipeline.domain.talk.speech import normalised, spoken_words
from pipeline.domain.transcript import Basis, Segment, Transcript
from pipeline.ports import Vectors
from tests.evals.corpus import load_corpus
from tests.peers.made_talks import heating_episode, heating_talk, paced, said, told, untimed
from tests.peers.memory_stores import CountingEmbedder

FOLDER = os.environ.get("PODSIFT_CORPUS")


class NotedTitles(CountingEmbedder):
    """Notes whose picks it is asked about, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.titles: list[str] = []

    async def embed(self, texts: Sequence[str]) -> Vectors:
        titles = {"Old 0", "Old 1", "Old 2", heating_episode().title}
        self.titles += [text for text in dict.fromkeys(texts) if text in titles]
        return await super().embed(texts)


async def picks(transcript: Transcript) -> tuple[Proposal, ...]:
    return await ExtractivePicks(CountingEmbedder()).propose(heating_episode(), transcript)


def passes(proposal: Proposal, transcript: Transcript) -> bool:
    verdict = judge(
        proposal,
        episode=heating_episode(),
        transcript=transcript,
        adverts=find_adverts(transcript),
        author=Author.EXTRACT,
    )
    return isinstance(verdict, Insight)


async def test_every_pick_passes_the_gate_and_the_best_comes_first() -> None:
    talk = heating_talk()
    found = await picks(talk)

    assert len(found) > 1
    assert all(passes(pick, talk) for pick in found)
    assert [p.worth for p in found] == sorted((p.worth for p in found), reverse=True)


async def test_picks_are_claims_of_the_talk_and_neither_advert_nor_greeting_nor_anecdote() -> None:
    text = " ".join(p.body for p in await picks(heating_talk()))

    assert any(
        claim in text
        for claim in ("moves warmth instead of making it", "Noise depends on the fan", "Insulation should come before")
    )
    for absent in ("Kettleworks", "welcome", "neighbour", "show notes", "so, you know", "?"):
        assert absent not in text


async def test_a_pick_says_its_kind_its_topics_and_its_place() -> None:
    talk = heating_talk()
    for pick in await picks(talk):
        assert 0 <= pick.first_segment <= pick.last_segment < len(talk.segments)
        assert all(t == t.lower() and normalised(t) in normalised(pick.body) for t in pick.topics)
        assert pick.quote in " ".join(w.text for w in spoken_words(talk))
        assert 0 <= pick.specificity <= 1


async def test_the_same_talk_gives_the_same_picks_with_and_without_times() -> None:
    timed, plain = await picks(heating_talk()), await picks(untimed(heating_talk()))

    assert [p.body for p in timed] == [p.body for p in plain]
    assert timed == await picks(heating_talk())


async def test_one_endless_segment_gives_picks_that_pass_too() -> None:
    talk = heating_talk()
    long = Transcript((Segment(" ".join(s.text for s in talk.segments), 0.0, 300.0),), Basis.PUBLISHED, "en")
    found = await picks(long)

    assert found
    assert all(passes(pick, long) for pick in found)


async def test_poor_material_gives_no_picks() -> None:
    assert await picks(said("Yeah.", "Right?", "Okay, cool.")) == ()
    assert await picks(Transcript((), Basis.PUBLISHED)) == ()


async def test_other_languages_are_picked_from_too() -> None:
    sentence = (
        "Die Wärmepumpe verschiebt die Wärme aus der kalten Luft in das Haus, und dafür braucht sie wenig Strom{}."
        " Ein guter Handwerker stellt das Wasser zuerst zwei Grad kälter und wartet dann Tage auf das Ergebnis{}."
    )
    talk = paced([(sentence.format(f" im Jahr {n}", f" von Haus {n}"), "Ute") for n in range(40)])
    found = await picks(replace(talk, language=None))

    assert found
    assert all(passes(pick, talk) for pick in found)


@pytest.mark.parametrize(
    ("talk", "language", "claims"),
    [
        ("chess", "en", {"Endgames pay better than openings for anyone below 2000"}),
        (
            "towns",
            "en",
            {
                "Wages in England doubled within thirty years after 1348",
                "Medieval towns killed more people than they raised",
            },
        ),
        ("stau", "de", {"Der Takt ist wichtiger als der Preis"}),
    ],
)
async def test_a_talk_of_whatever_field_gives_its_claims_with_their_reasons(
    talk: str, language: str, claims: set[str]
) -> None:
    transcript = replace(told(talk), language=language)
    found = await picks(transcript)

    assert claims <= {pick.headline for pick in found}
    assert all(passes(pick, transcript) for pick in found)
    assert not any(word in pick.body for pick in found for word in ("Rookery", "welcome", "bathtub", "grandmother"))


def test_the_version_names_the_rules() -> None:
    assert ExtractivePicks(CountingEmbedder()).version == "extractive-6"


@pytest.mark.skipif(FOLDER is None, reason="needs a folder in the corpus layout")
async def test_every_pick_of_a_corpus_passes_the_gate() -> None:
    for episode, transcript in load_corpus(Path(FOLDER or ".")).episodes[::4]:
        adverts = find_adverts(transcript)
        for pick in await ExtractivePicks(CountingEmbedder()).propose(episode, transcript):
            verdict = judge(pick, episode=episode, transcript=transcript, adverts=adverts, author=Author.EXTRACT)
            assert isinstance(verdict, Insight), (episode.id, pick, verdict)


async def test_what_is_new_is_read_before_old_episodes_that_wait() -> None:
    embedder = NotedTitles()
    picking = ExtractivePicks(embedder)
    episodes = [replace(heating_episode(), backfill=True)] * 3
    titled = [replace(one, found=replace(one.found, title=f"Old {n}")) for n, one in enumerate(episodes)]

    await asyncio.gather(*(picking.propose(one, heating_talk()) for one in (*titled, heating_episode())))

    assert embedder.titles == ["Old 0", heating_episode().title, "Old 1", "Old 2"]
