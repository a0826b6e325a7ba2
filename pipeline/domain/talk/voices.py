"""Who spoke, and how we know."""

import re
from collections import Counter
from typing import Final

from pipeline.domain.episode import Episode
from pipeline.domain.insight import Certainty
from pipeline.domain.talk.english import word_set
from pipeline.domain.talk.quotes import Located
from pipeline.domain.talk.speech import with_speakers
from pipeline.domain.transcript import Transcript

_GENERIC: Final = re.compile(
    r"^(?:(?:unknown|unidentified)?[\s_-]*(?:speaker|spk|voice|person|male|female|host|co-?host|guest"
    r"|interviewer|interviewee|announcer|narrator|audience|man|woman)"
    r"[\s_#-]*(?:\d+|[a-z])?|unknown|\d+|[a-z]|multiple speakers|all|music|intro|outro)$",
    re.IGNORECASE,
)
_PERSON: Final = r"(?P<name>[A-Z][\w'’-]+(?: (?:van|von|de|der|den|la|le|[A-Z]\.|[A-Z][\w'’-]+)){0,3})"
_SELF: Final = re.compile(rf"\b(?:[Mm]y name is|[Mm]y name's|I'm|I’m|I am|[Tt]his is) {_PERSON}")
_GUEST: Final = re.compile(
    rf"\b(?:[Mm]y|[Oo]ur) guests?(?: today| this week| tonight)?,? (?:today )?is,? {_PERSON}"
    rf"|\b(?:[Ww]ith|[Jj]oined by|[Ww]elcome,?|talking to|speaking with) (?:my guest |by "
    rf"|to the show,? )?{_PERSON.replace('<name>', '<met>')}",
)
_OPENING_WORDS: Final = 700
"""Introductions are made in the first minutes."""
_NOT_A_NAME: Final = word_set("""
So And But Well I Yeah The This That Not Just Very Really Sure Glad Happy Sorry Going
""")


def voice_of(located: Located, transcript: Transcript, episode: Episode) -> tuple[str | None, Certainty]:
    """The speaker of most of the quote's segments.

    PUBLISHER when the transcript names the voice, INTRODUCED when the audio does (the voice itself, or the host
    where there are two voices), else no name at all: a wrong name is worse than none.
    """
    labelled = with_speakers(transcript)
    span = labelled.segments[located.first_segment : located.last_segment + 1]
    label = Counter({s.speaker: 0 for s in span if s.speaker})
    for segment in span:
        if segment.speaker:
            label[segment.speaker] += len(segment.text)
    if not label:
        return None, Certainty.UNNAMED
    voice = max(label, key=lambda name: label[name])
    if not _GENERIC.match(voice.strip()):
        return _full_name(voice.strip(), episode), Certainty.PUBLISHER
    name = _introduced(voice, labelled)
    return (_full_name(name, episode), Certainty.INTRODUCED) if name else (None, Certainty.UNNAMED)


def _full_name(label: str, episode: Episode) -> str:
    """«Aaron» becomes «Aaron van Wirdum» when the publisher lists exactly one such person."""
    wanted = label.casefold().split()
    fits = {p.name for p in episode.found.persons if p.name.casefold().split()[: len(wanted)] == wanted}
    return fits.pop() if len(fits) == 1 else label


def _introduced(voice: str, transcript: Transcript) -> str | None:
    """The name that `voice` gives itself, or that the only other voice gives its guest."""
    own, others = _opening(transcript, voice, own=True), _opening(transcript, voice, own=False)
    names = {m.group("name") for m in _SELF.finditer(own)} - _NOT_A_NAME
    if len(names) == 1:
        return names.pop()
    if len({s.speaker for s in transcript.segments if s.speaker}) != 2 or names:  # noqa: PLR2004  one host, one guest
        return None
    met = {m.group("name") or m.group("met") for m in _GUEST.finditer(others)}
    return met.pop() if len(met) == 1 and not _GUEST.search(own) else None


def _opening(transcript: Transcript, voice: str, *, own: bool) -> str:
    texts: list[str] = []
    words = 0
    for segment in transcript.segments:
        words += len(segment.text.split())
        if words > _OPENING_WORDS:
            break
        if segment.speaker and (segment.speaker == voice) == own:
            texts.append(segment.text)
    return " ".join(texts)
