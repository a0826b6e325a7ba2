"""The part of a passage that speaks to a question: one to four whole sentences in a row, without adverts."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from pipeline.domain.passage import Neighbour, Passage
from pipeline.domain.talk.adverts import adverts_among
from pipeline.domain.talk.asking import wish_of
from pipeline.domain.talk.keywords import stems
from pipeline.domain.talk.placing import names_of
from pipeline.domain.talk.replies import Replies, asks_only, is_nod, replies_among, reply_after
from pipeline.domain.talk.sentences import Sentence, sentences
from pipeline.domain.talk.speech import Word, spoken_words, word_count
from pipeline.domain.transcript import Basis, Segment, Transcript

_MOST: Final = 4
_WORDS: Final = 70
"""A cut has about this many words, so that five can be read at a glance."""
_WHOLE_WORDS: Final = 95
"""So many it may have where a sentence would be broken off otherwise."""
_ENOUGH: Final = 25
"""From this many words on a neighbour must be half as near as the best sentence to be added."""
_BESIDE: Final = 70
"""Words of each neighbour that are read."""
_FAR: Final = 20.0
"""Seconds from which on two chunks are not read as one."""
_LEAST_WORDS: Final = 12
"""Shorter sentences seldom say anything without their neighbour."""
_ASKED: Final = 0.3
"""What is left of a sentence that only asks: the answer comes after it."""
_NEIGHBOUR: Final = 0.3
_FORM: Final = 0.35
"""What the form of an answer is worth beside nearness and shared words."""
_CLEAN: Final = re.compile(r"[.?!…\u3002\uff01\uff1f][\"'”’)\]]*$")
_LEANS: Final = re.compile(
    r"^(?:(?:and|but|so|or|because|which|that|then|yeah|well)\b,?\s+)*(?:it|this|that|these|those|they|he|she|its|their)\b",
    re.IGNORECASE,
)
_COUNTED: Final = r"(?:two|three|four|five|several|some|a\s+few|a\s+couple(?:\s+of)?)"
_POINTS: Final = r"(?:reason|limit|problem|issue|thing|way|point|idea|option|kind|part|answer|step)s?"
_ANNOUNCES: Final = re.compile(
    rf"\b{_COUNTED}\s+(?:\w+\s+)?{_POINTS}[.,]?$|\b(?:first|second|third|other|next|last|main)\s+{_POINTS}\s+(?:is|was)\b"
    r"|\bhere(?:['’]s|\s+is)\s+(?:how|what|why|the\s+\w+)\b|\bas\s+follows\b|:$|\bfor\s+example[.,]?$",
    re.IGNORECASE,
)
"""What comes after such a sentence is what it is about: «The second limit is a bit more mundane.»"""


@dataclass(frozen=True, slots=True)
class Reading:
    """The words and sentences of a passage and its neighbours.

    `own` are the places of the sentences that are in the passage at least in part; `barred` are those of sentences
    that belong to an advert.
    """

    words: tuple[Word, ...]
    said: tuple[Sentence, ...]
    own: tuple[int, ...]
    barred: frozenset[int]

    @property
    def is_advert(self) -> bool:
        """Whether adverts are most of the passage."""
        read = sum(word_count(self.said[place].text) for place in self.own if place in self.barred)
        return 2 * read > sum(word_count(self.said[place].text) for place in self.own)

    @property
    def candidates(self) -> tuple[str, ...]:
        """The sentences of the passage itself, for `cut` to be told how near they are."""
        return tuple(self.said[place].text for place in self.own)


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch as it was said, with its own times where the passage has times, and whoever says it.

    «…» stands at an end where the sentence goes on. `form` says how far it looks like the very answer: a definition
    where one is asked for, or the reply to the same question, put in the show.
    """

    text: str
    start: float | None
    end: float | None
    speaker: str | None
    form: float


def read_passage(passage: Passage) -> Reading:
    """Read a passage between its neighbours, by its turns; where they are unknown, times are interpolated."""
    before, own, after = _words_in_a_row(_heard(passage))
    before, after = before[-_BESIDE:], after[:_BESIDE]
    words = (*before, *own, *after)
    said = sentences(words)
    main = range(len(before), len(before) + len(own))
    there = tuple(place for place, s in enumerate(said) if s.first < main.stop and s.last >= main.start)
    adverts = adverts_among(words, said)
    barred = (place for place, s in enumerate(said) if any(a.overlaps(s.first, s.last) for a in adverts))
    return Reading(words, said, there, frozenset(barred))


