"""Whether a clause can head an item on its own, and how good a heading it is (English)."""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.domain.brokenness import breaks_in
from pipeline.domain.english import (
    COMPARISON,
    CONTRAST,
    DANGLING,
    FIRST_PERSON,
    NOUN_VERBS,
    NUMBER_WORDS,
    STOP_WORDS,
    VERBS,
    word_set,
)
from pipeline.domain.speech import normalised

_SUBORDINATE: Final = word_set("which who whose whereas although while unless than instead rather because")
_CONDITIONS: Final = word_set("""
if when whenever once where as since after before until for in with without by at on from anytime everytime except
besides despite
""")
_BAD_END: Final = word_set("""
hopefully probably maybe perhaps instead anyway essentially basically actually obviously definitely literally
generally then too again now here there well only always never still the a an of to for in on at by with from
as and or but so is are was were be been has have had do does will would can could should that which who if
because when than very really just like about into their your my our his her its not i we you they he she it's
that's there's i'm you're we're they're kind sort gonna also even one say says said think it this these those
way up out get got put else going want wants wanted cool crazy awesome nice
""")
_INTRODUCES: Final = word_set("""
now nowadays today in with for at since after before once by on from instead despite unlike during without
then
""")
_NEED_NOTHING: Final = word_set("""
works work worked matters matter mattered fails fail failed helps help helped wins win grows grow grew breaks
broke changes changed exists exist runs run ran happens happened
""")
_ANYONE: Final = word_set("""
you we they i he she people everyone everybody someone somebody anyone anybody nobody folks guys one
""")
_PRONOUNS: Final = _ANYONE | word_set("who users developers")
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
_OPENS_CLAUSE: Final = word_set("that who which when if because while where whether why until unless whereas although")
_NO_VERB: Final = word_set("plus minus versus across less unless process class access always perhaps besides as")
_OBJECT: Final = word_set("a an the your you its our my every each all")
"""What follows a verb and hardly ever a noun: «the fan keeps the house», «Bandit finds a flaw»."""
_FACTS: Final = ("is that", "are that", "means that", "know that", "out that", "find that", "found that", "shows that",
                 "fact that", "see that", "remember that")  # fmt: skip
_DOUBT: Final = re.compile(
    r"\b(?:if|not|n't|don't|didn't|doesn't|hope|worry|argument|claim|idea|assumption|fear|question|thought|concern|maybe"
    r"|possibility|says?|said)\b",
    re.IGNORECASE,
)
_JOINS_CLAUSES: Final = word_set("whereas although while because where unless until since")
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
    r"[—–()\[\]“”\"…;:]|\b(?:let's|yes|no|yeah|oh|okay|say|said|says|like|look|right|well|see),|,\s\w+$|\blet's say\b"
    r"|\b(?:is|are|was|were|can|could|will|be|has|have|it's|that's|some|of|\w+ed) like\b|\bthe whole like\b",
    re.IGNORECASE,
)
_POINTS: Final = re.compile(
    r"\b(?:this|these|those|such)\b"
    r"|\b(?:of|in|on|with|for|from|at|by|about|do|does|did|doing|against|into|over|like|after|all|use|using|if|get|gets|have"
    r"|change|solve|fix|know|want|see) (?:that|them|it|there)$"
    r"|\b(?:in|on|at|with|for|of|from|by) that (?!(?:is|are|was|you|we|they|can|will|has|have)\b)"
    r"|(?<!^)\bthere\b(?! (?:is|are|was|were|will|can|has)\b)"
    r"|\b(?:the|an?) (?:other|same|former|latter|above|first|second|third|last|next) (?:one|thing|part|way|point|question|idea|step"
    r"|option|reason|problem|parameter|issue|case|example)?\b",
    re.IGNORECASE,
)
"""Words that point out of the heading."""
_EMPTY: Final = word_set("""
thing things problem problems idea ideas point question questions reason reasons goal answer answers way solution
solutions advantage downside upside difference issue issues result results fact response rule rules one ones part bit
piece person guy guys news side end change changes example examples step steps parameter trick catch key benefit option
options case cases approach concept plan process list description target title name number other others mistake
worry concern attack attacker attackers code bug fix feature features page file chair
""")
"""Nouns that say nothing without what they belong to."""
_BELONGS: Final = word_set("of with for in about behind to from between that who which at on")
_ADVISES: Final = re.compile(
    r"\b(?:should|must|never|always|need|needs|have to|has to|don't|doesn't|can't|cannot|won't|shouldn't|isn't|aren't|do not|only)\b",
    re.IGNORECASE,
)
"""Without one of these «you can …» is seldom a claim."""
_VAGUE: Final = word_set("""
different great good interesting weird decent popular obvious fair normal basic some somebody something someone several
various fantastic neat super pretty fine okay everything whole bunch going lot lots seems seem
""")
_TOO_MANY_COMMAS: Final = 2
_FEWEST_CONTENT: Final = 3
_FREQUENT: Final = word_set("just only also often usually always never still already can could should will would must")


