"""How broken the grammar of a sentence is: what a speech recogniser misheard, and where a speaker began anew (English).

Only neighbours that no written sentence has are counted, so that plain but clumsy speech passes.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from pipeline.domain.english import word_set

_ARTICLES: Final = word_set("a an the my your our their every")
_WE: Final = word_set("i we they he she")
_BE: Final = word_set("is are was were")
_HAVE: Final = word_set("has have had")
_DO: Final = word_set("does did")
_MODAL: Final = word_set("can could will would should must")
_NEED_A_NOUN: Final = word_set("of with from to for")
_JOINTS: Final = word_set("and but or because so if when that")
_CONTRACTED: Final = word_set("it's that's there's i'm they're we're you're he's she's i've we've they've i'd we'd i'll")
_CAPITALS: Final = word_set("The So But And You We They It He She This That Because If When What How Oh Yeah No My Or A")
_ENDLESS: Final = word_set("a an the and or but because my your our their if than")
_AFTER_ARTICLE: Final = _BE | _DO | _WE | _JOINTS | _NEED_A_NOUN | (_HAVE - {"have"}) | {"a", "an", "the", "you", "it"}
_AFTER_BE: Final = _BE | _HAVE | _DO | _MODAL
_AFTER_MODAL: Final = _MODAL | _BE | _DO | {"has", "had"}
_CLEAN: Final = re.compile(r"[^\w']+")
_OPEN_END: Final = (",", ";", ":", "—", "–", "-", ".", "?", "!", "…", '"', "“", "(")


def breaks_in(sentence: str) -> int:
    """How many breaks of grammar the sentence has."""
    pieces = sentence.replace("\u2019", "'").split()
    if not pieces:
        return 0
    words = [_CLEAN.sub("", piece).lower() for piece in pieces]
    apart = [not before.endswith(_OPEN_END) for before in pieces[:-1]]
    pairs = zip(pairwise(pieces), pairwise(words), apart, strict=True)
    found = sum(_clashes(left, right) or _begins_anew(piece, right) for (_, piece), (left, right), near in pairs if near)
    return found + _restarts(words) + (words[-1] in _ENDLESS)


def _clashes(left: str, right: str) -> bool:
    """Whether no sentence has the second word right after the first."""
    if left in _ARTICLES:
        return right in _AFTER_ARTICLE or right in _CONTRACTED
    if left in _BE:
        return right in _AFTER_BE and right != left
    if left in _MODAL:
        return right in _AFTER_MODAL
    if left in _WE:
        return right in _ARTICLES or right in _WE or right in _NEED_A_NOUN
    if left in _CONTRACTED:
        return right in _BE | _HAVE | _MODAL | _DO
    return left in _NEED_A_NOUN and (right in _BE | _CONTRACTED or (right in _WE and left != "for"))


def _begins_anew(piece: str, word: str) -> bool:
    """Whether a word is capitalised where only a sentence begins (a full stop was not heard), or «i» is not."""
    return piece.strip("\"'“(") in _CAPITALS or (word.split("'")[0] == "i" and piece[:1] == "i")


def _restarts(words: Sequence[str]) -> int:
    """«I I've», «it it's»: the speaker took a second run."""
    return sum("'" in word and word.split("'")[0] == before for before, word in pairwise(words))
