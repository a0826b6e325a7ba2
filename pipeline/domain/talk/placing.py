"""Where in its transcript a passage was said: voices and seconds are those of the transcript, not of the chunk."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from pipeline.domain.passage import Neighbour, Passage
from pipeline.domain.talk.quotes import Located, locate_quotes
from pipeline.domain.talk.speech import bounds, with_speakers, written_words
from pipeline.domain.transcript import Segment, Transcript

_SLACK: Final = 15.0
"""Seconds around a passage that are looked at: its own times are interpolated."""
_APART: Final = 3
"""Words between a passage and its neighbour from which on something was left out between them."""
_A_NOD: Final = 2
"""Words of a voice that only says «Yeah.» or «Right, right.» between the others."""
_BOTH: Final = 2


@dataclass(frozen=True, slots=True)
class _Turns:
    """The segments of a stretch, cut to its words, and the positions of its first and last word."""

    segments: tuple[Segment, ...]
    first: int
    last: int


def placed(passages: Sequence[Passage], transcript: Transcript) -> list[Passage]:
    """Passages of this transcript with their turns, and with the speaker, the times and the link that follow from them.

    A passage that the transcript does not say (it was replaced since the passage was indexed) stays as it was. A
    neighbour goes where something was left out between the two.
    """
    named = with_speakers(transcript)
    labels = () if named is transcript else tuple({s.speaker for s in named.segments if s.speaker})
    timeline = _Timeline.of(named)
    return [_placed(passage, timeline, labels=labels) for passage in passages]


def quoted(beside: Passage, quote: str, transcript: Transcript) -> Passage | None:
    """The quote as a passage of the same episode as `beside`; None where the transcript does not say it."""
    (turns,) = _turns([quote], with_speakers(transcript))
    if turns is None:
        return None
    text = " ".join(segment.text for segment in turns.segments)
    return replace(_said(beside, turns), text=text, before=None, after=None)


def names_of(said: Iterable[tuple[str | None, int]]) -> str | None:
    """The one who speaks, both where there are two, else None; whoever only nods is not counted.

    `said` are the voices in order, each with its number of words.
    """
    words: Counter[str | None] = Counter()
    for voice, count in said:
        words[voice] += count
    voices = [voice for voice, count in words.items() if count > _A_NOD] or list(words)[:1]
    if len(voices) > _BOTH or None in voices:
        return None
    return " and ".join(voice for voice in voices if voice) or None


def moved(url: str | None, start: float | None) -> str | None:
    """The link to a moment with the new second; other links stay."""
    if url is None or start is None or "#t=" not in url:
        return url
    return f"{url.split('#t=', maxsplit=1)[0]}#t={int(start)}"


def _placed(passage: Passage, timeline: "_Timeline", *, labels: Sequence[str]) -> Passage:
    part = timeline.around(passage)
    texts = [passage.text, *(beside.text for beside in (passage.before, passage.after) if beside is not None)]
    found = iter(_turns([_without_labels(text, labels) for text in texts], part))
    own = next(found)
    if own is None:
        return passage
    before, after = (None if each is None else _beside(each, next(found)) for each in (passage.before, passage.after))
    if before is not None and own.first - before[1].last > _APART:
        before = None
    if after is not None and after[1].first - own.last > _APART:
        after = None
    return replace(
        _said(passage, own),
        before=None if before is None else before[0],
        after=None if after is None else after[0],
    )


def _said(passage: Passage, turns: _Turns) -> Passage:
    """The passage with what its turns tell."""
    start, end = turns.segments[0].start, turns.segments[-1].end
    url, speaker = moved(passage.url, start), _names(turns)
    return replace(passage, start=start, end=end, speaker=speaker, url=url, turns=turns.segments)


def _beside(neighbour: Neighbour, turns: _Turns | None) -> tuple[Neighbour, _Turns] | None:
    """The neighbour with what its turns tell, and these; None where the transcript does not say it."""
    if turns is None:
        return None
    start, end = turns.segments[0].start, turns.segments[-1].end
    return replace(neighbour, start=start, end=end, speaker=_names(turns), turns=turns.segments), turns


def _without_labels(text: str, labels: Sequence[str]) -> str:
    """The text without «Jane Doe:», which is no word where the transcript is read by its voices."""
    return re.sub(rf"(?<!\S)(?:{'|'.join(map(re.escape, labels))}):\s+", "", text) if labels else text


def _names(turns: _Turns) -> str | None:
    return names_of((segment.speaker, len(segment.text.split())) for segment in turns.segments)


@dataclass(frozen=True, slots=True)
class _Timeline:
    """A transcript and when each of its segments begins and ends, in seconds; no `spans` where it has no times."""

    transcript: Transcript
    spans: tuple[tuple[float, float], ...]

    @classmethod
    def of(cls, transcript: Transcript) -> "_Timeline":
        """The timeline of a transcript."""
        begins = [segment.start or 0.0 for segment in transcript.segments] if transcript.is_timed else []
        return cls(transcript, tuple(pairwise([*begins, float("inf")])))

    def around(self, passage: Passage) -> Transcript:
        """The part where the passage and its neighbours are; all of it where there are no times."""
        start = passage.start if passage.before is None else passage.before.start
        end = passage.end if passage.after is None else passage.after.end
        if start is None or end is None:
            return self.transcript
        low, high = start - _SLACK, end + _SLACK
        there = [place for place, (begun, ended) in enumerate(self.spans) if begun <= high and ended >= low]
        if not there:
            return self.transcript
        return replace(self.transcript, segments=self.transcript.segments[there[0] : there[-1] + 1])


def _turns(texts: Sequence[str], part: Transcript) -> list[_Turns | None]:
    """Where each of the texts was said in this part of the transcript."""
    return [None if found is None else _cut(found, part.segments) for found in locate_quotes(part, texts)]


def _cut(found: Located, segments: tuple[Segment, ...]) -> _Turns | None:
    """The segments in which it was said, cut to its words."""
    places = range(found.first_segment, found.last_segment + 1)
    left, skipped = found.last_word - found.first_word + 1, found.skipped
    turns: list[Segment] = []
    for place in places:
        said = written_words(segments[place].text)[skipped:][:left]
        left, skipped = left - len(said), 0
        begun, ended = bounds(segments, place) or (None, None)
        start = found.start if place == places[0] else begun
        end = found.end if place == places[-1] else ended
        if said:
            turns.append(Segment(" ".join(said), start, end, segments[place].speaker))
    return _Turns(tuple(turns), found.first_word, found.last_word) if turns else None
