"""A headline out of a speaker's own words: the clause that says most and stands alone."""

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.domain.talk.english import VERBS, word_set
from pipeline.domain.talk.headings import Cut, claim_of, heading_score, joins_freely, stands_alone
from pipeline.domain.talk.other_languages import claims_elsewhere, may_end_before
from pipeline.domain.talk.speech import normalised, word_count
from pipeline.domain.talk.statements import is_noun_like
from pipeline.domain.talk.unsaid import is_taken_back, lacks_other_side

_BORDER: Final = re.compile(
    r"(?<=[,;:—–.])\s+|\s+(?=(?:because|but|which|unless|whereas|although|while|instead of|so that"
    r"|rather than|since|until|once|even (?:if|though|when)"
    r"|as (?:long|soon) as|regardless of|due to|in order to|after|before|given that|especially|except)\b)"
    r"|\s+(?=(?:and|so|if|when|where|then) (?:i|you|we|they|it|he|she|there|the|that's|it's|you're|we're"
    r"|they're|then|is|are|will|can|has|makes?|gets?|does|means|needs?|gives?|not)\b)",
    re.IGNORECASE,
)
_FACT: Final = re.compile(
    r"(?<=\bis that)\s+|(?<=\bare that)\s+|(?<=\bmeans that)\s+|(?<=\bknow that)\s+|(?<=\bout that)\s+"
    r"|(?<=\bfind that)\s+"
    r"|(?<=\bfound that)\s+|(?<=\bshows that)\s+|(?<=\bfact that)\s+|(?<=\bsee that)\s+|(?<=\bremember that)\s+",
    re.IGNORECASE,
)
"""After these a whole clause follows that the speaker holds for true."""
_PHRASE: Final = re.compile(
    r"\s+(?=(?:in|with|using|through|during|over|under|via|against|across|inside)\s)", re.IGNORECASE
)
"""A clause may end before these; «for» and «of» are left, for what they begin mostly says which thing is meant."""
_MARKS: Final = re.compile(r"(?<=[,;:—–.\u3002\uff0c\uff1b])\s*")
_LEADS: Final = word_set("""
and but so or then because that well now basically obviously also plus yeah
""")
"""May be left out at the start of a headline."""
_PREFACE: Final = re.compile(
    r"^(?:(?:i|we) (?:do |would |also |really |just |definitely |actually |personally )?(?:think|believe|guess"
    r"|feel like|find|would say|mean|say|know)(?: that)?"
    r"|(?:i|we)'d say(?: that)?|it turns out(?: that)?|the (?:thing|fact|point|problem|reality"
    r"|truth|idea|issue|reason|downside|answer) is(?: that)?|you know|i'm saying(?: that)?"
    r"|what (?:that|this) means is(?: that)?|(?:that|this) means(?: that)?|what (?:i|we|they|you|he|she)['’](?:m|re"
    r"|s) (?:saying|seeing|finding|arguing) is(?: that)?"
    r"|(?:one|two|three|first|second|third|number one|the first|the second)(?=,)|the (?:bottom line|upshot"
    r"|news) is(?: that)?"
    r"|my (?:opinion|view"
    r"|point) is(?: that)?|to me|for (?:instance|example)|in (?:principle|fact|general|reality|short|other words)"
    r"|of course|therefore|hence|consequently|similarly|thankfully|luckily|personally|typically|generally"
    r"|normally|currently)[, ]+(?=\S)",
    re.IGNORECASE,
)
_ASIDE: Final = re.compile(
    r", (?:which|who|whose|like|as|in a|at a|even|such as|I think|you know)\b[^,;:.]{2,60}, (?!(?:and|or|but)\b)"
)
"""Between two commas; the sentence goes on without it."""
_SOFT: Final = re.compile(
    r"\b(?:really|just|actually|basically|obviously|definitely|literally|essentially|also|frankly|honestly|simply"
    r"|automatically|currently|typically|apparently|of course|out there|kind of|sort of|in fact),? (?=[a-z])"
    r"|\blike (?=\d)|(?<=\bis )(?:I think|I believe|I guess|I would say|I['’]d say),? (?=[a-z])",
    re.IGNORECASE,
)
"""Words a headline does without; hedges such as «probably» are kept."""
_LAST: Final = re.compile(r",?\s+(?:anyway|though|basically|essentially|obviously|as well)(?=[.,;:!]*$)", re.IGNORECASE)
"""Words that a clause may end with and a headline need not."""
_FEWEST, _MOST = 4, 12
_LEAST_LEFT: Final = 6
_OPENS_MORE: Final = word_set("that which who when if where to not")
_CLOSING: Final = " ,;:—–.!\u3002\uff01"


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a sentence that may be a headline, and how good a one it would be (more is better).

    `sentence` is the place of its sentence, counted from 0. `spared` is what that sentence says before it and a
    reader does not need: the first of two joined clauses, or «I would say that». `claim` is how much it asserts,
    from 0 to 1.
    """

    text: str
    score: float
    sentence: int = 0
    spared: str = ""
    claim: float = 0.0


def headline_of(sentences: Sequence[str], *, terms: Container[str], english: bool) -> Clause | None:
    """The best clause of at most twelve words, capitalised and without a full stop; None when no clause stands alone.

    `terms` are the words that the episode is about: a clause about one of them is the better headline.

    For other languages than English only whole sentences are taken, and what stands before their reason.
    """
    clauses = [
        Clause(
            capitalised(cut.text).strip('"“”'),
            heading_score(cut, terms, english=english) - 0.15 * position,
            position,
            cut.before if english and joins_freely(cut) else "",
            claim_of(cut) if english else claims_elsewhere(cut.text, after=cut.after),
        )
        for position, sentence in enumerate(sentences)
        for cut in _cuts(sentence, english=english)
        if (_may_head(cut, sentences[position + 1 :]) if english else not cut.before and may_end_before(cut.after))
    ]
    return max(clauses, key=lambda c: c.score, default=None)


def without(spared: str, sentence: str) -> str:
    """The sentence from the clause on; what says before it how sure the speaker is stays: «I think …»."""
    hedge, found, rest = sentence.partition(spared)
    if not found:
        hedge, found, rest = sentence.partition(spared[:1].lower() + spared[1:])
    if not found:
        return sentence
    clause = _without_lead(rest.lstrip())
    return f"{hedge}{clause}" if hedge else capitalised(clause)


def capitalised(text: str) -> str:
    """With a capital at its start, unless the first word is written like «macOS»."""
    return text[0].upper() + text[1:] if text.split(" ", 1)[0].islower() else text


def _may_head(cut: Cut, following: Sequence[str]) -> bool:
    after, then = cut.after, next(iter(following), "")
    if lacks_other_side(cut.text, after or then) or is_taken_back(cut.text, after, then=then):
        return False
    return stands_alone(cut)


def _cuts(sentence: str, *, english: bool) -> Iterator[Cut]:
    """Runs of clauses within the length; a clause that is too long gives what is left without its last phrases."""
    units = _units(_ASIDE.sub(" ", sentence) if english else sentence, english=english)
    for first in range(len(units)):
        before = " ".join(units[:first])
        for last in range(first, len(units)):
            lead = " ".join(units[first : last + 1])
            text = _LAST.sub("", _SOFT.sub("", _without_lead(lead))) if english else lead
            count = word_count(text)
            whole, after = not before and last == len(units) - 1, " ".join(units[last + 1 :])
            if count <= _MOST:
                if count >= _FEWEST:
                    yield Cut(text.rstrip(_CLOSING), lead, before, whole=whole, after=after)
            else:
                yield from (Cut(part, lead, before, whole=False, after=after) for part in _shorter(text) if english)
            if count > _MOST + 3:
                break


def _units(sentence: str, *, english: bool) -> list[str]:
    if not english:
        return _MARKS.split(sentence.strip())
    return [unit for part in _FACT.split(sentence.strip()) for unit in _BORDER.split(part)]


def _shorter(text: str) -> Iterator[str]:
    """The clause without its last phrases: «a pump cuts the bill | in old houses with …», never before «of» or «to»."""
    for found in _PHRASE.finditer(text):
        part = text[: found.start()].rstrip(_CLOSING)
        rest = normalised(text[found.start() :]).split()
        if any(word in VERBS or word in _OPENS_MORE for word in rest):
            continue  # «sats mean the value | in the channel is stable» would say something else
        if _LEAST_LEFT <= word_count(part) <= _MOST and is_noun_like(part.rsplit(" ", 1)[-1]):
            yield part


def _without_lead(text: str) -> str:
    while True:
        first, _, rest = text.partition(" ")
        if normalised(first) in _LEADS and rest:
            text = rest
        elif found := _PREFACE.match(text):
            text = text[found.end() :]
        else:
            return text
