"""What kind of answer a question wants, and how a sentence looks that gives it. English only; others want anything."""

import re
from collections.abc import Sequence
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
_DATE: Final = re.compile(
    r"\b(?:19|20)\d\d\b|\b(?:january|february|march|april|june|july|august|september|october|november|december|yesterday"
    r"|today|tomorrow|(?:last|next|this)\s+(?:year|month|week|spring|summer|fall|autumn|winter)"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|q[1-4]|\d{1,2}(?:st|nd|rd|th)"
    r"|(?:may|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.?\s+\d{1,2}"
    r"|(?:\d+|a|an|one|two|three|four|five|six|ten|few|couple(?:\s+of)?)\s+(?:years?|months?|weeks?|days?)(?:\s+\w+)?\s+(?:ago|later|from\s+now)"
    r"|(?:years?|months?|weeks?|days?)\s+ago)\b",
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
    (re.compile(r"\b(?:when\s+(?:was|were|did|is|are|will|does|do)|what\s+year|since\s+when)\b", re.IGNORECASE), _DATE),
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
_ASKS_DATE: Final = re.compile(
    r"\bwhen\s+(?:was|were|did|will)\b|\bwhen\s+(?:is|are)\b.*\b(?:released?|out|due|coming|published|launched|planned|scheduled)\b"
    r"|\bsince\s+when\b"
    r"|\b(?:what|which|in\s+what|in\s+which)\s+(?:year|month|day|date)\b"
    r"|\b(?:release|launch|publication|start|end|due|birth|expiry|founding|death)\s*(?:date|day)s?\b|\bdates?\s+of\b",
    re.IGNORECASE,
)
_VERSION: Final = re.compile(
    r"\b([^\W\d_][\w+#-]*)(?:\s+(?:version|release))?\s+v?(\d+(?:\.\d+)+)(?![\w%]|\.\d)", re.IGNORECASE
)
_FOR_EVIDENCE: Final = stems(
    "rest evidence source quote number item insight claim point proof prove prove support base basis based back behind"
    " stand explain detail nr nos 1st 2nd 3rd 4th 5th word exact speaker tell mention come origin"
)
_OTHERWISE: Final = re.compile(r"\b(?:why|how|when|true|false)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a sentence should have: `cue` anywhere, or a definition of `subject` (stems).

    With `is_date` the question asks for a day or a year, and what names none does not answer it.
    """

    cue: re.Pattern[str] | None = None
    subject: frozenset[str] = frozenset()
    is_date: bool = False

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
    if _ASKS_DATE.search(text):
        return Wish(cue=_DATE, is_date=True)
    subject = _subject(text)
    if subject:
        return Wish(subject=subject)
    return Wish(cue=next((cue for form, cue in _CUES if form.search(text)), None))


def names_versions(question: str, said: Sequence[str]) -> bool:
    """Whether one of the texts names the thing and the version of it, for each «Python 3.14» of the question.

    «7.0» may be said as «7» right after the name or «version»: other versions are other things.
    """
    asked = [(name, number) for name, number in _VERSION.findall(question.lower()) if stems(name)]
    return all(any(_names_version(text.lower(), name, number) for text in said) for name, number in asked)


def _names_version(text: str, name: str, number: str) -> bool:
    if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is None:
        return False
    whole = re.escape(number.removesuffix(".0"))
    short = rf"(?:{re.escape(name)}|version)\s+{whole}(?![\w.]*\d)" if number.endswith(".0") else r"(?!)"
    return re.search(rf"(?<![\w.]){re.escape(number)}(?![\w]|\.\d)|{short}", text) is not None


def has_no_subject(question: str) -> bool:
    """Whether it names nothing but an insight of a post: «what does no. 4 rest on?», «who said the last one?»."""
    return stems(question) <= _FOR_EVIDENCE


def asks_for_evidence(question: str) -> bool:
    """Whether it asks nothing but what an insight rests on."""
    return has_no_subject(question) and not _OTHERWISE.search(question)


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
