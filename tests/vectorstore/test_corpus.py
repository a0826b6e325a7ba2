"""On real shows: PODSIFT_CORPUS names a folder in the corpus layout, else this is skipped."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pipeline.domain.answer import Grade
from pipeline.domain.audience import LOCAL
from pipeline.domain.passage import Query
from pipeline.domain.talk.grading import grade_of
from tests.evals.corpus import Corpus, load_corpus
from vectorstore.embedding import StaticEmbedder
from vectorstore.index import EpisodeIndex
from vectorstore.opening import open_index


@pytest.fixture
def corpus() -> Corpus:
    folder = os.environ.get("PODSIFT_CORPUS")
    if not folder:
        pytest.skip("PODSIFT_CORPUS names no folder")
    return load_corpus(Path(folder))


@pytest.fixture
async def index(corpus: Corpus, tmp_path: Path) -> AsyncIterator[EpisodeIndex]:
    async with open_index(tmp_path, embedder=StaticEmbedder()) as opened:
        for episode, transcript in corpus.episodes:
            await opened.add(episode, transcript, ())
        yield opened


async def not_found(index: EpisodeIndex, texts: list[str]) -> float:
    """The share of the questions that are graded as not found."""
    grades = []
    for text in texts:
        found = await index.search(Query(text, LOCAL))
        grades.append(grade_of(max((passage.match for passage in found.passages), default=0.0)))
    return grades.count(Grade.NOT_FOUND) / len(grades)


async def test_what_nothing_answers_is_not_found_and_what_listeners_asked_is(
    index: EpisodeIndex, corpus: Corpus
) -> None:
    assert await not_found(index, [asked.text for asked in corpus.questions["unanswerable"]]) >= 0.95
    assert await not_found(index, [asked.text for asked in corpus.questions["questions"]]) <= 0.1
