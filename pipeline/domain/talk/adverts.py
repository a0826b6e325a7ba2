"""Where hosts read an advert aloud."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby
from typing import Final

from pipeline.domain.talk.sentences import Sentence, sentences
from pipeline.domain.talk.speech import Word, spoken_words, with_speakers
from pipeline.domain.transcript import Segment, Transcript

_OPENING: Final = re.compile(
    r"\b(?:(?:is|are|was|also|actually|episode|show|podcast|today|you) (?:\w+ ){0,3}?(?:sponsored"
    r"|brought to you) \w*\s?by"
    r"|(?:sponsored|brought to you) (?:\w+ ){0,2}by|(?:our|today's|todays|next|first|second|one of our|this week's)"
    r" (?:\w+ )?sponsors?\b|(?:word|message|break) from (?:our|one of our|the) (?:\w+ )?(?:sponsors?"
    r"|partners?|friends)"
    r"|(?:is|are|they're|they are) sponsoring (?:this|the|today|our|us)|(?:ad|advert"
    r"|sponsor) (?:reads?|break|spot)s?\b"
    r"|support(?:s|ed|ing)? (?:for )?(?:this|the|our) (?:show|podcast|episode)(?: comes from| is provided)?"
    r"|tell you (?:\w+ ){0,4}?about (?:our|one of our) "
    r"|back to the (?:show|episode|interview|conversation|program) (?:in a|after|shortly|right after))",
    re.IGNORECASE,
)
_CLOSING: Final = re.compile(
    r"\b(?:thanks?(?: you)?|thank you)\b[^.?!]{0,60}\b(?:sponsor\w*|supporting (?:the|this|our))"
    r"|\b(?:promo|coupon|discount|offer|referral) code\b|\b(?:use|enter) (?:the |my |our "
    r"|this )?code (?:\w+ ){1,3}(?:for|to|at|and)\b"
    r"|\b\d+ ?(?:%|percent) off\b|\b(?:\d+|one|two|three|six|thirty|fourteen)[- ](?:day|days|month|months|week"
    r"|weeks)"
    r"(?: \w+){0,2} (?:free|trial)\b|\b(?:days|months|weeks|month) (?:for )?free\b|\bfree (?:\w+ )?trial\b"
    r"|\bmoney[- ]back guarantee\b"
    r"|\bhow did you hear about\b|\bkeep them sponsoring\b|\b\$\d+ (?:in )?(?:\w+ )?credits?\b"
    r"|\bsign up (?:today|now) (?:at|and)\b"
    r"|\b(?:now|let's get) back to the (?:show|episode|interview|conversation|program)\b"
    r"|\bfree shipping\b|\bfirst (?:order|purchase|month)\b[^.?!]{0,20}\b(?:free|off)\b",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(
    r"\b[\w-]{3,}\s?(?:\.|\bdot )\s?(?:com|io|fm|net|org|dev|co|app|ai|tv)\b\.?,?(?:\s?/\s?\w+"
    r"| (?:forward |four |for )?slash \w+)"
    r"|\b(?:comm|com|io|dot \w+),? (?:forward|four|for) slash \w+|\w@\w+\.(?:com|io)\b",
    re.IGNORECASE,
)
_INVITES: Final = re.compile(
    r"\b(?:check (?:\w+ )?out|head (?:on )?over|visit (?:them|us)?|go (?:on over )?to|sign up|get started"
    r"|try it out"
    r"|make sure you (?:use|tell)|available at)\b",
    re.IGNORECASE,
)
_BRAND: Final = re.compile(
    r"\b(?i:(?:sponsored|brought to you) (?:\w+ ){0,4}?by (?:our friends at "
    r"|the \w+ at )?)(?P<a>[A-Z]\w+(?:\.\w+)?(?: [A-Z]\w+)?)"
    r"|\b(?i:sponsors?,? (?:(?:for|of) (?:this|the) \w+,? )?(?:today,? )?(?:is |are |which is )?)"
    r"(?P<b>[A-Z]\w+(?:\.\w+)?(?: [A-Z]\w+)?)"
    r"|\b(?i:check (?:out )?|about |(?:thanks|thank you) (?:(?:so|very) much )?(?:to "
    r"|for )?)(?P<c>[A-Z]\w+(?:\.\w+)?(?: [A-Z]\w+)?)"
    r"|@(?P<d>[A-Za-z][\w-]{3,})\.\w+|\b(?P<e>[A-Za-z][\w-]{3,}) ?(?:\.|dot )(?:com|io|net|dev|app|ai)\b"
    r"|\.fm/(?P<f>\w{4,})"
    r"|\b(?P<g>[A-Z]\w{3,})[.!,]? (?:is |are )?(?i:sponsoring|sponsor)",
)
_REACH: Final = 420
"""Words: the longest advert read met, about two and a half minutes."""
_BRIDGE: Final = 210
"""Words between two signs of one read."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of words, positions as in `speech.spoken_words`, both ends included; times in seconds or None."""

    first: int
    last: int
    first_segment: int
    last_segment: int
    start: float | None
    end: float | None

    def overlaps(self, first: int, last: int) -> bool:
        """Whether any word from `first` to `last` (both included) is in it."""
        return self.first <= last and first <= self.last


