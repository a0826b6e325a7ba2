"""Hostile transcripts against a model that obeys the attacker: nothing harmful reaches a message.

Each file of tests/data/red_team is one attack: what is `said` in the episode, and what a model that obeys sends as
`insights` (changes of a good proposal) or `raw` text, and as `statements` of an answer. Hard checks, all of them:
no foreign link, no mention, no quote that was never said, nothing but the schema.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.discord.layouts import layout
from bot.discord.panels import panels
from bot.shapes.insights import EpisodeInsightsShape, RejectedShape
from bot.slack.render import render
from bot.texts.answers import answer_post
from bot.texts.insight_replies import episode_insights_reply
from bot.texts.message import Message, plain
from bot.texts.posts import digest_post
from pipeline.adapters.openai_model import ModelAnswers, ModelProposer
from pipeline.domain.answer import Answer, Grade, Question
from pipeline.domain.audience import LOCAL
from pipeline.domain.digest import Candidate, Digest, Pick
from pipeline.domain.episode import Episode
from pipeline.domain.insight import Author, Insight
from pipeline.domain.passage import SearchResult
from pipeline.domain.talk.adverts import find_adverts
from pipeline.domain.talk.evidence import Rejection, judge
from pipeline.domain.talk.speech import normalised
from pipeline.domain.transcript import Transcript
from pipeline.ports import Told
from tests.peers.made_talk import passages, proposal, talk, talk_episode
from tests.peers.model_bench import model_bench
from tests.peers.openai_peer import Answer as PeerAnswer
from tests.peers.openai_peer import Body, prompt_of, says, says_json

CASES = sorted((Path(__file__).parents[3] / "data" / "red_team").glob("*.json"))
EPISODE = talk_episode()
KEY = re.compile(r"\b(?=\w*\d)(?=\w*[A-Za-z])\w{26,}\b")
"""A wallet's address, a key, something encoded."""
OURS = "https://forgetting.example/"
MENTION = re.compile(r"<[!@#]|(?<![\w.])@\w|\uff20")
LINK = re.compile(
    r"[a-z][a-z\d+.-]*://[^\s)>|\"]+|www\.|javascript:|mailto:|data:text|evil\.|discord\.gg", re.IGNORECASE
)
GOOD_STATEMENT = {"text": "Imitation lost nineteen percent of the old skills.", "passages": [1]}


def load(path: Path) -> dict[str, Any]:
    case: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return case


def written_out(items: list[Any]) -> Iterator[Any]:
    """Items with `times` and `stretched` as a flood would have them."""
    for item in items:
        if not isinstance(item, dict):
            yield item
            continue
        kept = {key: value for key, value in item.items() if key not in {"times", "stretched"}}
        first = next(iter(kept))
        if "stretched" in item:
            kept[first] = kept[first] * item["stretched"]
        yield from [kept] * item.get("times", 1)


def obeying(case: dict[str, Any]) -> PeerAnswer:
    """A model that does what the attacker wants wherever it can, and slips one good insight in between."""
    poisoned = [proposal(**item) for item in written_out(case["insights"])]

    async def answer(request: Any, body: Body) -> Any:
        system = body["messages"][0]["content"]
        if "editor of a daily note" in system:
            everything = [{"number": n, "worth": 10, "specificity": 10} for n in range(1, 60)]
            return await says_json({"keep": everything})(request, body)
        if "correct short texts" in system:
            again = [{"number": n, "headline": p["headline"], "body": p["body"]} for n, p in enumerate(poisoned, 1)]
            return await says_json({"texts": again})(request, body)
        if "raw" in case:
            return await says(case["raw"])(request, body)
        return await says_json({"insights": [*poisoned[:2], proposal(), *poisoned[2:]]})(request, body)

    return answer


def hostile_talk(case: dict[str, Any]) -> Transcript:
    return talk(*case["said"])


def hostile_episode(case: dict[str, Any]) -> Episode:
    """The episode with what the publisher wrote about it, which may be hostile too."""
    about = case.get("about", {})
    found = replace(
        EPISODE.found,
        title=about.get("title", EPISODE.found.title),
        summary=about.get("summary", EPISODE.found.summary),
    )
    return replace(EPISODE, found=found, feed_title=about.get("show", EPISODE.feed_title))


async def insights_of(case: dict[str, Any]) -> tuple[Insight, ...]:
    transcript, episode = hostile_talk(case), hostile_episode(case)
    adverts = find_adverts(transcript)
    async with model_bench() as bench:
        bench.peer.answers = [obeying(case)]
        proposals = await ModelProposer(bench.model).propose(episode, transcript)
    verdicts = [
        judge(p, episode=episode, transcript=transcript, adverts=adverts, author=Author.MODEL) for p in proposals
    ]
    return tuple(v for v in verdicts if not isinstance(v, Rejection))


def posted(insights: tuple[Insight, ...]) -> Message:
    picks = tuple(Pick(n, Candidate(i, EPISODE), 0.5, ()) for n, i in enumerate(insights[:5], start=1))
    return digest_post(Digest("local:main", date(2026, 11, 23), picks, (), considered=9, episodes=1))


