"""How much a clause asserts: something one can deny, or a mere name, definition, report, possibility (English)."""

import re
from collections.abc import Sequence
from typing import Final

from pipeline.domain.talk.english import FIRST_PERSON, word_set
from pipeline.domain.talk.statements import ANYONE, FREQUENT
from pipeline.domain.talk.verbs import Form, form_of_verb, has_effect

_JUDGES: Final = word_set("""
hard harder hardest easy easier easiest impossible difficult tough tougher trivial better worse best worst cheap
cheaper cheapest expensive costly crucial critical essential necessary unnecessary dangerous risky safe safer safest
secure insecure unsafe useless useful overrated underrated enough broken slow slower slowest fast faster fastest
simple simpler simplest complex complicated brittle fragile reliable unreliable robust wrong bigger biggest smaller
smallest larger largest greater greatest stronger strongest weaker weakest strong weak bad terrible mistake tradeoff
challenge risk danger disadvantage advantage bottleneck limited scarce rare unlikely harmful healthy healthier
unhealthy toxic sensitive pointless meaningless worthless valuable invisible painful wasteful inefficient efficient
effective ineffective unfair fairer lucky doomed obsolete outdated unsustainable sustainable inevitable predictable
unpredictable vulnerable irreversible misleading deceptive unrealistic realistic inadequate sufficient insufficient
excessive unpopular urgent wiser smarter dumb naive myth illusion lie trap waste burden luxury nightmare disaster
failure barrier obstacle incentive threat weakness strength skill habit choice commitment privilege responsibility
poison cure cost costs higher highest lower lowest deeper longer shorter longest shortest less fewer least low scarcer
hostile superhuman overwhelming frustrating confusing annoying tricky troublesome problematic controversial
""")
"""Words that value, weigh or measure."""
_WEIGHS: Final = re.compile(
    r"\b(?:is|are|be|was|were|gets?|becomes?|seems?|stays?|remains?|feels?|looks?|so|makes? \w+) (?:a |an |always "
    r"|often "
    r"|usually |actually |also |all |still )?(?:very|really|quite|pretty|fairly|rather|too|extremely|incredibly"
    r"|notoriously|far|much|way|so|equally|barely|hardly|nearly|almost|a (?:little )?bit)"
    r" (?!(?:much|cool|neat|nice|awesome|popular|excited|super|funny|sure|close|right|happy|glad|\w+ed|\w+ing)\b)\w{4,}"
    r"|\bmakes? (?:\w+ )*?sense\b|\bis (?:worth|key|everything|dead|over)\b|\bpays? off\b"
    r"|\b(?<!-)(?:works?|scales?) (?:\w+ly )?(?:well|better|best|worse|badly|against|only)\b"
    r"|\b(?:no|little) (?:reason|point|evidence|need|way|use|such thing)\b|\bhere to stay\b"
    r"|\bthe (?:\w+ )?(?:problem|reason|bottleneck|cause|key|secret|danger) (?:(?:with|of|for) (?:[\w'’-]+ ){1,3})?"
    r"(?:is|was) (?!that\b)\b"
    r"|\bthe (?:right|wrong|only) \w+\b|\bone of the \w+(?:er|est)\b|\b(?:most|least) \w{6,}\b"
    r"|\b(?:has|have|with) (?:an? |\w+ly |super |very |so )*(?:low|high|short|long|little|few|no|bad|poor|good|better"
    r"|worse) \w+",
    re.IGNORECASE,
)
_OUGHT: Final = re.compile(
    r"\b(?:should|shouldn't|must|(?:have|has|needs?) to (?!(?:some|a|the|an|this)\b)\w+|never|ought to|don't want"
    r"|better off|(?:you|we)'ve got to)\b",
    re.IGNORECASE,
)
_DENIES: Final = re.compile(
    r"\b(?:can't|cannot|can not|doesn't|don't|isn't|aren't|won't|wouldn't|couldn't|no|nothing|nobody|not|never|none"
    r"|without|neither|hardly|rarely|seldom|barely|isn’t|doesn’t|don’t|can’t|won’t|aren’t)\b",
    re.IGNORECASE,
)
_COMPARES: Final = re.compile(
    r"\b(?:than|instead of|rather than|as \w+ as|not (?:just|only)|but not|more and more|less and less"
    r"|the (?:more|less|fewer|\w+er) [^,]*, the (?:more|less|fewer|\w+er)|unlike|versus|as much as|twice as)\b",
    re.IGNORECASE,
)
_BOUNDS: Final = re.compile(
    r"\b(?:only|most|all|every|always|everything|everybody|nobody|anything|entirely|exactly|half of|the majority of"
    r"|few|fewer|both|hundreds|thousands|millions|often|usually|rarely)\b",
    re.IGNORECASE,
)
_IF: Final = re.compile(r"\b(?:if|when|unless|until|once|as long as|because)\b", re.IGNORECASE)
_AMOUNT: Final = re.compile(
    r"\b\d[\d.,]*(?:%|x|k)?\b|\b(?:percent|half|twice|double|third|quarter|dozens?|hundreds?|thousands?|millions?"
    r"|billions?)\b",
    re.IGNORECASE,
)
_REPORTS: Final = re.compile(
    r"\b(?:released|announced|launched|published|updated|invested|wrote|introduced|came out|has added|was added|posted"
    r"|shipped|gone live|went live|decided|opened|joined|acquired|raised \$|named|born|invented|founded|supports?"
    r"|includes?|features?|allow(?:s|ed)? (?:you|us|me)|lets? (?:you|us|me)|enables? (?:you|us)|proposed|written"
    r"|submitted|reached|is now|are now|just (?:lost|got|made|had)|comes with"
    r"|will be (?:coming|back)|is coming|was (?:a|an|in|at|on|the)"
    r"|(?:has|have) (?:an?|some|cool|support|the|\d+|two|three|several|many|lots?|tons?)"
    r" (?!(?:\w+ly |super |very )?(?:low|high|short|long|little|bad|poor|good|hard|tough|better|worse)\b))\b",
    re.IGNORECASE,
)
_DEFINES: Final = re.compile(
    r"^(?:\S+ ){1,6}?(?:is|are) (?:basically |just |really |actually |essentially |like )?"
    r"(?:a|an|part of|called|known as|named|made of|based on|built on|designed to|used (?:to|for|by|in)|the (?:\w+ )?"
    r"(?:name|term|word|thing|part|idea|one|technology|equivalent|process|list|list of|place))\b"
    r"|\b(?:stands for|refers to|consists of|is called|means that it|is defined|looks like)\b",
    re.IGNORECASE,
)
_MAY: Final = word_set("can could might may would")
_ARGUED: Final = re.compile(
    r"^\W*(?:because|since (?!\d|then\b|the\b)|so that|otherwise|therefore|as long as|unless|even (?:if|though"
    r"|when)|for the"
    r"|not because|which (?:is why|means|makes)|so (?!on\b|far\b|yeah\b)\w+ \w+)\b",
    re.IGNORECASE,
)
"""The speaker gives a reason, a condition or a consequence: so it was meant as a claim."""
_ERRAND: Final = re.compile(
    r"^(?:you|we) (?:\w+ )?(?:need|have to|want to|(?:don['’]t|do not) (?:\w+ )?(?:need|have|know)|can['’]?t|cannot) ",
    re.IGNORECASE,
)
"""A step of a procedure more often than advice."""
_SHORT: Final = 5
_FEW: Final = 3
_BRIEF: Final = 6
"""Words of a predicate that says little but its subject again: «flexibility is flexible»."""
_BESIDE: Final = FREQUENT | word_set("has have had been not do does dont doesnt didnt")


