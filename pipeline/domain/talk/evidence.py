"""The evidence gate: a proposal becomes an insight only when the transcript supports all of it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pipeline.domain.episode import Episode
from pipeline.domain.insight import Author, Insight, Proposal, insight_id
from pipeline.domain.talk.adverts import Span, is_pitch
from pipeline.domain.talk.live_text import bare_address, inert, live_part
from pipeline.domain.talk.particulars import Surroundings, unsupported_name, unsupported_number
from pipeline.domain.talk.quotes import MIN_ALIGNMENT, Located, locate_quote
from pipeline.domain.talk.speech import normalised, with_speakers, word_count
from pipeline.domain.talk.voices import voice_of
from pipeline.domain.transcript import Transcript

__all__ = ["MIN_ALIGNMENT", "Located", "Rejected", "Rejection", "judge", "locate_quote"]

HEADLINE_WORDS: Final = 12
BODY_SENTENCES: Final = (2, 3)
BODY_WORDS: Final = {Author.MODEL: (35, 60), Author.EXTRACT: (35, 70)}
_QUOTE_WORDS: Final = 5
"""Shorter quotes («yes, exactly») are found everywhere and prove nothing."""
_NEIGHBOURS: Final = 150
"""Words on either side of the quote that may support the text: about a minute."""
_OVERRUN: Final = 60.0
"""Seconds by which a transcript may be longer than the feed says: inserted adverts move the end."""

_DANGLING: Final = re.compile(
    r"^(?:he|she|they|it|this|that|these|those|his|her|their|its|him|them|here|the (?:guests?|hosts?"
    r"|speakers?|episode|podcast"
    r"|former|latter))\b|\bthe (?:guests?|interviewees?)\b|\bthe (?:hosts?|speakers?) (?:also )?(?:says?"
    r"|said|asks?|argues?|explains?"
    r"|notes?|claims?|thinks?|believes?|describes?|recommends?|suggests?|discuss(?:es)?)\b",
    re.IGNORECASE,
)
_SENTENCE_END: Final = re.compile(
    r"(?<!\b[A-Z])(?<!\b(?:Mr|Dr|vs|St))(?<!\bMrs)[.?!…]+[\"”’)]*(?=\s+[^a-z\s]|$)|[\u3002\uff01\uff1f]"
)


class Rejected(StrEnum):
    """Why a proposal did not pass; the values are stored and counted."""

    QUOTE_TOO_SHORT = "quote too short"
    QUOTE_NOT_FOUND = "quote not found"
    NUMBER_UNSUPPORTED = "number unsupported"
    NAME_UNSUPPORTED = "name unsupported"
    WORDS_NOT_SAID = "words not said"
    """An extract has a word, or an order of words, that its quote has not."""
    ADVERT = "advert"
    OUTSIDE = "outside the episode"
    HEADLINE_LENGTH = "headline length"
    BODY_LENGTH = "body length"
    BODY_SENTENCES = "body sentences"
    LIVE_TEXT = "link, mention or order"
    DANGLING = "needs its context"


@dataclass(frozen=True, slots=True)
class Rejection:
    """A proposal that did not pass, and the particular that failed, for people."""

    reason: Rejected
    detail: str


def judge(
    proposal: Proposal, *, episode: Episode, transcript: Transcript, adverts: Sequence[Span], author: Author
) -> Insight | Rejection:
    """The insight that the transcript supports, or why it does not.

    Time and quote come from the transcript, not from the proposal.
    """
    headline, body = inert(proposal.headline).rstrip(". "), inert(proposal.body)
    raw = f"{proposal.headline}\n{proposal.body}"
    flaw = (
        _flaw_of_life(raw, author) or _flaw_of_manner(headline, body, author) or _flaw_of_length(headline, body, author)
    )
    if flaw is not None:
        return flaw
    located = _find(proposal, transcript)
    if isinstance(located, Rejection):
        return located
    flaw = _flaw_of_place(located, episode, adverts) or _flaw_of_substance(
        headline, body, located, episode=episode, transcript=transcript, author=author
    )
    return flaw or _insight(proposal, headline, body, located, episode=episode, transcript=transcript, author=author)


def _flaw_of_life(text: str, author: Author) -> Rejection | None:
    live = live_part(text) or (bare_address(text) if author is Author.MODEL else None)
    return None if live is None else Rejection(Rejected.LIVE_TEXT, live[:200])


def _flaw_of_manner(headline: str, body: str, author: Author) -> Rejection | None:
    if is_pitch(f"{headline}\n{body}"):
        return Rejection(Rejected.ADVERT, "the text itself sounds like an advert")
    if author is Author.MODEL and (found := _DANGLING.search(headline) or _DANGLING.search(body)):
        return Rejection(Rejected.DANGLING, found.group())
    return None


def _flaw_of_length(headline: str, body: str, author: Author) -> Rejection | None:
    if not 0 < word_count(headline) <= HEADLINE_WORDS:
        return Rejection(Rejected.HEADLINE_LENGTH, f"{word_count(headline)} words")
    low, high = BODY_WORDS[author]
    if not low <= word_count(body) <= high:
        return Rejection(Rejected.BODY_LENGTH, f"{word_count(body)} words")
    count = len(_SENTENCE_END.findall(body))
    if not BODY_SENTENCES[0] <= count <= BODY_SENTENCES[1]:
        return Rejection(Rejected.BODY_SENTENCES, f"{count} sentences")
    return None


def _find(proposal: Proposal, transcript: Transcript) -> Located | Rejection:
    if word_count(proposal.quote) < _QUOTE_WORDS:
        return Rejection(Rejected.QUOTE_TOO_SHORT, proposal.quote)
    near = min(max(proposal.first_segment, 0), max(len(transcript.segments) - 1, 0))
    located = locate_quote(transcript, proposal.quote, near=near)
    return located if located is not None else Rejection(Rejected.QUOTE_NOT_FOUND, proposal.quote[:200])


def _flaw_of_place(located: Located, episode: Episode, adverts: Iterable[Span]) -> Rejection | None:
    if any(span.overlaps(located.first_word, located.last_word) for span in adverts):
        return Rejection(Rejected.ADVERT, located.text[:200])
    if (live := live_part(located.text)) is not None:
        return Rejection(Rejected.LIVE_TEXT, live[:200])
    length = episode.found.duration
    if located.start is not None and length and located.start > length + _OVERRUN:
        return Rejection(Rejected.OUTSIDE, f"{located.start:.0f} s of {length:.0f} s")
    return None


def _flaw_of_substance(
    headline: str, body: str, located: Located, *, episode: Episode, transcript: Transcript, author: Author
) -> Rejection | None:
    if author is Author.EXTRACT:
        strange = next((t for t in (headline, body) if not _was_said(t, located.text)), None)
        return None if strange is None else Rejection(Rejected.WORDS_NOT_SAID, strange)
    said = " ".join(s.text for s in with_speakers(transcript).segments)
    near = f"{_around(said, located)}\n{_metadata(episode)}\n{_voices(transcript)}"
    text = f"{headline}.\n{body}"
    if (number := unsupported_number(text, near)) is not None:
        return Rejection(Rejected.NUMBER_UNSUPPORTED, number)
    if (name := unsupported_name(text, Surroundings(near, said))) is not None:
        return Rejection(Rejected.NAME_UNSUPPORTED, name)
    return None


def _is_live(text: str) -> bool:
    return live_part(text) is not None or bare_address(text) is not None


def _was_said(text: str, quote: str) -> bool:
    """Whether the words of `text` are words of the quote in the same order."""
    said = iter(normalised(quote).split())
    return all(word in said for word in normalised(text).split())


def _around(said: str, located: Located) -> str:
    words = [w for w in said.split() if normalised(w)]
    return " ".join(words[max(0, located.first_word - _NEIGHBOURS) : located.last_word + 1 + _NEIGHBOURS])


def _metadata(episode: Episode) -> str:
    found = episode.found
    return "\n".join(
        (episode.feed_title, found.title, found.summary, found.author or "", *(p.name for p in found.persons))
    )


def _voices(transcript: Transcript) -> str:
    return "\n".join(sorted({s.speaker for s in with_speakers(transcript).segments if s.speaker}))


def _insight(
    proposal: Proposal,
    headline: str,
    body: str,
    located: Located,
    *,
    episode: Episode,
    transcript: Transcript,
    author: Author,
) -> Insight:
    speaker, certainty = voice_of(located, transcript, episode)
    return Insight(
        id=insight_id(episode.id, located.text),
        episode_id=episode.id,
        headline=headline,
        body=body,
        quote=located.text,
        first_segment=located.first_segment,
        last_segment=located.last_segment,
        start=located.start,
        end=located.end,
        speaker=speaker,
        certainty=certainty,
        kind=proposal.kind,
        author=author,
        topics=tuple(t for topic in proposal.topics if (t := inert(topic).lower()) and not _is_live(topic)),
        evidence=min(1.0, located.score),
        specificity=min(1.0, max(0.0, proposal.specificity)),
        worth=min(1.0, max(0.0, proposal.worth)),
    )
