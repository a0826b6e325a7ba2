"""Whether two claims about the same thing contradict each other.

Few words suffice to be wrong here, so the rule is strict: the claims must share most of their words, and either
exactly one of them is negated, or they use two opposite words for the same thing. English only; other languages
never contradict.
"""

import re
from typing import Final

from pipeline.domain.talk.english import STOP_WORDS
from pipeline.domain.talk.speech import normalised


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NEGATIONS: Final = _words(
    "not never no none nothing nobody cannot cant dont doesnt didnt isnt arent wasnt werent wont wouldnt shouldnt"
    " couldnt hasnt havent neither nor rarely seldom hardly"
)
_OPPOSITES: Final = tuple(
    (_words(left), _words(right))
    for left, right in (
        ("better best improve improves improved helps help", "worse worst harm harms hurt hurts hinders"),
        (
            "more increase increases increased rise rises raises grows",
            "less fewer decrease decreases falls fall lowers",
        ),
        ("faster quicker speeds accelerates", "slower slows"),
        ("cheaper cheap saves", "dearer expensive costly costs"),
        ("overrated overhyped", "underrated"),
        ("safe safer", "dangerous unsafe risky riskier"),
        ("works succeeds wins beats", "fails loses flops"),
        ("easy easier simple simpler", "hard harder difficult complicated"),
        ("necessary essential needed needs", "unnecessary pointless useless needless"),
        ("start keep adopt use", "stop drop abandon avoid"),
        ("true real", "false myth wrong"),
        ("stronger strengthens", "weaker weakens"),
        ("dead dying over", "alive thriving growing"),
        ("possible", "impossible"),
        ("good", "bad"),
        ("early", "late"),
        ("create creates", "destroy destroys"),
    )
)
_NEGATED_SHARE: Final = 0.6
_OPPOSITE_SHARE: Final = 0.5
_FEWEST_SHARED: Final = 2
_FAR: Final = 4
"""How many letters two words share at their beginning to be forms of one word."""


def opposes(claim: str, other: str) -> bool:
    """Whether the two claims (headlines) take opposite sides of one question."""
    words, others = normalised(claim).split(), normalised(other).split()
    opposite = _opposite(frozenset(words), frozenset(others))
    share, shared = _shared(_subject(words), _subject(others))
    if shared < _FEWEST_SHARED:
        return False
    one_is_negated = _is_negated(words) != _is_negated(others)
    if one_is_negated and opposite:
        return False  # «X is not better» and «X is worse» agree
    return (one_is_negated and share >= _NEGATED_SHARE) or (opposite and share >= _OPPOSITE_SHARE)


def _opposite(words: frozenset[str], others: frozenset[str]) -> bool:
    for left, right in _OPPOSITES:
        sides = (bool(words & left), bool(words & right)), (bool(others & left), bool(others & right))
        if sides in (((True, False), (False, True)), ((False, True), (True, False))):
            return True
    return False


def _subject(words: list[str]) -> frozenset[str]:
    """What the claim is about: its words without stop words, negations and the words that take a side."""
    sides = frozenset().union(*(left | right for left, right in _OPPOSITES))
    return frozenset(_form(word) for word in words if word not in STOP_WORDS | _NEGATIONS | sides)


def _form(word: str) -> str:
    stem = re.sub(r"(?:ing|ed|es|s|e)$", "", word)
    return stem if len(stem) >= _FAR else word


def _shared(subject: frozenset[str], other: frozenset[str]) -> tuple[float, int]:
    shared = len(subject & other)
    return (shared / min(len(subject), len(other)) if shared else 0.0), shared


def _is_negated(words: list[str]) -> bool:
    return sum(word in _NEGATIONS for word in words) % 2 == 1
