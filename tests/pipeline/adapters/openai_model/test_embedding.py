"""The hosted embedder against a server on loopback: what it sends, and what goes wrong."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from pipeline.adapters.openai_model.embedding import ModelEmbedder, open_embedder
from pipeline.adapters.openai_model.purse import Purse
from pipeline.adapters.openai_model.retries import Timing
from pipeline.adapters.openai_model.server import HostedModel
from pipeline.domain.errors import IndexUnavailable
from pipeline.domain.spending import Caps, Purpose
from tests.peers.catalog import SetClock
from tests.peers.hosted_answers import gives_vectors, replies
from tests.peers.model_bench import JumpingTime
from tests.peers.openai_peer import Answer, OpenAIPeer, no_credit, sends, status
from tests.peers.spending_book import SpendingBook


@dataclass
class Bench:
    embedder: ModelEmbedder
    peer: OpenAIPeer
    book: SpendingBook
    time: JumpingTime


@asynccontextmanager
async def benched(
    *answers: Answer, dimensions: int | None = None, price: float = 0.0, caps: Caps | None = None
) -> AsyncIterator[Bench]:
    book, clock, time = SpendingBook(), SetClock(), JumpingTime()
    timing = Timing(chance=lambda: 0.5, sleep=time.sleep, monotonic=time)
    purse = Purse(caps or Caps(), ledger=book, clock=clock)
    async with OpenAIPeer(embeddings=list(answers)) as peer:
        model = HostedModel("embedding-1", peer.base_url, "sk-test")
        async with open_embedder(
            model, dimensions=dimensions, price=price, purse=purse, clock=clock, timing=timing
        ) as embedder:
            yield Bench(embedder, peer, book, time)


async def test_many_texts_go_in_small_requests() -> None:
    async with benched(gives_vectors()) as bench:
        rows = await bench.embedder.embed([f"text {number}" for number in range(70)])
    assert rows.shape == (70, 8)
    assert [len(body["input"]) for body in bench.peer.embedded] == [32, 32, 6]
    first = bench.peer.embedded[0]
    assert (first["model"], first["encoding_format"]) == ("embedding-1", "float")
    assert "dimensions" not in first
    assert bench.peer.headers[0]["Authorization"] == "Bearer sk-test"


async def test_a_text_without_words_is_not_sent() -> None:
    async with benched(gives_vectors()) as bench:
        rows = await bench.embedder.embed([" ", "bread", ""])
        assert [body["input"] for body in bench.peer.embedded] == [["bread"]]
        assert [bool(row.any()) for row in rows] == [False, True, False]
        assert (await bench.embedder.embed([""])).shape == (1, 8)


async def test_the_version_names_the_model_and_the_length_that_was_asked_for() -> None:
    async with benched(gives_vectors(), dimensions=16) as bench:
        assert bench.embedder.version == "embedding-1-16"
        assert (await bench.embedder.embed(["bread"])).shape == (1, 16)
        assert bench.peer.embedded[0]["dimensions"] == 16
    async with benched(gives_vectors()) as bench:
        assert bench.embedder.version == "embedding-1"


async def test_vectors_of_another_length_are_refused_with_a_remedy() -> None:
    one = replies(lambda _: {"data": [{"index": 0, "embedding": [1.0, 0.0]}]})
    async with benched(one, dimensions=16) as bench:
        with pytest.raises(IndexUnavailable, match=r"2 numbers instead of 16.*EMBEDDING_DIMENSIONS"):
            await bench.embedder.embed(["bread"])


@pytest.mark.parametrize(
    "reply",
    [
        {},
        {"data": []},
        {"data": [{"index": 0}]},
        {"data": [{"index": 0, "embedding": "AAAA"}]},
        {"data": [{"index": 0, "embedding": [None]}]},
        {"data": [{"index": 0, "embedding": [1.0]}, {"index": 1, "embedding": [1.0]}]},
    ],
    ids=["nothing", "none", "no vector", "text", "null", "too many"],
)
async def test_what_is_no_vector_is_refused(reply: object) -> None:
    async with benched(replies(lambda _: reply)) as bench:
        with pytest.raises(IndexUnavailable, match=r"cannot be used|broke off"):
            await bench.embedder.embed(["bread"])


async def test_while_indexing_a_busy_server_is_asked_again() -> None:
    async with benched(status(503), gives_vectors()) as bench:
        assert len(await bench.embedder.embed(["bread", "rockets"])) == 2
        assert len(bench.peer.embedded) == 2


async def test_a_question_does_not_wait_for_a_server_that_is_down() -> None:
    async with benched(status(503)) as bench:
        for _ in range(4):
            with pytest.raises(IndexUnavailable, match="The embedding service at 127"):
                await bench.embedder.embed(["bread"])
        assert bench.time.pauses == []
        assert len(bench.peer.embedded) == 2, "after two failures it is left alone for a while"
        bench.time.now += 11
        bench.peer.embeddings = [gives_vectors()]
        assert (await bench.embedder.embed(["bread"])).any()
        assert bench.embedder.problem == ""


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (no_credit(), "no credit left"),
        (status(401), "PODSIFT_OPENAI_EMBEDDING_API_KEY"),
        (status(404, "The model does not exist", error="model_not_found"), "PODSIFT_OPENAI_EMBEDDING_MODEL"),
        (sends(b"<html>", kind="text/html"), "not as OpenAI does"),
        (sends(b"{", kind="application/json"), "broke off"),
    ],
    ids=["credit", "key", "model", "no json", "half"],
)
async def test_whatever_is_wrong_the_index_is_told_why(answer: Answer, sentence: str) -> None:
    async with benched(answer) as bench:
        with pytest.raises(IndexUnavailable, match=sentence) as raised:
            await bench.embedder.embed(["bread"])
    assert raised.value.retryable


async def test_what_it_costs_is_written_down_and_kept_under_the_cap() -> None:
    async with benched(gives_vectors(), price=1_000.0, caps=Caps(daily=0.008)) as bench:
        await bench.embedder.embed(["bread"])
        (call,) = bench.book.calls
        assert (call.purpose, call.tokens_in, call.micros) == (Purpose.EMBED, 7, 7_000)
        with pytest.raises(IndexUnavailable, match="cap for this day"):
            await bench.embedder.embed(["rockets"])
        assert len(bench.peer.embedded) == 1
