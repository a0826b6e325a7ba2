"""Two or three consecutive sentences of one voice that may be worth posting."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.domain.adverts import Span
from pipeline.domain.claims import is_housekeeping, opens_loose
from pipeline.domain.clauses import Clause, headline_of
from pipeline.domain.sentences import Sentence
from pipeline.domain.speech import Word, word_count
from pipeline.domain.trimming import is_tagged, trimmed

WORDS: Final = (35, 70)
_EDGE: Final = 160
"""Words at the start and the end of an episode (about a minute) that greet and part."""
_LONGEST_SENTENCE: Final = 48
_PUNCTUATED: Final = 0.5
_LENGTHS: Final = (2, 3, 4, 5)
"""Sentences as said; those that say nothing are left out, two or three must remain."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A candidate: its sentences as said and trimmed, and the clause that may head it."""

    said: tuple[Sentence, ...]
    sentences: tuple[str, ...]
    headline: Clause

    @property
    def body(self) -> str:
        """The trimmed sentences as one text."""
        return " ".join(self.sentences)

    @property
    def first(self) -> int:
        """Position of the first word."""
        return self.said[0].first

    @property
    def last(self) -> int:
        """Position of the last word."""
        return self.said[-1].last


def stretches(
    words: Sequence[Word], said: Sequence[Sentence], adverts: Sequence[Span], *, terms: Container[str], english: bool
) -> Iterator[Stretch]:
    """Every stretch that is complete, long enough, no advert, no question and not about the show itself."""
    low, high = _inner(words)
    punctuated = sum(s.whole for s in said) >= _PUNCTUATED * len(said)
    usable = [
        low <= s.first
        and s.last <= high
        and (s.whole or not punctuated)
        and _is_usable(s, english=english)
        and not any(a.overlaps(s.first, s.last) for a in adverts)
        for s in said
    ]
    for begin in range(len(said)):
        for length in _LENGTHS:
            window = tuple(said[begin : begin + length])
            if len(window) == length and all(usable[begin : begin + length]) and window[0].turn == window[-1].turn:
                stretch = _stretch(window, terms=terms, english=english)
                if stretch is not None:
                    yield stretch


def quote_of(words: Sequence[Word], stretch: Stretch) -> str:
    """The stretch word for word as it was said."""
    return " ".join(w.text for w in words[stretch.first : stretch.last + 1])


def _inner(words: Sequence[Word]) -> tuple[int, int]:
    edge = min(_EDGE, len(words) // 10)
    return edge, len(words) - 1 - edge


def _is_usable(sentence: Sentence, *, english: bool) -> bool:
    if (sentence.is_question and not is_tagged(sentence.text)) or word_count(sentence.text) > _LONGEST_SENTENCE:
        return False
    return not (english and is_housekeeping(sentence.text))


def _stretch(window: tuple[Sentence, ...], *, terms: Container[str], english: bool) -> Stretch | None:
    sentences = trimmed([s.text for s in window]) if english else tuple(s.text for s in window)
    if not 2 <= len(sentences) <= 3 or not WORDS[0] <= sum(word_count(s) for s in sentences) <= WORDS[1]:  # noqa: PLR2004  two or three sentences
        return None
    text = " ".join(sentences)
    if (english and opens_loose(sentences[0])) or text.count("(") != text.count(")") or sentences[0].startswith("("):
        return None
    headline = headline_of(sentences, terms=terms, english=english)
    return None if headline is None else Stretch(window, sentences, headline)
