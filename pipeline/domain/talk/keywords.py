"""What an episode and a passage are about, in their own words."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.domain.talk.english import NUMBER_WORDS, STOP_WORDS, VERBS
from pipeline.domain.talk.speech import normalised

_MOST: Final = 4
_IN_EARNEST: Final = 3
_SHORT: Final = 4
_ENDING: Final = re.compile(r"(?:ing|ed|es|s|e)$")
_SHAPELESS: Final = ("ing", "ed", "ly")
"""Endings of words that seldom name a topic alone."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How often the episode says each word and each pair of neighbouring words; `subject` are words of its metadata."""

    words: Counter[str]
    subject: frozenset[str]

    def knows(self, word: str) -> bool:
        """Whether the episode is about it: said more than in passing, or named in its title or summary."""
        return self.words[word] >= _IN_EARNEST or word in self.subject

    @property
    def terms(self) -> frozenset[str]:
        """All the words it knows in this sense."""
        return frozenset(w for w in self.words if " " not in w and self.knows(w)) | self.subject

    @classmethod
    def of(cls, texts: Sequence[str], *, metadata: str) -> "Vocabulary":
        """Count what is said in `texts`."""
        words: Counter[str] = Counter()
        for text in texts:
            words.update(_terms(text))
        return cls(words, frozenset(w for w in normalised(metadata).split() if _has_content(w)))


def topics_of(text: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Two to four terms of the text, lower case, the most telling first; fewer where there are not more."""
    found = sorted(set(_terms(text)), key=lambda term: (-_weight(term, vocabulary), text.lower().find(term)))
    topics: list[str] = []
    for term in found:
        parts = set(term.split())
        if not any(parts & set(t.split()) for t in topics) and _is_topic(term, vocabulary):
            topics.append(term)
    return tuple(topics[:_MOST])


def content_words(text: str) -> list[str]:
    """The words that carry meaning, normalised, in order."""
    return [w for w in normalised(text).split() if _has_content(w)]


def stems(text: str) -> frozenset[str]:
    """The content words without their commonest endings, so that «costs» and «cost» count as one."""
    return frozenset(_ENDING.sub("", w) if len(w) > _SHORT else w for w in content_words(text))


def _terms(text: str) -> Iterator[str]:
    before = ""
    for piece in text.split():
        word = normalised(piece)
        if not _has_content(word) or word in VERBS:
            before = ""
            continue
        yield word
        if before:
            yield f"{before} {word}"
        before = "" if piece.endswith((",", ".", "?", "!", ";", ":")) else word


def _has_content(word: str) -> bool:
    return len(word) > 1 and word not in STOP_WORDS and word not in NUMBER_WORDS and not word.isdigit()


def _weight(term: str, vocabulary: Vocabulary) -> float:
    parts = term.split()
    count = float(vocabulary.words[term])
    if len(parts) > 1 and count == 1:
        count = 0.6  # chance neighbours
    known = sum(p in vocabulary.subject for p in parts)
    return float(count**0.5 * (1 + 0.6 * (len(parts) - 1)) * (1 + 0.7 * known))


def _is_topic(term: str, vocabulary: Vocabulary) -> bool:
    count = vocabulary.words[term]
    if " " in term:
        return count > 1 or all(vocabulary.words[p] > 1 for p in term.split())
    return len(term) > 2 and (count > 2 or term in vocabulary.subject) and not (term.endswith(_SHAPELESS) and count < 6)  # noqa: PLR2004  rare forms say little
