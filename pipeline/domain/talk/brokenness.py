"""How broken the grammar of a sentence is: what a speech recogniser misheard, and where a speaker began anew (English).

Only neighbours that no written sentence has are counted, so that plain but clumsy speech passes.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from pipeline.domain.talk.english import word_set

_BE: Final = word_set("is are was were")
_HAVE: Final = word_set("has have had")
_DO: Final = word_set("does did")
_MODAL: Final = word_set("can could will would should must")
_PERSON: Final = word_set("i we they he she")
_SHORTENED: Final = word_set("it's that's there's i'm they're we're you're he's she's i've we've they've i'd we'd i'll")
_ARTICLES: Final = word_set("a an the my your our their every")
_NEED_A_NOUN: Final = word_set("of with from to for")
_JOINTS: Final = word_set("and but or because so if when that")
_NEVER_AFTER: Final = (
    (_ARTICLES, _BE | _DO | _PERSON | _JOINTS | _NEED_A_NOUN | _SHORTENED | word_set("has had a an the you it")),
    (_BE, _BE | _HAVE | _DO | _MODAL),
    (_MODAL, _MODAL | _BE | _DO | word_set("has had")),
    (_PERSON, _ARTICLES | _PERSON | _NEED_A_NOUN),
    (_SHORTENED, _BE | _HAVE | _MODAL | _DO),
    (_NEED_A_NOUN, _BE | _SHORTENED),
    (_NEED_A_NOUN - {"for"}, _PERSON),
    (word_set("we they"), word_set("is was has")),
    (word_set("some"), _PERSON),
)
_CAPITALS: Final = word_set(
    "The So But And You We They It He She This That Because If When What How Oh Yeah No My Or A"
)
_ENDLESS: Final = word_set("a an the and or but because my your our their if than")
_NOT_IN_WORDS: Final = re.compile(r"[^\w']+")
_OPEN_END: Final = (",", ";", ":", "—", "–", "-", ".", "?", "!", "…", '"', "“", "(")


def breaks_in(sentence: str) -> int:
    """How many breaks of grammar the sentence has."""
    pieces = sentence.replace("\u2019", "'").split()
    if not pieces:
        return 0
    words = [_NOT_IN_WORDS.sub("", piece).lower() for piece in pieces]
    found = 0
    for (before, piece), (left, right) in zip(pairwise(pieces), pairwise(words), strict=True):
        if not before.endswith(_OPEN_END):
            found += _clashes(left, right) or _begins_anew(piece, right)
    return found + _restarts(words) + (words[-1] in _ENDLESS)


def _clashes(left: str, right: str) -> bool:
    return left != right and any(left in lefts and right in rights for lefts, rights in _NEVER_AFTER)


def _begins_anew(piece: str, word: str) -> bool:
    """Whether a word is capitalised where only a sentence begins (a full stop was not heard), or «i» is not."""
    return piece.strip("\"'“(") in _CAPITALS or (word.partition("'")[0] == "i" and piece[:1] == "i")


def _restarts(words: Sequence[str]) -> int:
    """«I I've», «it it's»: the speaker took a second run."""
    return sum("'" in word and word.partition("'")[0] == before for before, word in pairwise(words))
