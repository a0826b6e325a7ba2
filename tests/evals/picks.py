"""Print the picks of a corpus folder for reading: python -m tests.evals.picks FOLDER [--most N]."""

import argparse
import asyncio
import json
from collections import Counter
from pathlib import Path

from pipeline.adapters.extractive.picks import ExtractivePicks
from pipeline.domain.insight import Author, Insight
from pipeline.domain.talk.adverts import find_adverts
from pipeline.domain.talk.evidence import Rejection, judge
from pipeline.domain.talk.keywords import content_words
from tests.evals.corpus import load_corpus
from vectorstore.embedding import StaticEmbedder

Topics = dict[str, list[tuple[float, float, str]]]
"""By episode: from, to, and what its hosts noted about that stretch."""


async def show_picks(folder: Path, *, most: int, only: str) -> None:
    """Print up to `most` picks of every episode whose id contains `only`, then the counts."""
    proposer = ExtractivePicks(StaticEmbedder())
    noted = _noted(folder)
    counts: Counter[str] = Counter()
    for episode, transcript in load_corpus(folder).episodes:
        if only not in episode.id:
            continue
        adverts = find_adverts(transcript)
        proposals = await proposer.propose(episode, transcript)
        print(f"\n=== {episode.id}: {episode.title} ({len(proposals)} picks)")
        for proposal in proposals[:most]:
            verdict = judge(proposal, episode=episode, transcript=transcript, adverts=adverts, author=Author.EXTRACT)
            if isinstance(verdict, Rejection):
                counts[f"rejected: {verdict.reason}"] += 1
                continue
            counts["picks"] += 1
            counts[_place(verdict, noted)] += 1
            print(_shown(verdict))
    print("\n", dict(counts))


def _shown(insight: Insight) -> str:
    at = "--:--" if insight.start is None else f"{int(insight.start // 60)}:{int(insight.start % 60):02d}"
    about = f"{insight.worth:.2f} {insight.kind} {at} {insight.speaker or 'unnamed'} · {', '.join(insight.topics)}"
    return f"  ## {insight.headline}\n     [{about}]\n     {insight.body}"


def _noted(folder: Path) -> Topics:
    path = folder / "insights" / "reference.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    return {
        row["id"]: [(t["start"], t["end"], " ".join((t["title"], *t["bullets"]))) for t in row["topics"]]
        for row in rows
    }


def _place(insight: Insight, noted: Topics) -> str:
    """Whether the hosts noted the stretch, and whether a word of their note is in the pick."""
    topics = noted.get(insight.episode_id)
    if not topics or insight.start is None:
        return "no notes to compare"
    here = next((text for start, end, text in topics if start <= (insight.start or 0) < end), None)
    if here is None:
        return "outside the noted topics"
    shared = set(content_words(here)) & set(content_words(insight.body))
    return "in a noted topic, sharing words" if shared else "in a noted topic, sharing no word"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--most", type=int, default=8)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    asyncio.run(show_picks(options.folder, most=options.most, only=options.only))
