"""Insights without a language model: passages as they were said, chosen by form, subject and variety."""

import asyncio
import re
from dataclasses import dataclass
from typing import Final

from pipeline.adapters.extractive.scores import Scored, longlist, shortlist
from pipeline.adapters.turnstile import Turnstile
from pipeline.domain.episode import Episode
from pipeline.domain.insight import Proposal
from pipeline.domain.talk.adverts import adverts_among
from pipeline.domain.talk.english import STOP_WORDS
from pipeline.domain.talk.keywords import Vocabulary, topics_of
from pipeline.domain.talk.sentences import sentences
from pipeline.domain.talk.speech import Word, spoken_words
from pipeline.domain.talk.stretches import quote_of, stretches
from pipeline.domain.transcript import Transcript
from pipeline.ports import Embedder

_POINTS: Final = re.compile(r"[\n×|•·]+|\s[-–—]\s|(?<=[.?!;])\s+")
_MOST_SUBJECTS: Final = 40
_FEWEST, _MOST = 4, 6
_WORDS_A_PICK: Final = 1_000
_ENGLISH_SHARE: Final = 0.3
"""English speech has about half stop words; other languages have next to none of these."""


class ExtractivePicks:
    """An `InsightProposer` that adds no word of its own. Raises IndexUnavailable when the embedder does."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        # Two at once are no quicker in Python, but twice as much to remember, and in the way of whoever asks.
        self._turn = Turnstile()

    @property
    def version(self) -> str:
        """Names the rules; a new embedding is no reason to pick anew."""
        return "extractive-6"

    async def propose(self, episode: Episode, transcript: Transcript) -> tuple[Proposal, ...]:
        """Up to six picks, the most promising first; few or none where little stands alone."""
        async with self._turn.taken(is_urgent=not episode.backfill):
            read = await asyncio.to_thread(_read, episode, transcript)
        if not read.listed:
            return ()
        texts = [s.stretch.claimed for s in read.listed]
        vectors = await self._embedder.embed([*texts, *_subjects(episode)])
        most = max(_FEWEST, min(_MOST, len(read.words) // _WORDS_A_PICK))
        picks = await asyncio.to_thread(shortlist, read.listed, vectors[: len(texts)], vectors[len(texts) :], most=most)
        return tuple(_proposal(pick, read) for pick in picks)


@dataclass(frozen=True, slots=True)
class _Read:
    words: tuple[Word, ...]
    vocabulary: Vocabulary
    listed: tuple[Scored, ...]


def _read(episode: Episode, transcript: Transcript) -> _Read:
    words = spoken_words(transcript)
    said = sentences(words)
    english = _is_english(words, transcript.language)
    vocabulary = Vocabulary.of([s.text for s in said], metadata=f"{episode.title} {episode.found.summary}")
    terms = vocabulary.terms
    found = list(stretches(words, said, adverts_among(words, said), terms=terms, english=english))
    return _Read(words, vocabulary, longlist(found, vocabulary, english=english))


def _is_english(words: tuple[Word, ...], language: str | None) -> bool:
    if language:
        return language.lower().startswith("en")
    known = sum(w.plain in STOP_WORDS for w in words)
    return known > _ENGLISH_SHARE * len(words)


def _subjects(episode: Episode) -> list[str]:
    """What title and summary announce, point by point."""
    parts = _POINTS.split(f"{episode.title}\n{episode.found.summary[:3_000]}")
    return [episode.title, *(p for p in parts if len(p.split()) > 1)][:_MOST_SUBJECTS]


def _proposal(pick: Scored, read: _Read) -> Proposal:
    stretch = pick.stretch
    return Proposal(
        headline=stretch.headline.text,
        body=stretch.body,
        quote=quote_of(read.words, stretch),
        first_segment=read.words[stretch.first].segment,
        last_segment=read.words[stretch.last].segment,
        kind=pick.form.kind,
        topics=topics_of(stretch.body, read.vocabulary),
        specificity=round(pick.specificity, 4),
        worth=pick.worth,
    )
