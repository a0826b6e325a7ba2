"""What kind of answer a question wants, and how a sentence looks that gives it. English only; others want anything."""

import re
from dataclasses import dataclass
from typing import Final

from pipeline.domain.talk.keywords import stems

_WHAT: Final = re.compile(
    r"^(?:so\s+|and\s+)?(?:what(?:'s|’s|\s+is|\s+are|\s+was|\s+were)(?:\s+(?:a|an|the))?\s+(?P<is>.+)"
    r"|what\s+do(?:es)?\s+(?P<means>.+?)\s+(?:mean|stand\s+for)"
    r"|(?:define|explain)\s+(?:what\s+)?(?P<named>.+?)(?:\s+(?:is|are))?"
    r"|who(?:'s|’s|\s+is|\s+are|\s+was)\s+(?P<who>.+))\s*\??$",
    re.IGNORECASE,
)
_NOT_A_NAME: Final = re.compile(
    r"\b(?:of|for|with|between|about|in|on|to|that|when|if|your|their|his|her)\b", re.IGNORECASE
)
"""«What is the price of eggs» asks for a property, not for what a thing is."""
_LONGEST_NAME: Final = 5
_DEFINES: Final = re.compile(
    r"\b(?:is|are|was|were|['’]s|['’]re)\s+(?:a|an|the|this|these|one|when|where|basically|essentially|actually|really|simply"
    r"|just|like|\w+s|kind\s+of|sort\s+of|something|how|what)\b|\b(?:means?|meaning|refers?\s+to|stands?\s+for|consists?\s+of"
    r"|works?\s+by|lets?\s+you|allows?\s+you)\b",
    re.IGNORECASE,
)
_INTRODUCES: Final = re.compile(
    r"\b(?:called|known\s+as|named|the\s+(?:basic\s+)?idea\s+(?:is|was|behind|of)|in\s+other\s+words|basically|essentially"
    r"|definition|in\s+short|concept)\b",
    re.IGNORECASE,
)
_REASON: Final = re.compile(
    r"\b(?:because|reasons?|since|that['’]s\s+why|which\s+is\s+why|due\s+to|so\s+that|therefore|cause[sd]?|otherwise|in\s+order\s+to)\b",
    re.IGNORECASE,
)
_TIME: Final = re.compile(
    r"\b(?:19|20)\d\d\b|\b(?:january|february|march|april|june|july|august|september|october|november|december|yesterday"
    r"|(?:last|next|this)\s+(?:year|month|week|spring|summer|fall|autumn|winter)|years?\s+ago|months?\s+ago|weeks?\s+ago)\b",
    re.IGNORECASE,
)
_AMOUNT: Final = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|twenty|thirty|forty|fifty|hundred|thousand|million|billion"
    r"|half|third|quarter|percent|double|twice|dozen)\b",
    re.IGNORECASE,
)
_WAY: Final = re.compile(
    r"\b(?:by\s+\w+ing|the\s+way\s+(?:it|this|that|you|we|they)|works?|first|then|you\s+(?:can|just|have\s+to|need\s+to|would)"
    r"|we\s+(?:use|do|just)|what\s+(?:you|we|i)\s+do|so\s+that|basically|essentially)\b",
    re.IGNORECASE,
)
_CHOICE: Final = re.compile(
    r"\b(?:i\s+would|i['’]d|we['’]d|you\s+should|shouldn['’]t|i['’]m\s+(?:a\s+)?(?:big\s+)?fan|recommend|prefer|depends|better|best|instead|worth"
    r"|i\s+(?:like|love|use|think|reach\s+for|go\s+with|tend\s+to))\b",
    re.IGNORECASE,
)
_CUES: Final = (
    (
        re.compile(
            r"^(?:and\s+|so\s+|but\s+)?(?:why\b|what(?:'s|’s|\s+is)\s+the\s+reason|how\s+come\b)", re.IGNORECASE
        ),
        _REASON,
    ),
    (re.compile(r"\b(?:when\s+(?:was|were|did|is|are|will|does|do)|what\s+year|since\s+when)\b", re.IGNORECASE), _TIME),
    (
        re.compile(
            r"\bhow\s+(?:much|many|large|big|long|often|far|fast|old|expensive)\b|\bwhat\s+percentage\b", re.IGNORECASE
        ),
        _AMOUNT,
    ),
    (re.compile(r"^(?:and\s+|so\s+)?how\s+(?:do|does|did|can|could|would|should|to|is|are)\b", re.IGNORECASE), _WAY),
    (
        re.compile(
            r"\b(?:should\s+(?:i|we|you)|which\b.+\b(?:or|best|better)|is\s+it\s+worth|better)\b", re.IGNORECASE
        ),
        _CHOICE,
    ),
)
_ELSEWHERE: Final = 0.4


@dataclass(frozen=True, slots=True)
class Wish:
    """What a sentence should have: `cue` anywhere, or a definition of `subject` (stems)."""

    cue: re.Pattern[str] | None = None
    subject: frozenset[str] = frozenset()

    @property
    def is_amount(self) -> bool:
        """Whether the question asks how much or how many: what names no number does not answer it."""
        return self.cue is _AMOUNT

    @property
    def is_definition(self) -> bool:
        """Whether the question asks what a thing is."""
        return bool(self.subject)

    def granted(self, sentence: str) -> float:
        """How far the sentence has the form of the answer, from 0 to 1."""
        if self.subject:
            return _defines(sentence, self.subject)
        return float(self.cue is not None and self.cue.search(sentence) is not None)


def wish_of(question: str) -> Wish:
    """The wish of a question; an empty one where its form tells nothing."""
    text = " ".join(question.split())
    subject = _subject(text)
    if subject:
        return Wish(subject=subject)
    return Wish(cue=next((cue for form, cue in _CUES if form.search(text)), None))


def _subject(text: str) -> frozenset[str]:
    found = _WHAT.match(text)
    if found is None:
        return frozenset()
    name = next(part for part in found.groups() if part is not None)
    if len(name.split()) > _LONGEST_NAME or _NOT_A_NAME.search(name):
        return frozenset()
    return stems(name)


def _defines(sentence: str, subject: frozenset[str]) -> float:
    """1 where the thing is said to be something right after its name, less where a definition is only near."""
    if not subject <= stems(sentence):
        return 0.0
    for found in _DEFINES.finditer(sentence):
        before = sentence[: found.start()].split()[-_LONGEST_NAME:]
        if subject & stems(" ".join(before)):
            return 1.0
    return _ELSEWHERE if _DEFINES.search(sentence) or _INTRODUCES.search(sentence) else 0.0
