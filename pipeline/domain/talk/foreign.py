"""Statements in another language than English about passages in English: what of them can be compared."""

import re
from itertools import pairwise
from typing import Final

from pipeline.domain.talk.english import STOP_WORDS, word_set
from pipeline.domain.talk.speech import normalised

_SMALL_WORDS: Final = word_set("""
und der die das dem den nicht ist ein eine einer einen mit von zu auf für sich auch weil wenn aber oder wird werden hat
haben sind wie zum zur bei nach aus im vom dass
el la los las que y en es una un por con se del al lo como más pero su sus para son ha han muy porque cuando
le les des et est une dans pour qui pas sur avec il elle sont plus ce cette aux mais ou du au ont parce
di il che è per non sono della del una gli nel con più anche dei alla come ma perché
os uma com não mais dos das foi pelo pela em
het een van niet dat zijn voor met ook maar wordt te naar omdat
och att det som på är inte av till för
og ikke til af er på det
i w nie na się jest to z że do
""")
"""What holds sentences together in the languages that are asked in most, as far as English has no such word."""
_LEAST_SHARE: Final = 0.18
_DECIMAL_COMMA: Final = re.compile(r"(?<=\d),(?=\d{1,2}\b)")
_ENDS: Final = re.compile(r"[.?!…:][\"'”’»)]*$")
_BIG_NOUNS: Final = 0.18
"""The share of words with a capital inside sentences from which on a language gives one to every noun."""


def is_foreign(text: str) -> bool:
    """Whether the text is surely in another language that has capitals."""
    words = normalised(text).split()
    foreign = sum(word in _SMALL_WORDS and word not in STOP_WORDS for word in words)
    return foreign >= _LEAST_SHARE * len(words) > 0 and foreign > sum(word in STOP_WORDS for word in words)


def in_our_spelling(text: str) -> str:
    """A foreign text with decimal points, and in small letters but for what must be a name there.

    Words that open a sentence tell nothing. Where many others have a capital too, as German nouns do, only what has
    several or stands in capitals is sure to be a name; the second reading looks at the rest.
    """
    words = _DECIMAL_COMMA.sub(".", text).split()
    inside = [word for before, word in pairwise(words) if not _ENDS.search(before)]
    has_big_nouns = sum(word[:1].isupper() for word in inside) > _BIG_NOUNS * len(inside)
    kept = []
    for before, word in zip([".", *words], words, strict=False):
        is_sure = sum(letter.isupper() for letter in word) > 1
        kept.append(word if is_sure or not (has_big_nouns or _ENDS.search(before)) else word.lower())
    return " ".join(kept)
