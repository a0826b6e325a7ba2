"""The shipped model on texts of ours and, where there are some, on texts of others."""

import json
import os
from itertools import combinations
from pathlib import Path

import pytest

from pipeline.domain.choice.likeness import likeness
from pipeline.domain.choice.topics import group_by_topic
from vectorstore.embedding import SHIPPED_MODEL, StaticEmbedder

_DATA = Path(__file__).parents[3] / "data" / "digests"
pytestmark = pytest.mark.skipif(not (SHIPPED_MODEL / "model.safetensors").exists(), reason="the model is not here")


def _rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


async def test_topics_of_labelled_insights_are_found() -> None:
    rows = _rows(_DATA / "topics.jsonl")
    names = [row["topic"] or f"alone {place}" for place, row in enumerate(rows)]
    groups = group_by_topic(await StaticEmbedder().embed([row["text"] for row in rows]))
    together = {pair for group in groups for pair in combinations(group, 2)}
    same = {pair for pair in combinations(range(len(rows)), 2) if names[pair[0]] == names[pair[1]]}
    assert len(together & same) / len(together) >= 0.85
    assert len(together & same) / len(same) >= 0.4


async def test_a_claim_told_again_is_nearer_than_other_claims() -> None:
    rows = _rows(_DATA / "same_claim.jsonl")
    embedder = StaticEmbedder()
    told = await embedder.embed([row["text"] for row in rows])
    again = await embedder.embed([row["again"] for row in rows])
    nearest = likeness(told, again).argmax(axis=1)
    assert sum(place == row for row, place in enumerate(nearest)) >= len(rows) - 1


async def test_eleven_insights_on_one_topic_come_back_as_one_topic_among_others() -> None:
    folder = os.environ.get("PODSIFT_CORPUS")
    if not folder:
        pytest.skip("PODSIFT_CORPUS names no folder")
    seeds = _rows(Path(folder) / "insights" / "seed.jsonl")
    mixed = seeds + _rows(_DATA / "topics.jsonl")
    groups = group_by_topic(await StaticEmbedder().embed([row["text"] for row in mixed]))
    best = max(groups, key=lambda group: sum(place < len(seeds) for place in group))
    assert sum(place < len(seeds) for place in best) == len(seeds)
    assert len(best) <= len(seeds) + 3
