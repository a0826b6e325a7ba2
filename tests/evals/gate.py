"""What the gates let through: `python -m tests.evals.gate FOLDER`, a folder in the corpus layout.

Reading: into how many windows an hour of talk is cut, what it would cost, and how long our own part takes.
Insights: the picks as they are, and as a model might spoil them: every spoilt one should fall, for the right reason.
Answers: sentences that people wrote about a stretch of talk (reference answers, show notes) against that stretch (all
should stay) and against 150 words from elsewhere (all should go).
"""

import asyncio
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from pipeline.adapters.extractive.picks import ExtractivePicks
from pipeline.domain.insight import Author, Proposal
from pipeline.domain.passage import Passage
from pipeline.domain.spending import MICROS, Prices, reading_estimate
from pipeline.domain.talk.adverts import find_adverts
from pipeline.domain.talk.evidence import Rejection, judge
from pipeline.domain.talk.grounding import Draft, ground
from pipeline.domain.talk.speech import spoken_words
from pipeline.domain.talk.windows import lines_of, windows_of
from tests.evals.corpus import load_corpus
from vectorstore.embedding import StaticEmbedder

_WHEN = datetime(2026, 1, 1, tzinfo=UTC)
_LEAST_WORDS: Final = 5
_PRICES = Prices(0.15, 0.60)
"""Dollars for a million tokens: a small hosted model."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A sentence that a person wrote about a passage."""

    question: str
    sentence: str
    passage: Passage


def reading(folder: Path) -> None:
    """Print how transcripts are cut."""
    began, windows, words, left_out = time.process_time(), 0, 0, 0
    episodes = load_corpus(folder).episodes
    for _, transcript in episodes:
        adverts = find_adverts(transcript)
        lines = lines_of(transcript, left_out=adverts)
        windows += len(windows_of(lines, most_tokens=8_000, overlap_tokens=300))
        words += len(spoken_words(transcript))
        left_out += sum(span.last - span.first + 1 for span in adverts)
    spent = time.process_time() - began
    if not episodes:
        return
    micros = reading_estimate(words // len(episodes), propose=_PRICES, judge=_PRICES)
    print(f"reading   {len(episodes)} episodes, {words:,} words, {left_out:,} in adverts left out")
    print(
        f"          {windows} windows, {windows / len(episodes):.1f} an episode; {spent / len(episodes) * 1e3:.0f} ms"
    )
    print(f"          about {micros / MICROS:.4f} dollars an episode at {_PRICES.tokens_in}/{_PRICES.tokens_out}")


async def insights(folder: Path) -> None:
    """Print how many picks the evidence gate keeps, whole and spoilt, and why the others fall."""
    proposer = ExtractivePicks(StaticEmbedder())
    outcomes: dict[str, Counter[str]] = {}
    for episode, transcript in load_corpus(folder).episodes:
        adverts = find_adverts(transcript)
        for pick in await proposer.propose(episode, transcript):
            for name, proposal, author in _spoilt(pick):
                verdict = judge(proposal, episode=episode, transcript=transcript, adverts=adverts, author=author)
                reason = verdict.reason.value if isinstance(verdict, Rejection) else "stays"
                outcomes.setdefault(name, Counter())[reason] += 1
    for name, counts in outcomes.items():
        print(f"insights  {name:<20}{counts.total()} proposals; {dict(counts.most_common())}")


def _spoilt(pick: Proposal) -> Iterator[tuple[str, Proposal, Author]]:
    """The pick as it is, worded as a model's, and with something in it that nobody said."""
    said = re.sub(r"[.?!;]+(?= )", ",", " ".join(pick.body.split()[:36])).rstrip(",.;")
    short = replace(pick, body=f"{said}. That was said in the episode.")
    yield "as picked", pick, Author.EXTRACT
    yield "as a model's", short, Author.MODEL
    yield "a number more", replace(short, body=f"{said}. It was 4,711 of them in all."), Author.MODEL
    yield "a name more", replace(short, body=f"{said}. That is what Quintilla Vasbender found."), Author.MODEL
    yield "another quote", replace(short, quote=" ".join(reversed(pick.quote.split()))), Author.MODEL
    yield "an order to readers", replace(short, body=f"{said}. Go to https://evil.example now."), Author.MODEL
    yield "another word", replace(pick, headline=f"{pick.headline.rsplit(' ', 1)[0]} zebras"), Author.EXTRACT


def answers(folder: Path) -> None:
    """Print how many sentences stay with the right passage and with a wrong one."""
    for name, references in (("answers", list(_answers(folder))), ("notes", list(_notes(folder)))):
        if not references:
            continue
        others = [
            next(o.passage for o in _after(references, n) if o.question != r.question) for n, r in enumerate(references)
        ]
        short = [replace(other, text=" ".join(other.text.split()[:150])) for other in others]
        _print(name, "own", [(r.sentence, r.passage) for r in references])
        _print(name, "other", [(r.sentence, passage) for r, passage in zip(references, short, strict=True)])


def _print(name: str, whose: str, pairs: Sequence[tuple[str, Passage]]) -> None:
    outcomes = _outcomes(pairs)
    kept = outcomes["stays"] / outcomes.total()
    print(f"{name:<10}{whose:<6}{outcomes.total()} sentences, {kept:.0%} stay; {dict(outcomes.most_common())}")


def _after(references: Sequence[Reference], place: int) -> Iterator[Reference]:
    yield from (references[(place + step) % len(references)] for step in range(1, len(references) + 1))


def _outcomes(pairs: Sequence[tuple[str, Passage]]) -> Counter[str]:
    outcomes: Counter[str] = Counter()
    for sentence, passage in pairs:
        result = ground([Draft(sentence, (1,))], (passage,))
        outcomes[result.dropped[0].value if result.dropped else "stays"] += 1
    return outcomes


def _answers(folder: Path) -> Iterator[Reference]:
    for path in sorted((folder / "qa").glob("*.jsonl")):
        for row in _rows(path):
            answer, gold = row.get("reference_answer"), row.get("gold") or []
            if not isinstance(answer, str) or not gold:
                continue
            passage = _passage(row["show"], " ".join(g.get("text", "") for g in gold))
            for sentence in answer.replace("? ", "?\n").replace(". ", ".\n").splitlines():
                if len(sentence.split()) >= _LEAST_WORDS:
                    yield Reference(row["id"], sentence.strip(), passage)


def _notes(folder: Path) -> Iterator[Reference]:
    spoken = {episode.id: transcript.segments for episode, transcript in load_corpus(folder).episodes}
    for path in sorted((folder / "insights").glob("reference.jsonl")):
        for row in _rows(path):
            for topic in row["topics"]:
                start, end = topic.get("start"), topic.get("end") or float("inf")
                if start is None or row["id"] not in spoken:
                    continue
                inside = [s.text for s in spoken[row["id"]] if s.start is not None and start - 10 < s.start < end]
                passage = _passage(row["show"], " ".join(inside))
                for bullet in topic["bullets"]:
                    if len(bullet.split()) >= _LEAST_WORDS:
                        yield Reference(f"{row['id']}:{start}", bullet, passage)


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _passage(show: str, text: str) -> Passage:
    return Passage(
        feed_id=show,
        feed_url=show,
        feed_title=show,
        episode_id=show,
        episode_title=show,
        guid=show,
        text=text,
        start=None,
        end=None,
        speaker=None,
        score=1,
        match=1,
        published=_WHEN,
    )


if __name__ == "__main__":
    reading(Path(sys.argv[1]))
    asyncio.run(insights(Path(sys.argv[1])))
    answers(Path(sys.argv[1]))