def find_adverts(transcript: Transcript) -> tuple[Span, ...]:
    """The sponsor reads in order, to the sentence; they do not overlap."""
    return _all_adverts(transcript, spoken_words(transcript))


def adverts_among(words: Sequence[Word], said: Sequence[Sentence]) -> tuple[Span, ...]:
    """`find_adverts` for a transcript that has been read already."""
    reads = _joined(said, [_read_around(said, i, signs) for signs in [_signs(said)] for i in signs if signs[i] > 1])
    return tuple(_span(words, said[a].first, said[b].last) for a, b in reads)


def without_adverts(transcript: Transcript) -> Transcript:
    """The transcript without the words of its sponsor reads: what is searched and shown as an answer.

    In place of each read stands an empty segment marked as an advert, so that nobody joins what was said around it. A
    segment that holds a part of a read keeps its other words, with their own times.
    """
    words = spoken_words(transcript)
    reads = _all_adverts(transcript, words)
    if not reads:
        return transcript
    named = with_speakers(transcript)
    touched = {n for read in reads for n in range(read.first_segment, read.last_segment + 1)}
    there: dict[int, list[Segment]] = {number: [] for number in touched}
    for (number, read), said in groupby(_in_reads(words, reads, touched), key=lambda each: each[:2]):
        if read is None:
            there[number].append(_segment_of([word for *_, word in said]))
        elif number == read.first_segment:
            there[number].append(Segment("", read.start, read.end, advert=True))
    segments = (there.get(number, [segment]) for number, segment in enumerate(named.segments))
    return replace(named, segments=tuple(chain.from_iterable(segments)))


def _in_reads(
    words: Sequence[Word], reads: Sequence[Span], touched: Collection[int]
) -> Iterator[tuple[int, Span | None, Word]]:
    """The words of touched segments, each with its segment and its read."""
    for position, word in enumerate(words):
        if word.segment in touched:
            yield word.segment, next((read for read in reads if read.overlaps(position, position)), None), word


def _all_adverts(transcript: Transcript, words: Sequence[Word]) -> tuple[Span, ...]:
    """The reads that the words show, and the segments that are marked as adverts."""
    reads = adverts_among(words, sentences(words))
    places = {position for read in reads for position in range(read.first, read.last + 1)}
    marked = {at for at, word in enumerate(words) if transcript.segments[word.segment].advert}
    if not marked - places:
        return reads
    runs: list[tuple[int, int]] = []
    for at in sorted(places | marked):
        if runs and at == runs[-1][1] + 1:
            runs[-1] = runs[-1][0], at
        else:
            runs.append((at, at))
    return tuple(_span(words, first, last) for first, last in runs)


