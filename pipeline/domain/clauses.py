"""A headline out of a speaker's own words: the clause that says most and stands alone."""

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.domain.english import (
    COMPARISON,
    CONTRAST,
    DANGLING,
    FIRST_PERSON,
    NOUN_VERBS,
    STOP_WORDS,
    VERBS,
    word_set,
)
from pipeline.domain.speech import normalised, word_count

_BORDER: Final = re.compile(
    r"(?<=[,;:—–.])\s+|\s+(?=(?:because|but|which|unless|whereas|although|while|instead of|so that"
    r"|rather than|since|until|once|even (?:if|though|when)"
    r"|as (?:long|soon) as|regardless of|due to|in order to|after|before|given that|especially|except)\b)"
    r"|\s+(?=(?:and|so|if|when|where|then) (?:i|you|we|they|it|he|she|there|the|that's|it's|you're|we're"
    r"|they're|then|is|are|will|can|has|makes?|gets?|does|means|needs?|gives?|not)\b)",
    re.IGNORECASE,
)
_MARKS: Final = re.compile(r"(?<=[,;:—–.\u3002\uff0c\uff1b])\s*")
_LEADS: Final = word_set("""
and but so or then because that well now basically obviously also plus yeah
""")
"""May be left out at the start of a headline."""
_PREFACE: Final = re.compile(
    r"^(?:(?:i|we) (?:do |would |also |really |just |definitely |actually )?(?:think|believe|guess"
    r"|feel like|find|would say|mean|say|know)(?: that)?"
    r"|(?:i|we)'d say(?: that)?|it turns out(?: that)?|the (?:thing|fact|point|problem|reality"
    r"|truth) is(?: that)?|you know|i'm saying(?: that)?"
    r"|what (?:that|this) means is(?: that)?|(?:that|this) means(?: that)?|my (?:opinion|view"
    r"|point) is(?: that)?|to me)[, ]+(?=\S)",
    re.IGNORECASE,
)
_SUBORDINATE: Final = word_set("""
which who whose whereas although while unless than instead rather because
""")
_CONDITIONS: Final = word_set("""
if when whenever once where as since after before until for in with without by at on from
""")
_BAD_END: Final = word_set("""
hopefully probably maybe perhaps instead anyway essentially basically actually obviously definitely literally
generally then too again now here there well only always never still the a an of to for in on at by with from
as and or but so is are was were be been has have had do does will would can could should that which who if
when because than very really just like about into their your my our his her its not i we you they he she it's
that's there's i'm you're we're they're kind sort gonna also even one say says said think it this these those
way up out get got put
""")
_SOFT: Final = re.compile(
    r"\b(?:really|just|actually|basically|obviously|definitely|literally|essentially|also|frankly|honestly"
    r"|of course),? (?=[a-z])|\blike (?=\d)",
    re.IGNORECASE,
)
"""Words a headline does without; hedges such as «probably» are kept."""
_INTRODUCES: Final = word_set("""
now nowadays today in with for at since after before once by on from instead despite unlike during without
then
""")
_NEED_NOTHING: Final = word_set("""
works work worked matters matter mattered fails fail failed helps help helped wins win grows grow grew breaks
broke changes changed exists exist runs run ran happens happened
""")
_FEWEST, _MOST = 5, 12
_PRONOUNS: Final = word_set("""
you we they i people who everybody everyone someone somebody anyone nobody users developers
""")
_CHATTER: Final = word_set("""
awesome cool nice funny crazy love wow haha dude guys stuff thing things fun super episode show podcast
""")