def cut(reading: Reading, question: str, *, nearness: Sequence[float]) -> Cut:
    """The best sentences; `nearness` is the cosine of each of `candidates` with the question.

    Sentences that share the question's words or have the form of its answer count for more, those that only ask for
    less.
    """
    wanted, wish = stems(question), wish_of(question.rsplit("\n", maxsplit=1)[-1])
    replies, near = replies_among(reading.said, wanted, wish), dict(zip(reading.own, nearness, strict=True))
    forms = [
        float(place in replies.begun) or (0.0 if asks_only(s) else wish.granted(s.text))
        for place, s in enumerate(reading.said)
    ]
    scores = [
        -1.0
        if place in reading.barred
        else (_score(s, near.get(place, 0.0), wanted) + _FORM * forms[place])
        * (_ASKED if place in replies.asked else 1.0)
        for place, s in enumerate(reading.said)
    ]
    first, last = _window(reading, scores, replies)
    first, last = _completed(reading, first, last)
    words = reading.words[reading.said[first].first : reading.said[last].last + 1]
    text = " ".join(word.text for word in words)
    return Cut(
        f"{_lead(reading, first)}{text}{_tail(reading, last)}",
        reading.said[first].start,
        reading.said[last].end,
        names_of((word.speaker, 1) for word in words),
        max(forms[first : last + 1]) if wish.is_definition else float(any(first <= i <= last for i in replies.begun)),
    )


def holds_reply(reading: Reading, question: str) -> bool:
    """Whether this very question is put in it: what follows is worth showing though most of it is an advert."""
    return replies_among(reading.said, stems(question), wish_of(question)).is_sure


def _heard(passage: Passage) -> Iterator[tuple[Segment, ...]]:
    """The segments before it, its own, and those after it."""
    before, after = passage.before, passage.after
    there = () if before is None or _is_far(before.end, passage.start) else _beside(before, passage)
    yield there[len(there) - _close_by(there[::-1]) :]
    yield passage.turns or (Segment(passage.text, passage.start, passage.end, passage.speaker),)
    there = () if after is None or _is_far(passage.end, after.start) else _beside(after, passage)
    yield there[: _close_by(there)]


def _is_far(end: float | None, start: float | None) -> bool:
    """Whether something else was between the two, such as music or an advert that was left out."""
    return end is not None and start is not None and start - end > _FAR


def _beside(beside: Neighbour, passage: Passage) -> tuple[Segment, ...]:
    """A chunk of several voices has no name and goes with the passage's: a border of chunks is no change of voice."""
    unknown = None in {beside.speaker, passage.speaker}
    voice = passage.speaker if unknown else beside.speaker
    return beside.turns or (Segment(beside.text, beside.start, beside.end, voice),)


def _words_in_a_row(heard: Iterable[tuple[Segment, ...]]) -> Iterator[tuple[Word, ...]]:
    """The words of each part, with segments that are never the same in two of them."""
    begin = 0
    for part in heard:
        yield spoken_words(Transcript(part, Basis.PUBLISHED), begin=begin)
        begin += len(part)


def _close_by(turns: Sequence[Segment]) -> int:
    """How many of these turns, the nearest first, hold the words that are read beside a passage."""
    words = accumulate(len(turn.text.split()) for turn in turns)
    return next((count for count, said in enumerate(words, start=1) if said > _BESIDE), len(turns))


def _score(sentence: Sentence, near: float, wanted: frozenset[str]) -> float:
    shared = len(wanted & stems(sentence.text)) / len(wanted) if wanted else 0.0
    return max(0.0, near + shared) * (_ASKED if asks_only(sentence) else 1.0)