@dataclass(frozen=True, slots=True)
class Cut:
    """A run of clauses; `lead` as it was said, `before` what the sentence had before it.

    `whole` says that nothing was cut.
    """

    text: str
    lead: str
    before: str
    whole: bool


def stands_alone(cut: Cut) -> bool:
    """Whether a reader understands it without the rest: a statement with a subject that it names."""
    words = normalised(cut.text).split()
    if not words or words[0] in DANGLING | _SUBORDINATE or words[0].endswith("ly") or cut.text.endswith("?"):
        return False
    if words[0] in {"i", "im", "ive", "my"} or (cut.lead.lower().startswith("because") and "," in cut.text):
        return False
    if cut.text.count(",") > _TOO_MANY_COMMAS or _hangs(words) or _ends_badly(words):
        return False
    if _ODD.search(cut.text) or _POINTS.search(cut.text) or breaks_in(cut.text) or not _joins_well(cut):
        return False
    if _is_bound(cut) or not _has_statement(cut.text, words):
        return False
    telling = sum(w not in STOP_WORDS for w in words)
    return telling >= _FEWEST_CONTENT - cut.whole and "stuff" not in words and _names_its_subject(cut.text, words)


def is_noun_like(word: str) -> bool:
    """Whether a phrase may end with the word: no verb, no preposition, no adverb."""
    plain = normalised(word)
    return bool(plain) and not (
        plain in STOP_WORDS or plain in VERBS or plain.endswith(("ing", "ed", "ly")) or plain in NUMBER_WORDS
    )


def heading_score(cut: Cut, terms: Container[str], *, english: bool) -> float:
    """How good a heading it would be; more is better, good ones have about 1.2."""
    words = normalised(cut.text).split()
    content = {w for w in words if w not in STOP_WORDS}
    score = len(content) / len(words) + 0.07 * min(len(content), 6) + 0.3 * cut.whole - 0.2 * bool(cut.before)
    score += 0.08 * min(sum(w in terms for w in content), 3)
    if not english:
        return score
    subject = _subject(cut.text, words)
    score += 0.3 * any(w in terms for w in subject) - 0.45 * (bool(subject) and subject[0] in _ANYONE | {"your", "our"})
    told = sum(w in FIRST_PERSON for w in words)
    pointing = sum(w in DANGLING for w in words)
    score += 0.2 * any(w in CONTRAST or w in COMPARISON for w in words) + 0.15 * any(c.isdigit() for c in cut.text)
    score -= 0.3 * min(told, 2) + 0.2 * pointing + 0.25 * sum(w in _CHATTER for w in words)
    score -= 0.15 * sum(w in _VAGUE for w in words)
    score -= 0.2 * (words[0] == "the" and not set(subject) & _BELONGS and not _is_named(cut.text, len(subject)))
    score -= 0.25 * (not any(w in terms for w in content) and not any(p[:1].isupper() for p in cut.text.split()[1:]))
    return score - 0.3 * (words[0] in _CONDITIONS) - 0.12 * cut.text.count(",")


def joins_freely(cut: Cut) -> bool:
    """Whether what stands before the clause can be left out without changing what it says."""
    before, lead = normalised(cut.before).split(), normalised(cut.lead).split()
    return bool(before) and (lead[0] in _COORDINATES or before[-1] == "that")


def _hangs(words: Sequence[str]) -> bool:
    """Whether a part that began after «and» or a subordinate one was cut before its verb."""
    if words[-2] == "as" and words.count("as") == 1:
        return True
    tail = _COORDINATE.split(" ".join(words))[1:]
    if any(not any(w in VERBS for w in part.split()) for part in tail):
        return True
    if set(words[-3:]) & _JOINS_CLAUSES:
        return True
    last = max((i for i, word in enumerate(words) if word in _OPENS_CLAUSE), default=None)
    return last is not None and not any(w in VERBS or w.endswith(("s", "ed")) for w in words[last + 1 :])


