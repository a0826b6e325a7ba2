"""How questions are graded and cited: `python -m tests.evals.answers FOLDER`, a folder in the corpus layout.

Every question of every set goes through the very step that answers members, on the real index of the folder's shows,
without a language model. Prints for each set how many are answered, answered partly and not found, how many of those
that are answered cite a passage of the right place and of the right episode, and how long one takes. Sets whose
questions have no place are the unanswerable ones: all of them should be "not found".
"""

import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.adapters.extractive.answers import PassageAnswers
from pipeline.domain.answer import Answer, Grade, Question
from pipeline.domain.audience import LOCAL
from pipeline.domain.passage import Passage
from pipeline.steps.answer import answer_question
from tests.evals.corpus import Asked, Corpus, Gold, load_corpus, load_meetings
from tests.peers.memory_stores import MemoryTranscripts
from vectorstore.embedding import StaticEmbedder
from vectorstore.index import EpisodeIndex
from vectorstore.opening import open_index

MUST_SAY_NOT_FOUND: Final = 0.95
MUST_ANSWER: Final = 0.90


@dataclass(frozen=True, slots=True)
class Asking:
    """A question and what came of it, in so many seconds."""

    asked: Asked
    answer: Answer
    seconds: float


async def main(folder: Path) -> None:
    """Print the figures of the shows and of the meetings."""
    for corpus in (load_corpus(folder), load_meetings(folder)):
        if not corpus.episodes:
            continue
        embedder = StaticEmbedder()
        with tempfile.TemporaryDirectory() as scratch:
            async with open_index(Path(scratch), embedder=embedder) as index:
                for episode, transcript in corpus.episodes:
                    await index.add(episode, transcript, ())
                await _ask_all(corpus, index, embedder)
        embedder.close()


async def _ask_all(corpus: Corpus, index: EpisodeIndex, embedder: StaticEmbedder) -> None:
    writer = PassageAnswers(embedder)
    transcripts = MemoryTranscripts({episode.id: transcript for episode, transcript in corpus.episodes})
    print(f"{len(corpus.episodes)} episodes")
    for name, questions in corpus.questions.items():
        asking = []
        for asked in questions:
            began = time.perf_counter()
            question = Question(asked.text, LOCAL)
            answer = await answer_question(question, index=index, transcripts=transcripts, writer=writer)
            asking.append(Asking(asked, answer, time.perf_counter() - began))
        _print(name, asking)


def _print(name: str, asking: Sequence[Asking]) -> None:
    grades = Counter(one.answer.grade for one in asking)
    told = " ".join(f"{grade.value} {grades[grade]}" for grade in Grade)
    took = sorted(one.seconds for one in asking)
    print(
        f"  {name:18} {len(asking):4} asked: {told}; p50 {took[len(took) // 2] * 1e3:.0f} ms, most {took[-1] * 1e3:.0f}"
    )
    if not any(one.asked.gold for one in asking):
        share = grades[Grade.NOT_FOUND] / len(asking)
        print(f"  {'':18} said to be not found {share:.1%} (at least {MUST_SAY_NOT_FOUND:.0%} wanted)")
        for one in asking:
            if one.answer.grade is not Grade.NOT_FOUND:
                print(f"  {'':18}   wrongly: {one.asked.text[:90]}")
        return
    share = 1 - grades[Grade.NOT_FOUND] / len(asking)
    answered = [one for one in asking if one.answer.grade is not Grade.NOT_FOUND]
    places = sum(any(_is_there(p, g) for p in _cited(one) for g in one.asked.gold) for one in answered)
    episodes = sum(any(p.episode_id == g.episode for p in _cited(one) for g in one.asked.gold) for one in answered)
    first = sum(any(_is_there(p, g) for p in _cited(one)[:1] for g in one.asked.gold) for one in answered)
    print(f"  {'':18} answered at least partly {share:.1%} (at least {MUST_ANSWER:.0%} wanted); of these cite the")
    print(
        f"  {'':18} right place {places / len(answered):.1%}, first of all {first / len(answered):.1%}, "
        f"the right episode {episodes / len(answered):.1%}"
    )


def _cited(one: Asking) -> list[Passage]:
    return [citation.passage for citation in one.answer.citations]


def _is_there(passage: Passage, gold: Gold) -> bool:
    """Whether the passage overlaps the place."""
    if passage.episode_id != gold.episode or passage.start is None:
        return False
    return passage.start < gold.end and (passage.end or passage.start) > gold.start


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
