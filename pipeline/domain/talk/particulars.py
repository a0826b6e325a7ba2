"""The particulars of a text: its numbers and proper names, which must not be invented."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

from pipeline.domain.talk.english import NUMBER_WORDS, SCALES, STOP_WORDS, VERBS
from pipeline.domain.talk.speech import normalised

_DIGITS: Final = re.compile(r"\d+(?:[,’']\d{3})*(?:\.\d+)?")
_TOKEN: Final = re.compile(r"\d+(?:[,’']\d{3})*(?:\.\d+)?|[^\W\d_]+")
_MULTIPLES: Final = {**SCALES, "k": 1_000, "m": 10**6, "mn": 10**6, "b": 10**9, "bn": 10**9, "t": 10**12}
_HUNDRED: Final = 100
_SENTENCE: Final = re.compile(r"(?<=[.?!…:])[\"”’)]*\s+")
_NAME: Final = re.compile(r"[^\W\d_][\w'’&+#-]*")
_ENDINGS: Final = (
    "ing",
    "ed",
    "ly",
    "tion",
    "ions",
    "ment",
    "ness",
    "ity",
    "able",
    "ible",
    "ism",
    "ous",
    "ive",
    "ers",
    "less",
    "ful",
    "ance",
    "ence",
    "ies",
    "ic",
    "al",
)
_PREFIX: Final = 5
_CLOSE: Final = 87
"""Of 100: how alike two spellings of one name are, as speech recognition writes names by ear."""
_ACRONYM: Final = 5
_SINGULAR: Final = frozenset(("is", "was", "has", "does", "says", "will", "wants", "makes", "plans", "sells", "said"))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What supports a text.

    `near` is the supporting span with its neighbours and the metadata, `episode` all that was said.
    """

    near: str
    episode: str


def unsupported_number(text: str, support: str) -> str | None:
    """The first number of `text` that `support` does not have in any spelling, None when there is none."""
    known = numbers_in(support)
    return next((_written(value) for value in sorted(_main_numbers(text)) if value not in known), None)


def unsupported_name(text: str, around: Surroundings) -> str | None:
    """The first proper name of `text` that nothing near the span has, None when there is none."""
    support = _Support.of(around)
    return next((name for name, following in names_in(text) if not support.has(name, following=following)), None)


def numbers_in(text: str) -> frozenset[float]:
    """Every value that digits or number words of the text may mean, whole phrases and their parts."""
    return _main_numbers(text) | {v for t in _TOKEN.findall(text.lower()) if (v := _value(t)) is not None}


def names_in(text: str) -> Iterator[tuple[str, str | None]]:
    """The capitalised words; with those that open a sentence, where every word has a capital, the word after them.

    A text that capitalises most of its words, as titles do, tells nothing: each word counts as opening one.
    """
    words = [w for w in _NAME.findall(text) if len(w) > 3]  # noqa: PLR2004  short words stay small in titles too
    as_title = len(words) > 2 and sum(w[0].isupper() for w in words) > 0.7 * len(words)  # noqa: PLR2004  too few to tell
    for sentence in _SENTENCE.split(text):
        found = [m.group() for m in _NAME.finditer(sentence)]
        for position, (word, following) in enumerate(zip(found, [*found[1:], ""], strict=False)):
            name = re.sub(r"['’]s?$", "", word)
            inner = any(c.isupper() for c in name[1:])
            if (name[:1].isupper() or inner) and normalised(name) not in STOP_WORDS:
                yield name, normalised(following) if (position == 0 or as_title) and not inner else None


