"""InsightProposer: whoever proposes, what passes the gate is said, placed and worded as promised."""

from collections.abc import AsyncIterator

import pytest

from pipeline.adapters.extractive.picks import ExtractivePicks
from pipeline.adapters.openai_model import ModelProposer
from pipeline.domain.insight import Author, Insight
from pipeline.domain.talk.adverts import find_adverts
from pipeline.domain.talk.evidence import Rejection, judge
from pipeline.domain.transcript import Basis, Transcript
from pipeline.ports import InsightProposer
from tests.peers.made_talk import proposal, second_proposal, talk, talk_episode
from tests.peers.model_bench import model_bench
from tests.peers.openai_peer import Body, thinks
from vectorstore.embedding import StaticEmbedder

EPISODE = talk_episode()


def editor(body: Body) -> object:
    if "editor of a daily note" in body["messages"][0]["content"]:
        return {"keep": [{"number": n, "worth": 8, "specificity": 8} for n in (1, 2)]}
    return {"insights": [proposal(), second_proposal()]}


@pytest.fixture(params=["model", "extractive"])
async def proposer(request: pytest.FixtureRequest) -> AsyncIterator[InsightProposer]:
    if request.param == "extractive":
        embedder = StaticEmbedder()
        yield ExtractivePicks(embedder)
        embedder.close()
        return
    async with model_bench() as bench:
        bench.peer.answers = [thinks(editor)]
        yield ModelProposer(bench.model)


def author_of(proposer: InsightProposer) -> Author:
    return Author.EXTRACT if isinstance(proposer, ExtractivePicks) else Author.MODEL


async def insights(proposer: InsightProposer, transcript: Transcript) -> list[Insight]:
    verdicts = [
        judge(p, episode=EPISODE, transcript=transcript, adverts=find_adverts(transcript), author=author_of(proposer))
        for p in await proposer.propose(EPISODE, transcript)
    ]
    assert not [v for v in verdicts if isinstance(v, Rejection)]
    return [v for v in verdicts if isinstance(v, Insight)]


async def test_what_is_proposed_passes_the_gate(proposer: InsightProposer) -> None:
    found = await insights(proposer, talk())
    assert found
    assert len({insight.id for insight in found}) == len(found) <= 8
    assert all(0 <= i.first_segment <= i.last_segment < len(talk().segments) for i in found)
    assert all(0 <= i.worth <= 1 and 0 <= i.specificity <= 1 for i in found)


async def test_no_advert_is_proposed(proposer: InsightProposer) -> None:
    assert not any("Kettleworks" in p.body + p.quote for p in await proposer.propose(EPISODE, talk()))


async def test_the_same_transcript_gives_the_same_proposals(proposer: InsightProposer) -> None:
    assert await proposer.propose(EPISODE, talk()) == await proposer.propose(EPISODE, talk())


async def test_an_empty_transcript_gives_nothing(proposer: InsightProposer) -> None:
    assert await proposer.propose(EPISODE, Transcript((), Basis.PUBLISHED)) == ()


async def test_the_version_is_one_short_name_that_stays(proposer: InsightProposer) -> None:
    assert proposer.version == proposer.version
    assert 0 < len(proposer.version) < 100
    assert "\n" not in proposer.version
