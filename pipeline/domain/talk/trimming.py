"""Spoken text made readable: words are only ever left out, never added or moved."""

import re
from collections.abc import Sequence
from typing import Final

from pipeline.domain.talk.english import STOP_WORDS, word_set
from pipeline.domain.talk.speech import normalised

_SOUNDS: Final = re.compile(r"(?:^|(?<=\s))(?:um+|uh+|uhm|erm?|hmm+|mm|mhm)[,.…]*(?:\s|$)", re.IGNORECASE)
_ASIDES: Final = re.compile(
    r",\s+(?:like|you know|I mean|right|okay|actually|basically|obviously|honestly|literally|you see|as you know)"
    r"(?=\s*[,.])",
    re.IGNORECASE,
)
_OPINIONS: Final = re.compile(
    r"^(?:I (?:do )?think|I guess|I would say|I['’]d say|I feel like|presumably)(?:[,.!:]+\s+|\s+(?=\S))", re.IGNORECASE
)
_HEDGES: Final = re.compile(
    r",\s+(?:sort of|kind of|I guess|let['’]s say|if you will|so to speak)(?=\s*[,.])"
    r"|(?<!\ba )(?<!\bthe )(?<!\bthis )(?<!\bthat )(?<!\bsome )(?<!\bwhat )(?<!\bany )\b(?:kind|sort) of (?=[a-z])"
    r"|\blike (?=\d)",
    re.IGNORECASE,
)
_TAGS: Final = re.compile(
    r",?\s+(?:right|you know|okay|yeah|and (?:stuff|things) like that|or something(?: like that)?"
    r"|or whatever)(?=[.?!]$)",
    re.IGNORECASE,
)
_OPENERS: Final = re.compile(
    r"^(?!(?:and )?so on\b)(?:(?:and|so|but|well|yeah|yes|yep|no|okay|ok|alright|all right|right|oh|ah|wow"
    r"|now|I mean|you know|like|sure|exactly|actually|anyway"
    r"|basically|again|also|or|then|because|absolutely|totally|definitely|of course|cool|great|nice"
    r"|to be (?:honest|clear|fair)|first of all|in any case|at the end of the day"
    r"|on the (?:one|other) hand|generally speaking|at least|by the way|essentially|obviously"
    r"|honestly|frankly|as an example|the (?:main )?(?:claim|point|thing) is that|let's see|look|listen"
    r"|the thing is|but yeah|in fact|as you said|like I said"
    r"|uh|um|yeah so|that's right|good question|great question"
    r"|that's a (?:good|great) question|(?:number )?(?:one|two|three)(?=,))"
    r"(?:[,.!:]+\s+|\s+(?=\S)))",
    re.IGNORECASE,
)
_LATER_OPENERS: Final = re.compile(
    r"^(?!(?:and )?so on\b)(?:and|so|well|yeah|yes|okay|ok|alright|all right|right|oh|ah|wow|I mean"
    r"|you know|like|uh|um|cool)(?:[,.!:]+\s+|\s+(?:(?:and|so|yeah|like),?\s+)?(?=\S))",
    re.IGNORECASE,
)
_SAYS_NOTHING: Final = word_set("""
absolutely awesome correct cool neat nice great perfect sweet amazing fun funny interesting crazy weird
exactly laughter wow sick lovely beautiful fantastic brilliant fair true agree agreed hmm mhm mm guess haha
incredible
""")
_NEEDS_SUBJECT: Final = word_set("""
is are was were has have had can could will would should did does do not of to for in on with at by from as
""")
_JOINTS: Final = word_set("and but so")
_OPENS_PHRASE: Final = word_set("in with for at by from")
"""After a joint these begin a sentence as well: «and with age it hardens»."""
_DOUBLED: Final = word_set("very really so long much many way no had that is")
"""Words that are said twice on purpose, or by grammar."""
_LONGEST_STUTTER: Final = 4
_SHORT: Final = 7
_NEGATION: Final = word_set("no not dont doesnt isnt cant wont didnt never arent wasnt")
"""Short denials are kept: leaving one out would turn the meaning round."""