_HEADS: Final = word_set("""
a an the every most many some all no any each both few more less another people you we i your our my someone
somebody anyone anybody everyone everybody nobody having using making getting
""")
_SUBORDINATORS: Final = word_set("""
that who which when if because while where as than unless whereas although whether how what whose until since
like
""")
_OPENS_CLAUSE: Final = word_set("that who which when if because where while whether why until unless")
_SCOPE: Final = re.compile(
    r"\b(?:if|when|unless|say|says|said|think|thinks|thought|believe|claim|claims|argue|whether|let's"
    r"|imagine|suppose|because|would|maybe|not|until)\b",
    re.IGNORECASE,
)
"""What is said under these is not said outright, so it must not be cut free of them."""
_COORDINATE: Final = re.compile(r"\b(?:and|but|so) (?:the|a|an|it|they|we|you|i|he|she|there)\b")
_COORDINATES: Final = word_set("and but so because then")
_CONDITION: Final = re.compile(r"\b(?:if|when|unless|says?|said|whether|let's|imagine|suppose)\b", re.IGNORECASE)
_ODD: Final = re.compile(
    r"[—–()\[\]“”\"…]|\b(?:let's|yes|no|yeah|oh|okay|say|said|says|like|look|right|well|see),|,\s\w+$|\blet's say\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a sentence that may be a headline, and how good a one it would be (more is better)."""

    text: str
    score: float


@dataclass(frozen=True, slots=True)
class _Span:
    """A run of clauses; `lead` as it was said, `before` what the sentence had before it.

    `whole` says that nothing was cut.
    """

    text: str
    lead: str
    before: str
    whole: bool


def headline_of(sentences: Sequence[str], *, terms: Container[str], english: bool) -> Clause | None:
    """The best clause of at most twelve words, capitalised and without a full stop; None when no clause stands alone.

    `terms` are the words that the episode is about: a clause about one of them is the better headline.

    For other languages than English only whole sentences and parts between punctuation are taken.
    """
    clauses = [
        Clause(_dressed(span.text), _score(span, terms, english=english) - 0.15 * position)
        for position, sentence in enumerate(sentences)
        for span in _spans(sentence, english=english)
        if not english or _stands_alone(span)
    ]
    return max(clauses, key=lambda c: c.score, default=None)


def _spans(sentence: str, *, english: bool) -> Iterator[_Span]:
    """Runs of clauses within the length."""
    units = (_BORDER if english else _MARKS).split(sentence.strip())
    for first in range(len(units)):
        for last in range(first, len(units)):
            text = " ".join(units[first : last + 1])
            lead, text = text, _SOFT.sub("", _without_lead(text)) if english else text
            count = word_count(text)
            if count > _MOST + 3:
                break
            if _FEWEST <= count <= _MOST:
                before = " ".join(units[:first])
                yield _Span(
                    text.rstrip(" ,;:—–.!\u3002\uff01"), lead, before, whole=not before and last == len(units) - 1
                )


def _without_lead(text: str) -> str:
    while True:
        first, _, rest = text.partition(" ")
        if normalised(first) in _LEADS and rest:
            text = rest
        elif found := _PREFACE.match(text):
            text = text[found.end() :]
        else:
            return text


def _stands_alone(span: _Span) -> bool:
    words = normalised(span.text).split()
    if (
        not words
        or words[0] in DANGLING
        or words[0] in _SUBORDINATE
        or words[0].endswith("ly")
        or span.text.endswith("?")
    ):
        return False
    if words[0] in {"i", "im", "ive", "my"} or (span.lead.lower().startswith("because") and "," in span.text):
        return False
    if span.text.count(",") > 2 or _hangs(words):  # noqa: PLR2004  a list, not a claim
        return False
    if not _joins_well(span) or (words[-1] in VERBS and words[-1] not in _NEED_NOTHING):
        return False
    if words[-1] in _BAD_END or _ODD.search(span.text) or _is_bound(span):
        return False
    return _has_statement(span.text, words) and sum(w not in STOP_WORDS for w in words) > 1


def _joins_well(span: _Span) -> bool:
    """Whether the cut at the start is one between whole clauses, or follows a mere introduction."""
    before = normalised(span.before).split()
    if not before:
        return True
    lead = normalised(span.lead).split()
    if lead[0] not in _COORDINATES:
        return before[0] in _INTRODUCES or before[0].endswith("ly")
    # «and the fan» after no comma goes on with a list more often than it opens a clause.
    return any(w in VERBS or w.endswith("ed") for w in before) and (
        span.before.endswith(",") or lead[1] not in {"the", "a", "an"}
    )


def _is_bound(span: _Span) -> bool:
    """Whether what stands before says that this is only supposed, or said by somebody else."""
    joined = normalised(span.lead).split(" ")[0] in _COORDINATES
    return bool((_CONDITION if joined else _SCOPE).search(span.before))


def _hangs(words: Sequence[str]) -> bool:
    """Whether a part that began after «and» or a subordinate one was cut before its verb."""
    if words[-2] == "as" and words.count("as") == 1:
        return True
    tail = _COORDINATE.split(" ".join(words))[1:]
    if any(not any(w in VERBS for w in part.split()) for part in tail):
        return True
    last = max((i for i, word in enumerate(words) if word in _OPENS_CLAUSE), default=None)
    return last is not None and not any(w in VERBS or w.endswith(("s", "ed")) for w in words[last + 1 :])


def _has_statement(text: str, words: Sequence[str]) -> bool:
    """Whether a subject and then a finite verb come before anything subordinate."""
    if words[0] in _CONDITIONS:
        _, comma, main = text.partition(", ")
        rest = normalised(main).split()
        return bool(comma) and len(rest) > 2 and _has_statement(main, rest)  # noqa: PLR2004  subject, verb and more
    if words[0] in VERBS or (words[0] in STOP_WORDS and words[0] not in _HEADS):
        return False
    pieces = text.split()
    for position, word in enumerate(words[:-1]):
        if position and _is_verb(words, position):
            return True
        if word in _SUBORDINATORS or pieces[min(position, len(pieces) - 1)].endswith(","):
            return False
    return False


def _is_verb(words: Sequence[str], position: int) -> bool:
    """Whether the word is a finite verb here: «users need it», but not «the need», «the named user»."""
    word, before = words[position], words[position - 1]
    if word.endswith("ed"):
        return position + 1 < len(words) and words[position + 1] in STOP_WORDS and before not in _HEADS - _PRONOUNS
    if word in NOUN_VERBS:
        return before in _PRONOUNS or (before.endswith("s") and before not in STOP_WORDS)
    return word in VERBS


def _score(span: _Span, terms: Container[str], *, english: bool) -> float:
    words = normalised(span.text).split()
    content = {w for w in words if w not in STOP_WORDS}
    score = len(content) / len(words) + 0.07 * min(len(content), 6) + 0.3 * span.whole - 0.2 * bool(span.before)
    score += 0.08 * min(sum(w in terms for w in content), 3)
    if not english:
        return score
    verb = next((i for i, word in enumerate(words) if i and word in VERBS), len(words))
    score += 0.3 * any(w in terms for w in words[:verb]) - 0.1 * (words[0] in {"you", "we", "your", "our"})
    told = sum(w in FIRST_PERSON for w in words)
    pointing = sum(w in DANGLING for w in words)
    score += 0.2 * any(w in CONTRAST or w in COMPARISON for w in words) + 0.15 * any(c.isdigit() for c in span.text)
    score -= 0.3 * min(told, 2) + 0.2 * pointing + 0.25 * sum(w in _CHATTER for w in words)
    return score - 0.3 * (words[0] in _CONDITIONS) - 0.12 * span.text.count(",")


def _dressed(text: str) -> str:
    first = text.split(" ", 1)[0]
    text = text[0].upper() + text[1:] if first.islower() else text
    return text.strip('"“”')
