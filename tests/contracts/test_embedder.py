"""Embedder: whoever makes the vectors, there is one unit row for each text, and what is alike is near."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import numpy as np
import pytest

from pipeline.adapters.openai_model.embedding import open_embedder
from pipeline.adapters.openai_model.purse import Purse
from pipeline.adapters.openai_model.server import HostedModel
from pipeline.domain.spending import Caps
from pipeline.ports import Embedder
from tests.peers.catalog import SetClock
from tests.peers.hosted_answers import gives_vectors
from tests.peers.memory_index import LetterEmbedder
from tests.peers.openai_peer import OpenAIPeer
from tests.peers.spending_book import SpendingBook
from vectorstore.embedding import StaticEmbedder


@pytest.fixture(params=["table", "hosted", "fake"])
async def embedder(request: pytest.FixtureRequest) -> AsyncIterator[Embedder]:
    if request.param == "fake":
        yield LetterEmbedder()
        return
    async with AsyncExitStack() as stack:
        if request.param == "table":
            table = StaticEmbedder()
            stack.callback(table.close)
            yield table
            return
        peer = await stack.enter_async_context(OpenAIPeer(embeddings=[gives_vectors(dimensions=64)]))
        clock = SetClock()
        purse = Purse(Caps(), ledger=SpendingBook(), clock=clock)
        model = HostedModel("embedding-1", peer.base_url)
        yield await stack.enter_async_context(
            open_embedder(model, dimensions=None, price=0.0, purse=purse, clock=clock)
        )


async def test_each_text_gets_a_row_of_unit_length_in_its_place(embedder: Embedder) -> None:
    texts = [f"sentence {number} about bread and rockets" for number in range(70)]
    rows = await embedder.embed(texts)
    assert rows.shape[0] == 70
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(70), abs=1e-5)
    alone = await embedder.embed([texts[41]])
    assert alone[0] @ rows[41] == pytest.approx(1, abs=1e-4)


async def test_what_shares_words_is_nearer(embedder: Embedder) -> None:
    rows = await embedder.embed(["sourdough bread needs flour", "bread needs flour daily", "methane rocket engines"])
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.1


async def test_a_text_without_words_is_near_to_nothing(embedder: Embedder) -> None:
    rows = await embedder.embed(["", "bread and rockets"])
    assert not rows[0].any()
    assert rows[1].any()


async def test_no_texts_are_no_rows(embedder: Embedder) -> None:
    assert len(await embedder.embed([])) == 0


async def test_it_names_itself(embedder: Embedder) -> None:
    assert embedder.version