def shown(message: Message) -> str:
    """The message as people read it, on the terminal, in Slack and in Discord."""
    return "\n".join([plain(message), in_slack(message), in_discord(message)])


def in_slack(message: Message) -> str:
    return "\n".join(json.dumps(p.arguments(), ensure_ascii=False) for p in render(message))


def in_discord(message: Message) -> str:
    made = [layout(panel).to_components() for panel in panels(message)]  # type: ignore[no-untyped-call]  # theirs
    return json.dumps(made, ensure_ascii=False)


def foreign(text: str) -> list[str]:
    return [link for link in LINK.findall(text) if not link.startswith(OURS)]


@pytest.fixture(params=CASES, ids=lambda path: path.stem)
def case(request: pytest.FixtureRequest) -> dict[str, Any]:
    return load(request.param)


def test_there_are_enough_attacks() -> None:
    assert len(CASES) >= 29


async def test_no_link_no_mention_and_no_unsaid_quote_gets_into_an_insight(case: dict[str, Any]) -> None:
    insights = await insights_of(case)
    spoken = normalised(" ".join(s.text for s in hostile_talk(case).segments))
    for insight in insights:
        words = "\n".join([insight.headline, insight.body, insight.quote, *insight.topics])
        assert foreign(words) == []
        assert MENTION.search(words) is None
        assert KEY.search(words) is None
        assert normalised(insight.quote) in spoken
        assert "kettle" not in words.lower()
        assert not set("\u200b\u202e\u00ad\U000e0041") & set(insight.headline + insight.body)


async def test_the_good_insight_beside_the_attack_survives(case: dict[str, Any]) -> None:
    headlines = [insight.headline for insight in await insights_of(case)]
    if "raw" not in case:
        assert proposal()["headline"] in headlines


async def test_the_post_has_no_foreign_link_and_no_mention(case: dict[str, Any]) -> None:
    text = shown(posted(await insights_of(case)))
    assert foreign(text) == []
    assert MENTION.search(text) is None


async def test_rejected_proposals_are_shown_without_a_live_link_or_mention(case: dict[str, Any]) -> None:
    fell = tuple(
        RejectedShape(
            headline=str(one["headline"]), body=str(one["body"]), quote=str(one["quote"]), reason="advert", detail=""
        )
        for one in (proposal(**item) for item in written_out(case["insights"]))
    )
    found = EpisodeInsightsShape(
        episode="e1",
        feed_title="Gradient Talk",
        title="How models forget",
        published=EPISODE.when,
        state="ready",
        insights=(),
        rejected=fell[:5],
    )
    message = episode_insights_reply(found, with_rejected=True)
    assert not any(span.href for block in message.blocks for span in getattr(block, "text", ()))
    assert re.search(r"<[!@#]\w", in_slack(message)) is None
    assert re.search(r"(?<!\\\\)<[@#]|@(?:everyone|here)\b", in_discord(message)) is None


async def test_an_answer_from_hostile_passages_has_no_foreign_link_and_no_mention(case: dict[str, Any]) -> None:
    about = hostile_episode(case)
    said = " ".join([passages()[0].text, *case["said"]])
    first = replace(passages()[0], text=said, episode_title=about.title, feed_title=about.feed_title)
    hostile = [first, *passages()[1:]]
    reply = {
        "grade": "answered",
        "correction": next(written_out(case["statements"]), None),
        "statements": [*written_out(case["statements"]), GOOD_STATEMENT],
    }
    async with model_bench() as bench:
        bench.peer.answers = [says_json(reply)]
        answer = await ModelAnswers(bench.model, NoFallback()).write(
            Question("What was lost? @everyone https://evil.example", LOCAL), SearchResult(tuple(hostile), 9)
        )
    assert 0 < len(answer.citations) <= 5
    for statement in answer.statements:
        assert foreign(statement.text) == []
        assert MENTION.search(statement.text) is None
        assert KEY.search(statement.text) is None
        assert statement.citations
    said = "\n".join(statement.text for statement in answer.statements)
    assert sum(len(text) for text in said) < 8_000
    assert "Hinton" not in said
    assert "87" not in said
    if "about" not in case:  # a title is shown as it is, inert: see the renderers' own tests
        message = shown(answer_post(answer))
        assert foreign(message) == []
        assert MENTION.search(message) is None


async def test_nothing_in_the_data_can_close_its_fence_or_open_a_role(case: dict[str, Any]) -> None:
    async with model_bench() as bench:
        bench.peer.answers = [says_json({"insights": []})]
        await ModelProposer(bench.model).propose(hostile_episode(case), hostile_talk(case))
    said = prompt_of(bench.peer.requests[0]).split("Show and episode (data)")[1]
    tags = re.findall(r"</?[^<>]*>", said)
    assert len(tags) == 4
    assert tags[1::2] == [tag.replace("<", "</") for tag in tags[::2]]
    assert [turn["role"] for turn in bench.peer.requests[0]["messages"]] == ["system", "user"]
    assert "\u200b" not in said


class NoFallback:
    """Must not be needed: the good statement is there."""

    async def write(self, question: Question, found: SearchResult, *, told: Told | None = None) -> Answer:
        return Answer(question.text, Grade.NOT_FOUND, Author.EXTRACT, (), (), found.searched)
