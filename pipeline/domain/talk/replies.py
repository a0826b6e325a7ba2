"""Where somebody in the show is asked the same as we are, and what the reply to it begins with."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.domain.talk.asking import Wish, wish_of
from pipeline.domain.talk.keywords import stems
from pipeline.domain.talk.letters import letters_among
from pipeline.domain.talk.sentences import Sentence
from pipeline.domain.talk.trimming import is_tagged, trimmed

_REPLY: Final = 5
"""So far after a question its reply begins; what stands between only nods."""
_LONG: Final = 5
"""A question that names so many things is the same when half of them are named; a shorter one must name all."""
_SHARE: Final = 0.5
_OURS: Final = 0.6
"""A sentence with this share of its words from a long question, and so many of them, is that question read out."""
_OUR_WORDS: Final = 3
_BETWEEN: Final = 2
"""Sentences that ask nothing may stand between those of one question, so many."""
_ASKS: Final = re.compile(
    r"^(?:(?:and|so|but|okay|ok)\b,?\s+)*(?:how|(?:what|when|where)(?!\s+(?:you|we|they|it|i)\b)|which|who|why|do\s+you"
    r"|is\s+there|can\s+you)\b"
    r"|\b(?:first|next|another|last|final)\s+question\b",
    re.IGNORECASE,
)
_PUT: Final = re.compile(
    r"(?:how|why|when|where|what|which)\s+(?:do|does|did|can|could|would|should)\s+(?:i|you|we|they|he|she|it)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Replies:
    """The places of sentences: `asked` only ask, `begun` begin a reply to our question.

    `is_sure` says that the very question was put, of so many words that this is no chance.
    """

    asked: frozenset[int]
    begun: frozenset[int]
    is_sure: bool


def replies_among(said: Sequence[Sentence], wanted: frozenset[str], wish: Wish) -> Replies:
    """Look for the question with these stems and this wish among what is said.

    A short one that asks how to do something is another than «What are volumes?», though all its words are there.
    """
    letters = letters_among(said)
    is_long = len(wanted) >= _LONG
    wants_more = not is_long and wish.cue is not None
    least = _SHARE * len(wanted) if is_long else len(wanted)
    asking = letters | {
        place
        for place, sentence in enumerate(said)
        if _asks(sentence) and not (wants_more and wish_of(sentence.text).is_definition)
    }
    ours = {place for place, sentence in enumerate(said) if is_long and _is_ours(sentence, wanted)}
    asked, begun = set(letters), set[int]()
    for run in _runs(sorted(asking | ours)) if wanted else ():
        new = list(_adding(said, run, wanted))
        if sum(count for _, count in new) >= least and not asking.isdisjoint(run):
            last = max([new[-1][0], *(place for place in run if place in ours)])
            asked |= set(range(run[0], last + 1))
            begun |= _begun(said, last, letters)
    return Replies(frozenset(asked - begun), frozenset(begun), is_sure=is_long and bool(begun))


def reply_after(said: Sequence[Sentence], place: int) -> int | None:
    """Where the reply to the question at `place` begins, None when nothing close after it says anything."""
    return next(iter(_begun(said, place, frozenset())), None)


def is_nod(sentence: Sentence) -> bool:
    """Whether it says nothing («Yeah.») or only asks."""
    return sentence.is_question or not trimmed([sentence.text])


def asks_only(sentence: Sentence) -> bool:
    """Whether it is a question that wants an answer, with its mark or not; not «right?» after a statement."""
    return _PUT.match(sentence.text) is not None or (sentence.is_question and not is_tagged(sentence.text))


def _asks(sentence: Sentence) -> bool:
    return asks_only(sentence) or (sentence.whole and _ASKS.search(sentence.text) is not None)


def _is_ours(sentence: Sentence, wanted: frozenset[str]) -> bool:
    named = stems(sentence.text)
    return len(named & wanted) >= max(_OUR_WORDS, _OURS * len(named))


def _runs(places: Sequence[int]) -> Iterator[list[int]]:
    """The places in groups that stand close together."""
    run: list[int] = []
    for place in places:
        if run and place - run[-1] > _BETWEEN + 1:
            yield run
            run = []
        run.append(place)
    if run:
        yield run


def _adding(said: Sequence[Sentence], run: Sequence[int], wanted: frozenset[str]) -> Iterator[tuple[int, int]]:
    """The sentences of the run that name something of the question that none before them named, and how much."""
    missing = wanted
    for place in run:
        named = missing & stems(said[place].text)
        if named:
            missing -= named
            yield place, len(named)


def _begun(said: Sequence[Sentence], place: int, letters: frozenset[int]) -> set[int]:
    """The first sentence after the question that says something; what we took for the letter's end at the worst."""
    near = range(place + 1, min(place + _REPLY, len(said)))
    after = [i for i in near if not (is_nod(said[i]) or _asks(said[i])) and said[i].turn - said[place].turn <= 1]
    return set(sorted(after, key=lambda i: (i in letters, i))[:1])