def assertion_of(text: str, words: Sequence[str], subject: Sequence[str], *, after: str = "") -> float:
    """How much the clause claims, from 0 to 1: what a reader could agree with or deny has 0.3 and more.

    `words` are its words, normalised, `subject` those before its main verb, `after` is how its sentence goes on.
    """
    told = _told(words, subject)
    signs = 0.36 * bool(_JUDGES & set(told) or _WEIGHS.search(text)) + 0.3 * has_effect(_main(told))
    signs += 0.3 * bool(_OUGHT.search(text)) + 0.28 * bool(_DENIES.search(text)) + 0.3 * bool(_COMPARES.search(text))
    signs += 0.14 * bool(_BOUNDS.search(text)) + 0.1 * bool(_IF.search(text)) + 0.12 * bool(_AMOUNT.search(text))
    argued = bool(_ARGUED.search(after))
    less = _reported(text, told) * (0.5 if argued else 1.0) + _private(text, words, subject)
    return max(0.0, min(1.0, signs + 0.3 * argued - less))


def _reported(text: str, told: Sequence[str]) -> float:
    """How much of it is a report, a definition or a mere possibility."""
    main = _main(told)
    past = main in {"was", "were", "did"} or form_of_verb(main) is Form.PAST
    defines = bool(_DEFINES.search(text)) and not (_JUDGES & set(told) or _WEIGHS.search(text))
    less = 0.1 * past + 0.3 * bool(_REPORTS.search(text)) + 0.2 * defines
    less += 0.22 * bool(_MAY & set(told[:1]) and not _DENIES.search(text))
    less += 0.1 * (len(told) > 1 and told[0] in {"is", "are"} and told[1].endswith("ing"))
    return less + 0.2 * bool({"going", "gonna"} & set(told))


def _private(text: str, words: Sequence[str], subject: Sequence[str]) -> float:
    """How much of it is an errand, about the speaker, or about something only the listeners were shown."""
    told = _told(words, subject)
    same = {w[:_SHORT] for w in subject if len(w) > _SHORT} & {w[:_SHORT] for w in told if len(w) > _SHORT}
    less = 0.2 * bool(same and len(told) < _BRIEF) + 0.3 * bool(_ERRAND.search(text))
    less += 0.12 * min(2, sum(w in FIRST_PERSON for w in words)) + 0.36 * (
        subject[:1] in (["our"], ["your"]) and not _OUGHT.search(text)
    )
    anyone = bool(subject) and subject[0] in ANYONE and not _OUGHT.search(text)
    known = len(subject) > _FEW or subject[:1] != ["the"] or subject[-1].endswith(("er", "est", "ing"))
    return less + 0.12 * anyone + 0.06 * (bool(subject) and not known)


def _main(told: Sequence[str]) -> str:
    return next((word for word in told if word not in _BESIDE), "")


def _told(words: Sequence[str], subject: Sequence[str]) -> Sequence[str]:
    """What is said of the subject: the words from the main verb on."""
    end = next((i for i in range(len(words)) if words[i : i + len(subject)] == subject), 0)
    return words[end + len(subject) :]