@dataclass(frozen=True, slots=True)
class _Support:
    words: frozenset[str]
    compact: str
    initials: str
    lower: frozenset[str]
    """Beginnings of the words that the episode has in lower case: they are no names."""
    stems: frozenset[str]
    anywhere: frozenset[str]

    @classmethod
    def of(cls, around: Surroundings) -> "_Support":
        near = normalised(around.near.replace("-", " ")).split()
        said = around.episode.split()
        lower = frozenset(normalised(w)[:_PREFIX] for w in said if w[:1].islower())
        everything = frozenset(normalised(w) for w in said)
        stems = frozenset(_stem(normalised(w)) for w in said if w[:1].islower())
        return cls(frozenset(near), "".join(near), "".join(w[0] for w in near), lower, stems, everything)

    def has(self, name: str, *, following: str | None) -> bool:
        """Whether the name was said near, or is no name but a word with a capital."""
        parts = [p for p in normalised(name.replace("-", " ")).split() if p not in STOP_WORDS]
        if all(self._said(part) for part in parts):
            return True
        letters = name.removesuffix("s")
        if letters.isupper() and len(letters) <= _ACRONYM:
            return bool({name.casefold(), letters.casefold()} & self.anywhere) or letters.casefold() in self.initials
        return following is not None and all(self._is_common(part, following) for part in parts)

    def _said(self, part: str) -> bool:
        if part in self.words or part.rstrip("s") in self.words or f"{part}s" in self.words:
            return True
        if len(part) > 3 and part in self.compact:  # noqa: PLR2004  shorter ones are met by chance across words
            return True
        return len(part) > _PREFIX and any(_alike(part, word) for word in self.words)

    def _is_common(self, part: str, following: str) -> bool:
        """Whether a word that opens a sentence is an ordinary one, though nobody said it."""
        if part[:_PREFIX] in self.lower or _stem(part) in self.stems:
            return True
        if part in self.anywhere:
            return False
        plural = part.endswith("s") and following not in _SINGULAR
        return plural or part.endswith(_ENDINGS) or (part.endswith(("er", "est")) and following not in VERBS)


def _stem(word: str) -> str:
    return re.sub(r"(?:ing|ed|er|est|es|s|ly|y|e)$", "", word)


def _alike(name: str, word: str) -> bool:
    if name[0] != word[0] or abs(len(name) - len(word)) > 3:  # noqa: PLR2004  no spelling differs by more
        return False
    return name.startswith(word[: len(name) - 2]) or fuzz.ratio(name, word) >= _CLOSE


def _main_numbers(text: str) -> frozenset[float]:
    """The values of whole number phrases: «1.2 million», «twenty-one», «nineteen ninety-nine», «40k», «$5»."""
    values: set[float] = set()
    phrase: list[str] = []
    for piece in [*_TOKEN.findall(text.lower()), ""]:
        if _value(piece) is not None or (phrase and (piece in _MULTIPLES or piece == "one")):
            phrase.append(piece)
        elif phrase and piece != "and":
            values |= _phrase_values(phrase)
            phrase = []
    return frozenset(values)


def _phrase_values(phrase: Sequence[str]) -> frozenset[float]:
    """One value for a run that is one number, each of them for a list («two three»)."""
    groups = [0.0]
    small, last = 0.0, 0.0
    for piece in phrase:
        if piece in _MULTIPLES:
            last = float(_MULTIPLES[piece])
            raised = (small or 1) * last
            groups[-1] += raised - small
            small = raised if last == _HUNDRED else 0.0
            continue
        value = 1.0 if piece == "one" else _value(piece) or 0.0
        if groups[-1] and not _continues(last, value):
            groups.append(0.0)
            small = 0.0
        groups[-1] += value
        small, last = small + value, value
    return frozenset({groups[0] * 100 + groups[1]} if _is_year(groups, phrase) else groups)


def _is_year(groups: Sequence[float], phrase: Sequence[str]) -> bool:
    """Whether it is said as two pairs: «nineteen ninety-nine»."""
    return len(groups) == 2 and all(10 <= g < _HUNDRED for g in groups) and "".join(phrase).isalpha()  # noqa: PLR2004  two pairs


def _continues(last: float, value: float) -> bool:
    """Whether `value` is said in one number with what went before: «twenty one», «two hundred five»."""
    tens = 20 <= last < _HUNDRED and last % 10 == 0 and value < 10  # noqa: PLR2004  how numbers are built
    return tens or (last >= _HUNDRED and last in _MULTIPLES.values() and value < last)


def _value(token: str) -> float | None:
    if _DIGITS.fullmatch(token):
        return float(re.sub(r"[,’']", "", token))
    return NUMBER_WORDS.get(token)


def _written(value: float) -> str:
    return f"{value:g}" if value < 10**6 else f"{value:,.0f}"
