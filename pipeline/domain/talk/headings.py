"""Whether a clause can head an item on its own, and how good a heading it is (English)."""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.domain.talk.assertion import assertion_of
from pipeline.domain.talk.brokenness import breaks_in
from pipeline.domain.talk.english import (
    DANGLING,
    FIRST_PERSON,
    NUMBER_WORDS,
    STOP_WORDS,
    VERBS,
    word_set,
)
from pipeline.domain.talk.other_languages import claims_elsewhere
from pipeline.domain.talk.speech import normalised
from pipeline.domain.talk.statements import (
    ANYONE,
    CONDITIONS,
    hangs,
    has_statement,
    is_aimed_at_anyone,
    stands_by_form,
    subject_of,
)

_SUBORDINATE: Final = word_set("which who whose whereas although while unless than instead rather because")
_NEVER_FIRST: Final = DANGLING | _SUBORDINATE | word_set("i im ive my")
_BAD_END: Final = word_set("""
hopefully probably maybe perhaps instead anyway essentially basically actually obviously definitely literally
generally then too again now here there well only always never still the a an of to for in on at by with from
as and or but so is are was were be been has have had do does will would can could should that which who if
because when than very really just like about into their your my our his her its not i we you they he she it's
that's there's i'm you're we're they're kind sort gonna also even one say says said think it this these those
way up out get got put else going want wants wanted cool crazy awesome nice
""")
_COMPARED: Final = word_set("one ones did does do is are was were")
_INTRODUCES: Final = word_set("""
now nowadays today in with for at since after before once by on from instead despite unlike during without
then
""")
_NEED_NOTHING: Final = word_set("""
works work worked matters matter mattered fails fail failed helps help helped wins win grows grow grew breaks
broke changes changed exists exist runs run ran happens happened
""")
_CHATTER: Final = word_set("""
awesome cool nice funny crazy love wow haha dude guys stuff thing things fun super episode show podcast
""")
_FACTS: Final = ("is that", "are that", "means that", "know that", "out that", "find that", "found that", "shows that",
                 "fact that", "see that", "remember that")  # fmt: skip
_DOUBT: Final = re.compile(
    r"\b(?:if|not|n't|don't|didn't|doesn't|hope|worry|argument|claim|idea|assumption|fear|question|thought"
    r"|concern|maybe"
    r"|possibility|says?|said)\b",
    re.IGNORECASE,
)
_SCOPE: Final = re.compile(
    r"\b(?:if|when|unless|say|says|said|think|thinks|thought|believe|claim|claims|argue|whether|let's"
    r"|imagine|suppose|because|would|maybe|not|until)\b",
    re.IGNORECASE,
)
"""What is said under these is not said outright, so it must not be cut free of them."""
_COORDINATES: Final = word_set("and but so because then")
_CONDITION: Final = re.compile(r"\b(?:if|when|unless|says?|said|whether|let's|imagine|suppose)\b", re.IGNORECASE)
_HEARSAY: Final = re.compile(r"\b(?:says?|said|whether|let's|imagine|suppose)\b", re.IGNORECASE)
_ODD: Final = re.compile(
    r"[—–()\[\]“”\"…;:]|--|\b(?:what|how|why|who|where) (?:is|are|do|does|did|was) |\b(?:because|and|but|so) (?:if"
    r"|when)\b|\b(?:let's|yes|no|yeah|oh|okay|say|said|says|like|look|right|well|see),|,\s\w+$"
    r"|\blet's say\b"
    r"|\b(?:is|are|was|were|can|could|will|be|has|have|it's|that's|some|of|\w+ed) like\b|\bthe whole like\b",
    re.IGNORECASE,
)
_TWICE: Final = re.compile(
    r"\b(?:is|are|was|were) (?:(?!(?:that|which|who|what|where|when|if|and|but|or|because|how|why|than"
    r"|as)\b)[^\s,;]+ )+"
    r"(?:is|are|was|were)\b",
    re.IGNORECASE,
)
"""Two statements run into one: «the stack is the front end is a site»."""
_LEFT_BEHIND: Final = re.compile(r"^[^,]+, (?:you|we|they|i|he|she|it)\b", re.IGNORECASE)
"""Something named and then let go of: «spring animations, you can get them»; a condition before the comma is none."""
_POINTS: Final = re.compile(
    r"\b(?:this|these|those|such)\b(?! days\b)"
    r"|\b(?:(?<!all )of|in|on|with|for|from|at|by|about|do|does|did|doing|against|into|over|like|after|all|use"
    r"|using|if|get|gets|have"
    r"|change|solve|fix|know|want|see) (?:that|them|it|there)$"
    r"|\b(?:in|on|at|with|for|of|from|by) that (?!(?:is|are|was|you|we|they|can|will|has|have)\b)"
    r"|(?<!^)\bthere\b(?! (?:is|are|was|were|will|can|has)\b)"
    r"|\b(?:the|an?) (?:other|same|former|latter|above|first|second|third|last|next) (?:ones?|things?|part|way"
    r"|point|question"
    r"|idea|step|option|reason|problem|parameter|issue|case|example)\b|\bthe same$|\bthe (?:former|latter|above)\b",
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
    r"\b(?:no one|nobody|should|must|never|always|need|needs|have to|has to|don't|doesn't|can't|cannot|won't"
    r"|shouldn't|isn't|aren't|do not|only)\b",
    re.IGNORECASE,
)
"""Without one of these «you can …» is seldom a claim."""
_VAGUE: Final = word_set("""
different great good interesting weird decent popular obvious fair normal basic some somebody something someone several
various fantastic neat super pretty fine okay everything whole bunch going lot lots seems seem number term
""")
_SETTINGS: Final = word_set("with without in if when once")
_WHOLES: Final = word_set("everything nothing everyone everybody")
_TOO_MANY_COMMAS: Final = 2
_FEWEST_CONTENT: Final = 3
_OUTRIGHT: Final = 0.36
"""An outright claim may have one telling word less."""
ASSERTED: Final = 1.0
"""What an outright claim adds to a heading's score."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A run of clauses; `lead` as it was said, `before` and `after` what the sentence had before and after it.

    `whole` says that nothing was cut.
    """

    text: str
    lead: str
    before: str
    whole: bool
    after: str = ""


