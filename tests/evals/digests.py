"""Topics, repeats and variety of digests on a folder of real shows: `python -m tests.evals.digests FOLDER [--days N]`.

FOLDER has host/<show>/episodes.jsonl and host/<show>/segments/<id>.json, and insights/seed.jsonl with texts on one
topic. The shows' episodes are spread over thirty days, or over N; one channel follows them all.
"""

import argparse
import asyncio
import itertools
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from bot.texts.message import plain
from bot.texts.posts import digest_post
from pipeline.adapters.extractive.picks import ExtractivePicks
from pipeline.domain.audience import LOCAL, PUBLIC
from pipeline.domain.channel import Channel
from pipeline.domain.choice.likeness import Vectors, likeness
from pipeline.domain.choice.stance import opposes
from pipeline.domain.choice.topics import group_by_topic
from pipeline.domain.digest import Candidate, Digest
from pipeline.domain.episode import Episode
from pipeline.domain.feed import Enclosure, FoundEpisode
from pipeline.domain.insight import Author, Insight
from pipeline.domain.talk.evidence import judge
from pipeline.domain.transcript import Basis, Segment, Transcript
from pipeline.ports import Embedder
from pipeline.steps.digest import make_digest
from tests.peers.digest_books import MemoryDigestBook, OneChannelBook, SetClock
from vectorstore.embedding import StaticEmbedder

START = datetime(2026, 10, 1, 6, tzinfo=UTC)
LABELLED = Path(__file__).parent.parent / "data" / "digests"


async def main(folder: Path, *, days: int) -> None:
    """Print all figures for the folder."""
    embedder = StaticEmbedder()
    await _topics(folder, embedder)
    await _retellings(embedder)
    _counterpoints()
    available = [c async for c in _candidates(folder, embedder, days=days)]
    print("seeds among the candidates of the folder:")
    await _topics(folder, embedder, also=[c.insight.text for c in available])
    print(f"\n{len(available)} candidates from {len({c.episode.id for c in available})} episodes")
    digests = await _on_each_day(available, embedder, days=days)
    await _report(digests, embedder)


async def _topics(folder: Path, embedder: Embedder, *, also: Sequence[str] = ()) -> None:
    seeds = _rows(folder / "insights" / "seed.jsonl")
    mixed = seeds + _rows(LABELLED / "topics.jsonl")
    names = [row["topic"] or f"alone {place}" for place, row in enumerate(mixed)]
    texts = [*(row["text"] for row in mixed), *also]
    groups = group_by_topic(await embedder.embed(texts))
    labelled = [[place for place in group if place < len(mixed)] for group in groups]
    together = {pair for group in labelled for pair in itertools.combinations(group, 2)}
    same = {p for p in itertools.combinations(range(len(names)), 2) if names[p[0]] == names[p[1]]}
    right = len(together & same)
    print(f"topics of {len(texts)} texts: pairs precision {right / len(together):.3f} recall {right / len(same):.3f}")
    best = max(groups, key=lambda group: sum(place < len(seeds) for place in group))
    strangers = [texts[place][:60] for place in best if place >= len(seeds)]
    print(f"the {len(seeds)} seeds: {len(best) - len(strangers)} in one topic, strangers there: {strangers}")


async def _retellings(embedder: Embedder) -> None:
    pairs = _rows(LABELLED / "same_claim.jsonl")
    left = await embedder.embed([row["text"] for row in pairs])
    right = await embedder.embed([row["again"] for row in pairs])
    own = np.sort(np.diagonal(likeness(left, right)))
    print(f"retold claims, cosine: least {own[0]:.2f}, median {np.median(own):.2f}, most {own[-1]:.2f}")


def _counterpoints() -> None:
    rows = _rows(LABELLED / "counterpoints.jsonl")
    wrong = [row for row in rows if opposes(row["claim"], row["other"]) != row["opposes"]]
    print(f"counterpoints: {len(rows) - len(wrong)} of {len(rows)} pairs right; wrong: {wrong}")


async def _candidates(folder: Path, embedder: Embedder, *, days: int) -> AsyncIterator[Candidate]:
    proposer = ExtractivePicks(embedder)
    for episode, transcript in _episodes(folder, days=days):
        proposals = await proposer.propose(episode, transcript)
        for proposal in proposals:
            insight = judge(proposal, episode=episode, transcript=transcript, adverts=(), author=Author.EXTRACT)
            if isinstance(insight, Insight):
                yield Candidate(insight, episode)


def _episodes(folder: Path, *, days: int) -> Iterator[tuple[Episode, Transcript]]:
    found = [(show.name, row) for show in sorted((folder / "host").iterdir()) for row in _rows(show / "episodes.jsonl")]
    found.sort(key=lambda item: item[1]["id"][::-1])  # mixes the shows, always in the same way
    for place, (show, row) in enumerate(found):
        raw = json.loads((folder / "host" / show / "segments" / f"{row['id']}.json").read_text())
        segments = tuple(Segment(text, start, end, speaker) for start, end, speaker, text in raw["segments"])
        when = START + timedelta(days=days) * place / len(found)
        episode = Episode(
            id=row["id"],
            feed_id=show,
            feed_url=f"https://example.org/{show}.xml",
            feed_title=show,
            audience=PUBLIC,
            found=FoundEpisode(
                guid=row["guid"],
                title=row["title"],
                published=when,
                summary=row.get("summary") or "",
                enclosures=(Enclosure(row.get("audio_url") or ""),),
            ),
            first_seen=when,
        )
        yield episode, Transcript(segments, Basis.PUBLISHED, language="en")


async def _on_each_day(available: Sequence[Candidate], embedder: Embedder, *, days: int) -> list[Digest]:
    channel = Channel("local:eval", LOCAL, "eval")
    books, clock = MemoryDigestBook(), SetClock(START)
    digests = []
    for number in range(1, days + 1):
        clock.time = datetime.combine(START.date() + timedelta(days=number), time(9), tzinfo=UTC)
        there = [c for c in available if c.episode.when <= clock.time]
        made = await make_digest(
            channel.id,
            clock.time.date(),
            workspace=LOCAL,
            channels=OneChannelBook(channel, there),
            digests=books,
            embedder=embedder,
            clock=clock,
        )
        digests.append(made)
    return digests


async def _report(digests: Sequence[Digest], embedder: Embedder) -> None:
    picks = [pick for digest in digests for pick in digest.picks]
    vectors: Vectors = await embedder.embed([pick.candidate.insight.text for pick in picks])
    cosines = np.tril(likeness(vectors, vectors), -1)
    print("items a day", [len(digest.picks) for digest in digests])
    shows = [len({pick.candidate.episode.feed_id for pick in digest.picks}) for digest in digests if digest.picks]
    print(f"shows a digest: mean {np.mean(shows):.2f}")
    print(f"repeats (cosine ≥ 0.72 with anything earlier): {int((cosines.max(axis=1) >= 0.72).sum())} of {len(picks)}")
    print(f"nearest earlier item, quantiles: {np.quantile(cosines.max(axis=1), [0.5, 0.9, 0.99, 1]).round(2)}")
    print("labels", dict(Counter(pick.label.value or "none" for pick in picks)))
    reasons = Counter(passed.reason.split(" (")[0].split("no. ")[0] for digest in digests for passed in digest.passed)
    print("passed over", reasons.most_common(8))
    for digest in digests[6::10] or digests:
        print("\n" + plain(digest_post(digest)))


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--days", type=int, default=30)
    options = parser.parse_args()
    asyncio.run(main(options.folder, days=options.days))