def trimmed(sentences: Sequence[str]) -> tuple[str, ...]:
    """The sentences without fillers, false starts and openers; the first loses more, for nothing stands before it.

    How sure somebody is («I think», «kind of», «like 50») stays: without it the words would say more than was said.
    Sentences that were nothing else disappear. Each begins with a capital and ends with a mark.
    """
    kept: list[str] = []
    for sentence in sentences:
        text = _trim(sentence, first=not kept)
        if not _says_nothing(text):
            kept.append(_dressed(text))
    return tuple(kept)


def bare(sentences: Sequence[str]) -> tuple[str, ...]:
    """Trimmed sentences without how sure the speaker is: what is claimed, for judging it and for a heading."""
    without = [_HEDGES.sub("", sentence) for sentence in sentences]
    return tuple(_dressed(text if place else _without_opinion(text)) for place, text in enumerate(without))


def is_tagged(text: str) -> bool:
    """Whether it is a statement that only asks for a nod: «it is quiet, right?»."""
    return text.endswith("?") and bool(_TAGS.search(text))


def _says_nothing(text: str) -> bool:
    words = normalised(text).split()
    return (
        len(words) < _SHORT and all(w in STOP_WORDS or w in _SAYS_NOTHING for w in words) and not _NEGATION & set(words)
    )


def _trim(text: str, *, first: bool) -> str:
    text = _SOUNDS.sub("", text)
    text = _ASIDES.sub("", text)
    if _TAGS.search(text):
        text = _TAGS.sub("", text).rstrip("?")
    text = _without_openers(text, _OPENERS if first else _LATER_OPENERS)
    return _without_stutter(text)


def _without_openers(text: str, openers: re.Pattern[str]) -> str:
    while found := openers.match(text):
        rest = text[found.end() :]
        word = rest.split(" ", 1)[0].lower()
        bare = not found.group().rstrip().endswith((",", ".", "!", ":"))
        joins = normalised(found.group()) in _JOINTS and word in _OPENS_PHRASE
        if not normalised(rest) or (bare and word in _NEEDS_SUBJECT and not joins):
            break
        text = rest
    return text


def _without_opinion(text: str) -> str:
    while (shorter := _without_openers(_without_openers(text, _OPINIONS), _OPENERS)) != text:
        text = shorter
    return text


def _without_stutter(text: str) -> str:
    """Leave out the first of two equal runs of up to four words."""
    words = text.split()
    plain = [normalised(w) for w in words]
    at = 0
    while at < len(words):
        run = next((n for n in range(_LONGEST_STUTTER, 0, -1) if _is_stutter(words, plain, at, n)), 0)
        del words[at : at + run], plain[at : at + run]
        at = max(0, at - _LONGEST_STUTTER) if run else at + 1
    return " ".join(words)


def _is_stutter(words: Sequence[str], plain: Sequence[str], at: int, length: int) -> bool:
    here, following = plain[at : at + length], plain[at + length : at + 2 * length]
    if len(following) < length or here != following or "" in here:
        return False
    if any(w.endswith((".", "?", "!")) for w in words[at : at + length]):
        return False
    return length > 1 or not (here[0] in _DOUBLED or any(c.isdigit() for c in here[0]))


def _dressed(text: str) -> str:
    text = re.sub(r"\s+([,.?!;:])", r"\1", text).strip(" ,;:-–—")
    text = re.sub(r",(?:\s*,)+", ",", text)
    if text and text[0].islower() and text.split(" ", 1)[0].islower():
        text = text[0].upper() + text[1:]
    return text if text.endswith((".", "?", "!", "…", "\u3002", "\uff01", "\uff1f", '"', "”")) else f"{text}."