def stands_alone(cut: Cut) -> bool:
    """Whether a reader understands it without the rest: a statement with a subject that it names."""
    words = normalised(cut.text).split()
    free = stands_by_form(cut.text)
    if not words or (words[0] in _NEVER_FIRST and not free) or words[0].endswith("ly") or cut.text.endswith("?"):
        return False
    if cut.lead.lower().startswith("because") and "," in cut.text:
        return False
    if cut.text.count(",") > _TOO_MANY_COMMAS or hangs(words) or _ends_badly(words) or breaks_in(cut.text):
        return False
    if any(flaw.search(cut.text) for flaw in (_TWICE, _ODD, _POINTS)) or not _joins_well(cut) or _is_bound(cut):
        return False
    if _LEFT_BEHIND.match(cut.text) and not (words[0] in CONDITIONS or words[0] in _INTRODUCES or free):
        return False
    telling = sum(w not in STOP_WORDS for w in words)
    enough = telling >= _FEWEST_CONTENT - (cut.whole or claim_of(cut) >= _OUTRIGHT)
    return enough and "stuff" not in words and has_statement(cut.text, words) and _names_its_subject(cut.text, words)


def heading_score(cut: Cut, terms: Container[str], *, english: bool) -> float:
    """How good a heading it would be; more is better, good ones have about 1.4."""
    words = normalised(cut.text).split()
    content = {w for w in words if w not in STOP_WORDS}
    score = 0.5 * len(content) / len(words) + 0.06 * min(len(content), 6) + 0.2 * cut.whole - 0.15 * bool(cut.before)
    score += 0.07 * min(sum(w in terms for w in content), 3)
    if not english:
        return score + ASSERTED * claims_elsewhere(cut.text, after=cut.after)
    subject = subject_of(cut.text, words)
    score += ASSERTED * claim_of(cut) + 0.15 * any(w in terms for w in subject)
    score -= 0.15 * (words[0] in CONDITIONS) + 0.1 * cut.text.count(",")
    if not any(w in terms for w in content) and not _is_named(cut.text, len(words)):
        score -= 0.15
    return score - _vagueness(cut.text, words, subject)


def claim_of(cut: Cut) -> float:
    """How much a heading asserts, from 0 to 1."""
    words = normalised(cut.text).split()
    return assertion_of(cut.text, words, subject_of(cut.text, words), after=cut.after)


def _vagueness(text: str, words: Sequence[str], subject: Sequence[str]) -> float:
    """How little a reader could do with it: nobody named, praise, pronouns."""
    told = sum(w in FIRST_PERSON for w in words)
    pointing = sum(w in DANGLING for w in (words[1:] if stands_by_form(text) else words))
    vague = 0.15 * min(told, 2) + 0.15 * pointing + 0.25 * sum(w in _CHATTER for w in words)
    vague += 0.2 * (bool(subject) and subject[0] in ANYONE | {"your", "our"})
    vague += 0.2 * min(sum(w in _VAGUE for w in words), 2)
    return vague + 0.15 * (words[0] == "the" and not set(subject) & _BELONGS and not _is_named(text, len(subject)))


def joins_freely(cut: Cut) -> bool:
    """Whether what stands before the clause can be left out without changing what it says."""
    before, lead = normalised(cut.before).split(), normalised(cut.lead).split()
    return bool(before) and (lead[0] in _COORDINATES or before[-1] == "that")


def _ends_badly(words: Sequence[str]) -> bool:
    last, before = words[-1], words[-2]
    if (("than" in words or words.count("as") > 1) and last in _COMPARED) or words[-3:] in (
        ["all", "of", "it"],
        ["all", "of", "them"],
    ):
        return False
    if "what" in words[-5:-2] and last in VERBS:
        return False  # «trains what you already know»
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
    joint = normalised(cut.lead).split(" ")[0]
    if joint == "because" and cut.before.endswith(","):
        return bool(_HEARSAY.search(cut.before))  # a reason holds whatever it is the reason of
    return bool((_CONDITION if joint in _COORDINATES else _SCOPE).search(cut.before))


def _names_its_subject(text: str, words: Sequence[str]) -> bool:
    subject = subject_of(text, words)
    if not subject or stands_by_form(text):
        return True
    content = [w for w in subject if w not in STOP_WORDS]
    if is_aimed_at_anyone(subject):
        telling = sum(w not in STOP_WORDS | _CHATTER for w in words)
        main = text.partition(", ")[2] if words[0] in CONDITIONS else text
        return telling >= _FEWEST_CONTENT - 1 and bool(_ADVISES.search(" ".join(main.split()[: len(subject) + 2])))
    if set(subject[:4]) & {"my", "mine", "me"} or subject[-1] in {"thing", "things", "one", "ones"}:
        return False
    if words[0] in _SETTINGS and subject[0] in _WHOLES:
        return True  # «with a cache, everything is faster»: the condition says of what
    if subject[0] == "the" and not set(subject) & _BELONGS:
        return any(w not in _EMPTY for w in content)
    return any(w not in _EMPTY for w in content) or (bool(content) and bool(set(subject) & _BELONGS))


def _is_named(text: str, length: int) -> bool:
    """Whether one of the first `length` words is a name, the very first aside."""
    return any(piece[:1].isupper() for piece in text.split()[1:length])