def _ends_badly(words: Sequence[str]) -> bool:
    last, before = words[-1], words[-2]
    if last in _BAD_END or last in NUMBER_WORDS or (last in VERBS and last not in _NEED_NOTHING):
        return True
    return last.endswith("ing") and before in {"up", "of", "by", "without"}


def _joins_well(cut: Cut) -> bool:
    """Whether the cut at the start is one between whole clauses, or follows a mere introduction."""
    before = normalised(cut.before).split()
    if not before:
        return True
    lead = normalised(cut.lead).split()
    if before[-1] == "that" and cut.before.lower().endswith(_FACTS):
        return not _DOUBT.search(cut.before)
    if lead[0] not in _COORDINATES:
        return before[0] in _INTRODUCES or before[0].endswith("ly")
    # «and the fan» after no comma goes on with a list more often than it opens a clause.
    return any(w in VERBS or w.endswith("ed") for w in before) and (
        cut.before.endswith(",") or lead[1] not in {"the", "a", "an"}
    )


def _is_bound(cut: Cut) -> bool:
    """Whether what stands before says that this is only supposed, or said by somebody else."""
    joined = normalised(cut.lead).split(" ")[0] in _COORDINATES
    return bool((_CONDITION if joined else _SCOPE).search(cut.before))


def _has_statement(text: str, words: Sequence[str]) -> bool:
    """Whether a subject and then a finite verb come before anything subordinate."""
    if words[0] in _CONDITIONS:
        _, comma, main = text.partition(", ")
        rest = normalised(main).split()
        return bool(comma) and len(rest) > 2 and _has_statement(main, rest)  # noqa: PLR2004  subject, verb and more
    if words[0] in VERBS or (words[0] in STOP_WORDS and words[0] not in _HEADS):
        return False
    if " ".join(words[:2]) in {"every time", "any time", "the more", "the way", "the moment", "the first", "the last"}:
        return False
    pieces = text.split()
    for position, word in enumerate(words[:-1]):
        if position and (word in _ANYONE | {"it"} or "'" in pieces[min(position, len(pieces) - 1)][1:3]):
            return False  # «the number of shares it takes», «the rest I'm leaving out»
        if position and _is_verb(words, position):
            return True
        if word in _SUBORDINATORS or pieces[min(position, len(pieces) - 1)].endswith(","):
            return False
    return False


def _is_verb(words: Sequence[str], position: int) -> bool:
    """Whether the word is a finite verb here: «users need it», but not «the need», «the named user»."""
    word, before = words[position], words[position - 1]
    if word.endswith("ed") and word not in {"need", "speed", "feed", "seed"}:
        # «pages removed from the index» is no statement, «the update removed the index» is.
        return position + 1 < len(words) and words[position + 1] in _OBJECT and before not in _HEADS - _PRONOUNS
    if word in NOUN_VERBS:
        return before in _PRONOUNS or (before.endswith("s") and before not in STOP_WORDS)
    return word in VERBS or (
        word.endswith("s")
        and word not in _NO_VERB
        and before not in STOP_WORDS
        and position + 1 < len(words)
        and words[position + 1] in _OBJECT
    )


def _names_its_subject(text: str, words: Sequence[str]) -> bool:
    subject = _subject(text, words)
    if not subject:
        return True
    content = [w for w in subject if w not in STOP_WORDS]
    if set(subject) <= _ANYONE | _FREQUENT:
        content = sum(w not in STOP_WORDS | _CHATTER | _EMPTY | VERBS for w in words)
        return content >= _FEWEST_CONTENT and bool(_ADVISES.search(" ".join(text.split()[: len(subject) + 2])))
    if set(subject[:4]) & {"my", "mine", "our", "us", "me"}:
        return False
    if subject[0] == "the" and not set(subject) & _BELONGS:
        return any(w not in _EMPTY for w in content)
    return any(w not in _EMPTY for w in content) or (bool(content) and bool(set(subject) & _BELONGS))


def _subject(text: str, words: Sequence[str]) -> Sequence[str]:
    """The words before the main verb, after a condition."""
    if words[0] in _CONDITIONS and ", " in text:
        words = normalised(text.partition(", ")[2]).split()
    verb = next((i for i in range(1, len(words)) if _is_verb(words, i)), 0)
    return words[:verb]


def _is_named(text: str, length: int) -> bool:
    """Whether one of the first `length` words is a name, the very first aside."""
    return any(piece[:1].isupper() for piece in text.split()[1:length])