def _window(reading: Reading, scores: Sequence[float], replies: Replies) -> tuple[int, int]:
    """The sentences around the best one of the passage: neighbours that fit. What only asks gives way to its reply."""
    said = reading.said
    may_be = replies.begun if replies.is_sure else {*reading.own, *replies.begun}
    best = max(may_be, key=lambda i: (_weight(said, scores, i), -i))
    reply = _reply(reading, best)
    first = last = best = best if reply is None else reply
    begin = best if replies.is_sure or reply is not None else 0
    while last - first + 1 < _MOST:
        sides = [(scores[i], i) for i in (first - 1, last + 1) if begin <= i < len(said) and scores[i] >= 0]
        sides = [(score, i) for score, i in sides if _length(said, min(first, i), max(last, i)) <= _WORDS]
        score, added = max(sides, default=(0.0, best))
        enough = _length(said, first, last) >= _ENOUGH and score < scores[best] / 2
        if not sides or enough:
            break
        first, last = min(first, added), max(last, added)
    return _without_nods(said, first, last, best)


def _weight(said: Sequence[Sentence], scores: Sequence[float], place: int) -> float:
    """How much speaks for a sentence: its own score, less for a short one, and a part of its better neighbour's."""
    beside = max((scores[i] for i in (place - 1, place + 1) if 0 <= i < len(scores)), default=0.0)
    return scores[place] * min(1.0, word_count(said[place].text) / _LEAST_WORDS) + _NEIGHBOUR * max(0.0, beside)


def _reply(reading: Reading, place: int) -> int | None:
    """Where the reply to the question begins that the sentence is, or is a part of."""
    said, end = reading.said, place
    while end + 1 < len(said) and said[end + 1].turn == said[end].turn and not _ends(reading, end):
        end += 1
    reply = reply_after(said, end) if asks_only(said[end]) else None
    return None if reply in reading.barred else reply


def _without_nods(said: Sequence[Sentence], first: int, last: int, best: int) -> tuple[int, int]:
    """Leave out sentences at either end that say nothing («Yeah.») or ask, as long as enough is left."""
    while first < best and is_nod(said[first]) and _length(said, first + 1, last) >= _LEAST_WORDS:
        first += 1
    while last > best and is_nod(said[last]) and _length(said, first, last - 1) >= _LEAST_WORDS:
        last -= 1
    return first, last


def _completed(reading: Reading, first: int, last: int) -> tuple[int, int]:
    """With the rest of sentences that were broken off, and what «it» at the beginning leans on, where that fits."""
    said = reading.said
    while not _begins(reading, first) and _may_add(reading, first - 1, first, last):
        first -= 1
    while not _ends(reading, last) and _may_add(reading, last + 1, first, last):
        last += 1
    if _ANNOUNCES.search(said[last].text) and _may_add(reading, last + 1, first, last):
        last += 1
    leans = _LEANS.match(said[first].text) and first > 0 and not said[first - 1].is_question
    if leans and _may_add(reading, first - 1, first, last, most=_WORDS) and _begins(reading, first - 1):
        first -= 1
    return first, last


def _may_add(reading: Reading, place: int, first: int, last: int, *, most: int = _WHOLE_WORDS) -> bool:
    if not 0 <= place < len(reading.said) or place in reading.barred:
        return False
    same_voice = reading.said[place].turn == reading.said[first if place < first else last].turn
    return same_voice and _length(reading.said, min(place, first), max(place, last)) <= most


def _begins(reading: Reading, place: int) -> bool:
    """Whether a sentence begins there, by what is written."""
    if place == 0:
        return not reading.said[0].text[:1].islower()
    before = reading.said[place - 1]
    return before.turn != reading.said[place].turn or bool(_CLEAN.search(before.text))


def _ends(reading: Reading, place: int) -> bool:
    return bool(_CLEAN.search(reading.said[place].text))


def _lead(reading: Reading, first: int) -> str:
    return "" if _begins(reading, first) or not _is_punctuated(reading) else "… "


def _tail(reading: Reading, last: int) -> str:
    return "" if _ends(reading, last) or not _is_punctuated(reading) else " …"


def _is_punctuated(reading: Reading) -> bool:
    return any(_CLEAN.search(s.text) for s in reading.said)


def _length(said: Sequence[Sentence], first: int, last: int) -> int:
    return sum(word_count(s.text) for s in said[first : last + 1])
