"""Two or three consecutive sentences of one voice that may be worth posting."""

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from pipeline.domain.talk.adverts import Span
from pipeline.domain.talk.brokenness import breaks_in
from pipeline.domain.talk.claims import is_fragment, opens_loose
from pipeline.domain.talk.clauses import Clause, headline_of, without
from pipeline.domain.talk.english import STOP_WORDS, word_set
from pipeline.domain.talk.letters import letters_among
from pipeline.domain.talk.sentences import Sentence
from pipeline.domain.talk.smalltalk import is_housekeeping, is_lost
from pipeline.domain.talk.speech import Word, normalised, word_count
from pipeline.domain.talk.trimming import bare, is_tagged, trimmed

WORDS: Final = (35, 70)
_ALWAYS_CAPITAL: Final = word_set("i im ive id ill")
_EDGE: Final = 160
"""Words at the start and the end of an episode (about a minute) that greet and part."""
_LONGEST_SENTENCE: Final = 48
_PUNCTUATED: Final = 0.5
_MOST: Final = 3
_MOST_SAID: Final = 5
"""Sentences of a stretch as said; those that say nothing are left out and do not count, short ones are joined."""
_JOINED: Final = 26
"""Words that two sentences joined by a semicolon may have."""
_MOST_SKIPPED: Final = 3
_MARKS: Final = (",", "-", "–", "—")
_STOPS: Final = (";", ".", "!", "?", "…")
_JOINTS: Final = word_set("and but so because")
_NEW_CLAUSE: Final = re.compile(r"(?:and|but|so) (?:i|you|we|they|he|she|it|there|if|when)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A candidate: its sentences as said and trimmed, and the clause that may head it.

    `bare` are the sentences without «I think» and its like, by which they are judged.
    """

    said: tuple[Sentence, ...]
    sentences: tuple[str, ...]
    bare: tuple[str, ...]
    headline: Clause

    @property
    def body(self) -> str:
        """The trimmed sentences as one text."""
        return " ".join(self.sentences)

    @property
    def claimed(self) -> str:
        """The bare sentences as one text."""
        return " ".join(self.bare)

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
    """Every stretch that is complete, long enough, no advert, no letter, no question and not about the show itself."""
    low, high = _inner(words)
    punctuated = sum(s.whole for s in said) >= _PUNCTUATED * len(said)
    letters = letters_among(said) if english else frozenset()
    usable = [
        index not in letters
        and low <= s.first
        and s.last <= high
        and (s.whole or not punctuated or _reads_whole(said, index))
        and _is_usable(s, english=english)
        and not any(a.overlaps(s.first, s.last) for a in adverts)
        for index, s in enumerate(said)
    ]
    void = [english and not trimmed([s.text]) for s in said]
    for begin in range(len(said)):
        for window in _windows(said, begin, usable, void):
            stretch = _stretch(window, terms=terms, english=english)
            if stretch is not None:
                yield stretch if punctuated else _left_open(stretch)


def quote_of(words: Sequence[Word], stretch: Stretch) -> str:
    """The stretch word for word as it was said."""
    return " ".join(w.text for w in words[stretch.first : stretch.last + 1])


def _inner(words: Sequence[Word]) -> tuple[int, int]:
    edge = min(_EDGE, len(words) // 10)
    return edge, len(words) - 1 - edge


def _windows(
    said: Sequence[Sentence], begin: int, usable: Sequence[bool], void: Sequence[bool]
) -> Iterator[tuple[Sentence, ...]]:
    """Sentences of one voice from `begin` on; a nod («Yeah.») between them, of whichever voice, parts them not."""
    kept = 0
    for end in range(begin, min(len(said), begin + _MOST_SAID + _MOST_SKIPPED)):
        if void[end]:
            if not kept:
                return
            continue
        if not usable[end] or said[end].speaker != said[begin].speaker or (kept and _is_bound(said, end)):
            return
        kept += 1
        if kept > _MOST_SAID:
            return
        if kept > 1:
            yield tuple(said[begin : end + 1])


def _is_bound(said: Sequence[Sentence], index: int) -> bool:
    """Whether it is the reason of what stands before its comma; first of all it can be told as a claim."""
    return said[index].text.lower().startswith("because ") and not said[index - 1].text.endswith(_STOPS)


def _is_usable(sentence: Sentence, *, english: bool) -> bool:
    if (sentence.is_question and not is_tagged(sentence.text)) or word_count(sentence.text) > _LONGEST_SENTENCE:
        return False
    return not (english and (is_housekeeping(sentence.text) or is_lost(*_bare(sentence) or ("",))))


def _reads_whole(said: Sequence[Sentence], index: int) -> bool:
    """Whether a part of a long sentence could have been written as a sentence."""
    if not (0 < index < len(said) - 1):
        return False
    if not (_may_part(said[index - 1], said[index]) and _may_part(said[index], said[index + 1])):
        return False
    return not any(is_fragment(part) or breaks_in(part) for part in _bare(said[index]))


def _may_part(left: Sentence, right: Sentence) -> bool:
    """Whether a full stop could stand between them: where one does, or before «and», «but», «so» or «because».

    Not in place of any comma: «a core, which is old» and «if it is old, it breaks» would fall apart.
    """
    joint = right.text.split(" ", 1)[0].lower()
    is_new = left.text.endswith(_MARKS) and joint in _JOINTS
    return left.text.endswith(_STOPS) or is_new or bool(_NEW_CLAUSE.match(right.text))


def _bare(sentence: Sentence) -> tuple[str, ...]:
    return bare(trimmed([sentence.text]))


def _stretch(window: tuple[Sentence, ...], *, terms: Container[str], english: bool) -> Stretch | None:
    sentences = trimmed([s.text for s in window]) if english else tuple(s.text for s in window)
    judged = bare if english else tuple
    if len(sentences) > 1 and _fits(judged(sentences)) and (short := condensed(sentences)) is not None:
        headline = headline_of(judged(short), terms=terms, english=english)
        return None if headline is None else _headed(window, short, headline, english=english)
    return None


def _headed(
    window: tuple[Sentence, ...], sentences: tuple[str, ...], headline: Clause, *, english: bool
) -> Stretch | None:
    if headline.spared and headline.sentence == 0:
        shorter = (without(headline.spared, sentences[0]), *sentences[1:])
        sentences = shorter if _fits(shorter) else sentences
    text, claimed = " ".join(sentences), bare(sentences) if english else sentences
    if (english and opens_loose(claimed[0])) or text.count("(") != text.count(")") or sentences[0].startswith("("):
        return None
    return Stretch(window, sentences, claimed, headline)


def condensed(sentences: tuple[str, ...]) -> tuple[str, ...] | None:
    """Of more than three, short neighbours become one («Heat rises; cold air sinks.»); None when they are too long."""
    found = list(sentences)
    while len(found) > _MOST:
        pairs = [(_length(left, right), at) for at, (left, right) in enumerate(pairwise(found))]
        length, at = min(pairs)
        if length > _JOINED:
            return None
        left, right = found[at : at + 2]
        found[at : at + 2] = [f"{left.rstrip('.')}; {_uncapitalised(right)}"]
    return tuple(found)


def _length(left: str, right: str) -> int:
    """Words of both together; more than may be joined when one of them is no statement of its own."""
    alone = left.endswith(".") and ";" not in left + right and not is_fragment(left) and not is_fragment(right)
    return word_count(left) + word_count(right) if alone else _JOINED + 1


def _uncapitalised(text: str) -> str:
    word = normalised(text.split(" ", 1)[0])
    return text[0].lower() + text[1:] if word in STOP_WORDS and word not in _ALWAYS_CAPITAL else text


def _left_open(stretch: Stretch) -> Stretch:
    """With «…» in place of every full stop, for nobody wrote one: a border is where a breath or a joint is."""
    return replace(stretch, sentences=tuple(f"{sentence.removesuffix('.')}…" for sentence in stretch.sentences))


def _fits(sentences: Sequence[str]) -> bool:
    return WORDS[0] <= sum(word_count(s) for s in sentences) <= WORDS[1]
