"""Which language a text is in: by its letters, or by its most common short words. Sure, or silent."""

import re
from collections import Counter
from typing import Final

_COMMON: Final = {
    "en": "the and of to that is it you in was this have with for they but are not what so we be on just like know",
    "de": "der die und das ist nicht ich wir ein eine es zu mit auch auf dass so was sie aber dann wenn noch haben für",
    "fr": "le la les et est que pas une des vous nous qui dans pour je ce il sur avec mais plus donc être ça c'est",
    "es": "el la los que de y es en un una por con para no lo como pero más las se del muy esto hay porque está",
    "it": "il che di è la non un una per sono con del ma come questo anche più perché gli della nel molto ho se cosa",
    "pt": "o que de e não um uma para com os é você do da mas como em por isso mais muito então eu na está são",
    "nl": "de het een en is dat niet van ik je we op te zijn voor maar ook met als aan er wat dan heb naar",
    "sv": "och att det är en som på jag inte för med vi har så men till den om av ett kan vad då också när",
    "da": "og at det er en som på jeg ikke for med vi har så men til den om af et kan hvad da også når",
    "pl": "i w nie to na że się jest z do tak jak ale co o po czy tego już mnie był przez tylko bardzo być",
    "tr": "bir ve bu da de için çok ama ne daha gibi var olan olarak sonra kadar şey ben sen biz o mi değil",
}
_SCRIPTS: Final = (
    ("ja", "[\u3040-\u30ff]"),
    ("ko", "[\uac00-\ud7af]"),
    ("zh", "[\u4e00-\u9fff]"),
    ("ru", "[\u0400-\u04ff]"),
    ("ar", "[\u0600-\u06ff]"),
    ("he", "[\u0590-\u05ff]"),
    ("el", "[\u0370-\u03ff]"),
    ("hi", "[\u0900-\u097f]"),
    ("th", "[\u0e00-\u0e7f]"),
)
_SAMPLE: Final = 20_000
_FEWEST_WORDS: Final = 20
_SCRIPT_SHARE: Final = 0.2
_COMMON_SHARE: Final = 0.15
_LEAD: Final = 1.5
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


def guess_language(text: str) -> str | None:
    """The two-letter code when the text leaves no doubt, None when it is too short or too mixed."""
    sample = text[:_SAMPLE]
    letters = sum(c.isalpha() for c in sample)
    for code, script in _SCRIPTS:
        if letters >= _FEWEST_WORDS and len(re.findall(script, sample)) > _SCRIPT_SHARE * letters:
            return code
    words = _WORD.findall(sample.lower())
    if len(words) < _FEWEST_WORDS:
        return None
    counts = Counter(words)
    scores = sorted(((sum(counts[w] for w in common.split()), code) for code, common in _COMMON.items()), reverse=True)
    (best, code), (second, _) = scores[:2]
    return code if best >= _COMMON_SHARE * len(words) and best >= _LEAD * second else None


def same_language(one: str, other: str) -> bool:
    """Whether two language tags (`en`, `en-US`, `EN_us`) mean the same language, whatever the country."""
    return one.replace("_", "-").split("-")[0].lower() == other.replace("_", "-").split("-")[0].lower()
