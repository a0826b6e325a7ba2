"""How much a passage reads like something worth knowing, from its form alone (English)."""

import re
from collections.abc import Container
from dataclasses import dataclass
from typing import Final

from pipeline.domain.insight import Kind
from pipeline.domain.talk.english import COMPARISON, CONTRAST, DANGLING, STOP_WORDS, VERBS, word_set
from pipeline.domain.talk.smalltalk import chatter_in, is_story
from pipeline.domain.talk.speech import normalised
from pipeline.domain.talk.statements import stands_by_form

_REASON: Final = re.compile(
    r"\b(?:because|instead of|rather than|the reason|that's why|which means|so that|in order to"
    r"|as opposed to|not [\w' ]{2,40}? but\b"
    r"|therefore|otherwise|the (?:problem|advantage|benefit|downside|trade-?off|goal|idea|point|key"
    r"|difference|danger|risk|catch|trick|solution|question) (?:is|with|here|of)"
    r"|turns out|in practice|in fact|the more|leads? to|results? in|depends? on|allows? you|lets you"
    r"|prevents?|so if|means that|makes it (?:\w+ )?(?:easier|harder|possible|impossible))\b",
    re.IGNORECASE,
)
_BECAUSE: Final = re.compile(
    r"\b(?:because|since (?!\d|the (?:beginning|start)|then\b)|therefore|otherwise|due to|thanks to|as a result"
    r"|that['’]s why|which is why|the reason|(?:which|this|it) (?:\w+ )?(?:means|makes|leads|causes|prevents|saves)"
    r"|that means|so that|leads? to|results? in|in order to|if you|as soon as|unless|the moment|it turns out"
    r"|instead of|rather than|the more \w+)\b|, so (?=\w)",
    re.IGNORECASE,
)
"""A reason, a mechanism or a consequence."""
_ADVICE: Final = re.compile(
    r"\b(?:you|we|people|they|developers?|users?|everyone) (?:\w+ )?(?:should|shouldn't|need to|have to"
    r"|must|can't|don't want to|want to|never|always|ought)\b",
    re.IGNORECASE,
)
_MEASURE: Final = re.compile(
    r"[$€£]\s?\d|\d\s?(?:%|percent|x\b|times\b|million|billion|thousand|k\b|gb|mb|kb|gigabytes?|megabytes?"
    r"|bytes?|bits?|seconds?|minutes?|hours?|days?|weeks?|months?|years?|people|users|dollars|bitcoins?"
    r"|blocks?)"
    r"|\b(?:two|three|four|five|ten|twenty|fifty|hundred|thousand|million|billion|half"
    r"|twice) (?:\w+ )?(?:percent|times|million|billion|seconds|minutes|hours|days|weeks|months|years"
    r"|gigabytes|megabytes|bytes|dollars|people|users)",
    re.IGNORECASE,
)
_FUTURE: Final = re.compile(
    r"\b(?:will (?:be|become|never|probably|likely|eventually)|(?:is|are) going to be|(?:is"
    r"|are) (?:more )?likely to|in the (?:future|next|coming)"
    r"|(?:next|coming) (?:decade|years?)|by 20\d\d|eventually)\b",
    re.IGNORECASE,
)
_METHOD: Final = re.compile(
    r"\b(?:you (?:can|could|should|need to|have to|want to|just|would)|the way (?:to|you)|how to"
    r"|first,? you|what you (?:do|can)|make sure|try to|if you (?:want|need|have|use|do))\b",
    re.IGNORECASE,
)
_POINTING: Final = re.compile(
    r"\b(?:this one|that one|these ones|right (?:there|here)|over (?:here|there)|up (?:here|there)|as (?:i"
    r"|you|we) (?:said|mentioned|say)|like (?:i|you|we) said|you (?:just )?(?:said|mentioned|asked)"
    r"|you were (?:saying|talking)|on (?:the|my|your) screen|you(?:'ll| can| will)? see (?:here|it|this"
    r"|that)|if you look|look at (?:this|that|it)|scroll|the (?:first|second|third|other|last|next|latter"
    r"|former) (?:one|thing|point|part|question|bucket|example|link|story)|that (?:thing|stuff|part|piece"
    r"|point|question|example|argument|idea|approach|way|case|sense|process|guy|person)|this (?:thing"
    r"|stuff|part|piece|point|question|example|guy|person|article|post|project|page|tweet|tool|library"
    r"|repo|website|site|app)|those (?:things|guys|people)|these (?:things|guys|people)|same (?:thing|way"
    r"|idea|problem)|such a|of those|of these|the above|here's|let's say|in this case|in that case"
    r"|at this point|at that point|in my example|the other way around|that's (?:the|a) (?:reason|point|thing|case"
    r"|idea|question"
    r"|problem)|what i'm saying|our (?:paper|talk|article|blog)|as an example)\b",
    re.IGNORECASE,
)
_SHOWN: Final = re.compile(
    r"\b(?:this|these|those)\b(?! (?:is|are|means|year|week|month|decade|century)\b)", re.IGNORECASE
)
_PARTS: Final = word_set(
    "which who whose because where until unless whereas although while than to for with like unlike between glad not"
)
_BELONGS: Final = word_set("of with for in about behind to from between that who which where when at on you we")
_PRONOUNS: Final = DANGLING - word_set("there theres which such that")
_SPELT_OUT: Final = re.compile(
    r"\b(?:dot|slash|colon|semicolon|dollar sign|equals|brackets?|curly|back ?ticks?|underscore|dash"
    r"|ampersand|parenthes[ie]s|asterisk)\b",
    re.IGNORECASE,
)
"""Code read aloud."""
_SOMEBODY: Final = re.compile(r"\b(?:he|she|they|him|them|his|her|their|they're|he's|she's)\b")
_LEANING: Final = re.compile(
    r"^(?:another|the (?:other|second|third|fourth|next|last|same|latter|former|idea|goal|question|answer"
    r"|thing|rest|way (?:it|they|he|this|that))\b|one (?:more|other|of the|thing|is)"
    r"|(?:you|we|they|i)(?:'re| are|'ve| have|'ll| will| were| had)? (?:just|already|also|not|won't|then"
    r"|mentioned|said|saying|talking|asked)\b|some of|most of|all of|none of|either|both of|same"
    r"|(?:as|like) (?:i|you|we)\b|maybe|perhaps|though\b|nonetheless|otherwise|instead of|the one you"
    r"|once in a while|for (?:this|that|these|those|example|instance)|in (?:this|that|other|my)"
    r"|with (?:this|that|these)|to (?:that|this)|exactly|for me|just to|to (?:summari[sz]e|recap|be clear)"
    r"|currently in)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Form:
    """What the form says, each from 0 to 1: `claim` and `reason` for, `chatter` and `dangling` against."""

    claim: float
    reason: float
    chatter: float
    dangling: float
    density: float
    kind: Kind


def form_of(sentences: tuple[str, ...]) -> Form:
    """Judge the trimmed sentences of one passage."""
    text = " ".join(sentences)
    words = normalised(text).split()
    return Form(
        claim=_claim(text, words),
        reason=min(1.0, 0.6 * len(_BECAUSE.findall(text)) + 0.2 * len(_REASON.findall(text))),
        chatter=chatter_in(text),
        dangling=_dangling(sentences, text),
        density=_density(words),
        kind=_kind(text),
    )


def opens_loose(sentence: str) -> bool:
    """Whether the sentence leans on what was said before it."""
    if stands_by_form(sentence):
        return False
    if _LEANING.match(sentence):
        return True
    first, _, rest = normalised(sentence).partition(" ")
    if first in DANGLING:
        return not (
            first in {"there", "theres"} and rest.startswith(("is a", "are ", "a ", "two", "three", "no ", "an "))
        )
    return first in CONTRAST and first not in {
        "because",
        "although",
        "unlike",
        "unless",
        "instead",
        "despite",
        "whereas",
    }


def opens_definite(sentence: str, known: Container[str]) -> bool:
    """Whether the sentence begins with «the …» as if the reader knew which, and `known` does not have it."""
    words = normalised(sentence).split()
    if words[0] != "the":
        return False
    verb = next((i for i, word in enumerate(words) if i and word in VERBS), len(words))
    phrase = words[1:verb]
    names = sum(piece[:1].isupper() for piece in sentence.split()[1:verb])
    return not (names or _BELONGS & set(phrase) or any(word in known for word in phrase) or set(phrase) & COMPARISON)


def is_fragment(sentence: str) -> bool:
    """Whether the sentence has no verb, or is only a subordinate clause."""
    words = normalised(sentence).split()
    if (words[0] in _PARTS or words[:2] == ["in", "order"]) and "," not in sentence:
        return True
    return not any(word in VERBS or word.endswith("ed") for word in words) and not any(
        word.endswith("s") and word not in STOP_WORDS for word in words[1:4]
    )


def _claim(text: str, words: list[str]) -> float:
    reasons = len(_REASON.findall(text))
    signs = (
        0.3 * min(reasons, 2),
        0.2 * min(len(_ADVICE.findall(text)), 2) / 2,
        0.2 * bool(_MEASURE.search(text)),
        0.1 * min(sum(w in COMPARISON for w in words), 2),
        0.1 * min(sum(w in CONTRAST for w in words), 2),
        0.1 * bool(_FUTURE.search(text)),
    )
    return min(1.0, sum(signs))


def _dangling(sentences: tuple[str, ...], text: str) -> float:
    opening = 0.5 * _pointing_first(sentences[0]) + 0.3 * len(_SHOWN.findall(sentences[0]))
    later = 0.1 * sum(opens_loose(s) for s in sentences[1:])
    who = _SOMEBODY.search(text)
    opening += 0.4 * (who is not None and not re.search(r"\s[A-Z][a-z]|\b[a-z]{3,}s\b", text[: who.start()]))
    opening += 0.25 * len(_SPELT_OUT.findall(text))
    every = sum(w in _PRONOUNS for w in normalised(text).split()) / max(1, len(text.split()))
    return min(1.0, opening + later + 0.3 * len(_POINTING.findall(text)) + max(0.0, every - 0.07) * 3)


def _pointing_first(sentence: str) -> int:
    """How many pronouns stand before anything that they could stand for."""
    words = normalised(sentence).split()
    named = next((i for i, word in enumerate(words) if word not in STOP_WORDS and word not in VERBS), len(words))
    pronouns = sum(word in _PRONOUNS for word in words[: min(named, 8)])
    return max(0, pronouns - stands_by_form(sentence))


def _density(words: list[str]) -> float:
    content = {w for w in words if w not in STOP_WORDS and not w.isdigit()}
    return max(0.0, min(1.0, (len(content) / max(1, len(words)) - 0.15) / 0.3))


def _kind(text: str) -> Kind:
    if _MEASURE.search(text):
        return Kind.NUMBER
    if _FUTURE.search(text):
        return Kind.PREDICTION
    if is_story(text):
        return Kind.STORY
    return Kind.METHOD if _METHOD.search(text) else Kind.CLAIM