def is_pitch(text: str) -> bool:
    """Whether the text alone sounds like an advert: it offers something and says where to get it."""
    return _opens(text) or _closes(text)


def _opens(text: str) -> bool:
    return bool(_OPENING.search(text))


def _closes(text: str) -> bool:
    return bool(_CLOSING.search(text) or (_ADDRESS.search(text) and _INVITES.search(text)))


def _signs(said: Sequence[Sentence]) -> dict[int, int]:
    """By sentence: 1 for an invitation, 2 and more for what only adverts say."""
    signs: dict[int, int] = {}
    for index, sentence in enumerate(said):
        weight = 2 * (_opens(sentence.text) or _closes(sentence.text)) or bool(_INVITES.search(sentence.text))
        if weight:
            signs[index] = weight
    return signs


def _read_around(said: Sequence[Sentence], index: int, signs: dict[int, int]) -> tuple[int, int]:
    """The first and last sentence of the read to which the strong sign at `index` belongs."""
    brands = _brands(said, index)
    text = said[index].text
    first = last = index
    if not _opens(text):
        opening = _nearest(said, index, _opens, step=-1)
        followed = _reach(said, index, brands, signs, step=-1)
        first = followed if opening is None else min(opening, followed)
    if not _closes(text):
        closing = _nearest(said, index, _closes, step=1)
        followed = _reach(said, index, brands, signs, step=1)
        last = followed if closing is None else max(closing, followed)
    return first, _tail(said, last, signs)


def _nearest(said: Sequence[Sentence], index: int, sign: Callable[[str], bool], *, step: int) -> int | None:
    """The other end of the read, when it is near enough."""
    at = index + step
    while 0 <= at < len(said) and abs(said[at].first - said[index].first) <= _REACH:
        if sign(said[at].text):
            return at
        at += step
    return None


def _brands(said: Sequence[Sentence], index: int) -> frozenset[str]:
    """Names of sponsors said beside the sign; what the rest of the episode speaks about too is none."""
    around = " ".join(s.text for s in said[max(0, index - 1) : index + 2])
    names = {_compact(name) for m in _BRAND.finditer(around) for name in m.groups() if name}
    return frozenset(n for n in names if len(n) > 3 and _is_local(said, index, n))  # noqa: PLR2004  shorter ones are met by chance


def _is_local(said: Sequence[Sentence], index: int, name: str) -> bool:
    where = [abs(s.first - said[index].first) for s in said if name in _compact(s.text)]
    return sum(away <= _REACH for away in where) * 5 >= len(where) * 2


def _compact(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _reach(said: Sequence[Sentence], index: int, brands: frozenset[str], signs: dict[int, int], *, step: int) -> int:
    """Follow the sponsor's name and further signs in one direction, to the last sentence that has one."""
    reached, at = index, index + step
    while 0 <= at < len(said) and abs(said[at].first - said[index].first) <= _REACH:
        if abs(said[at].first - said[reached].first) > _BRIDGE:
            break
        compact = _compact(said[at].text)
        if at in signs or any(brand in compact for brand in brands):
            reached = at
        at += step
    return reached


def _tail(said: Sequence[Sentence], last: int, signs: dict[int, int]) -> int:
    """A read that ended goes on for what follows closely and is a sign itself."""
    return max((at for at in range(last, min(last + 4, len(said))) if at in signs), default=last)


def _joined(said: Sequence[Sentence], reads: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for first, last in sorted(reads):
        if joined and said[first].first - said[joined[-1][1]].last <= _BRIDGE // 4:
            joined[-1] = joined[-1][0], max(joined[-1][1], last)
        else:
            joined.append((first, last))
    return joined


def _span(words: Sequence[Word], first: int, last: int) -> Span:
    a, b = words[first], words[last]
    return Span(first, last, a.segment, b.segment, a.start, b.end)


def _segment_of(words: Sequence[Word]) -> Segment:
    return Segment(" ".join(word.text for word in words), words[0].start, words[-1].end, words[0].speaker)
