"""A transcript as one run of timed words."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pipeline.domain.transcript import Segment, Transcript

_SENTENCE_MARK: Final = re.compile(r"([\u3002\uff01\uff1f])")
_NOT_WORD: Final = re.compile(r"[^\w\s]|_")
_LABEL: Final = re.compile(r"^([A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,3}):\s+")
_CJK: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SECONDS_A_CHARACTER: Final = 0.065
"""About 150 English words a minute: for segments whose end nobody wrote down."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word as written (its punctuation included), where it stands, and from when to when it was said.

    `plain` is the word as `normalised` writes it. Times are in seconds, interpolated inside the segment; None
    where the transcript has no times.
    """

    text: str
    plain: str
    segment: int
    start: float | None
    end: float | None
    speaker: str | None


def spoken_words(transcript: Transcript, *, begin: int = 0) -> tuple[Word, ...]:
    """Every word of the transcript in order; pieces without a letter or digit are no words.

    A segment that opens with «Full Name:» and names no speaker gets that speaker; the label is no word then. The
    words' segments are counted from `begin`.
    """
    segments = with_speakers(transcript).segments
    return tuple(word for index in range(len(segments)) for word in _words_of(segments, index, begin + index))


def plain_words(transcript: Transcript) -> list[str]:
    """The `plain` of every spoken word, without the cost of telling when each was said."""
    lines = normalised_lines([segment.text for segment in with_speakers(transcript).segments])
    return " ".join(lines).split()


def written_words(text: str) -> list[str]:
    """The words of the text as written, those that `spoken_words` would give."""
    pieces = _SENTENCE_MARK.sub(r"\1 ", text).split()
    return [piece for piece, plain in zip(pieces, normalised_lines(pieces), strict=True) if plain] if pieces else []


def with_speakers(transcript: Transcript) -> Transcript:
    """The transcript with labels inside the text («Jane Doe: hello») moved to the speaker.

    Only labels met at least twice count, so that «Bitcoin: what is it» stays as it was said.
    """
    if any(s.speaker for s in transcript.segments):
        return transcript
    found = [_LABEL.match(s.text) for s in transcript.segments]
    often = {name for name, n in Counter(m.group(1) for m in found if m).items() if n > 1}
    if not often:
        return transcript
    segments = tuple(
        replace(s, text=s.text[m.end() :], speaker=m.group(1)) if m and m.group(1) in often else s
        for s, m in zip(transcript.segments, found, strict=True)
    )
    return replace(transcript, segments=segments)


def normalised(text: str) -> str:
    """Lower case, without punctuation, single spaces: the form in which words are compared."""
    return " ".join(_NOT_WORD.sub("", _SENTENCE_MARK.sub(r"\1 ", text).casefold()).split())


def normalised_lines(texts: Sequence[str]) -> list[str]:
    """`normalised` of each text, in one go: many short segments are the usual case."""
    joined = "\x1e".join(texts)
    if joined.count("\x1e") != len(texts) - 1:
        return [normalised(text) for text in texts]
    plain = _NOT_WORD.sub("", _SENTENCE_MARK.sub(r"\1 ", joined).casefold())
    return [" ".join(line.split()) for line in plain.split("\x1e")]


def word_count(text: str) -> int:
    """How many words; two characters of a script without spaces count as one."""
    dense = len(_CJK.findall(text))
    return len(_CJK.sub(" ", text).split()) + (dense + 1) // 2 if dense else len(text.split())


def bounds(segments: tuple[Segment, ...], index: int) -> tuple[float, float] | None:
    """From when to when segment `index` was said, None without a start.

    Where the end is missing it is the start of the next segment, but never longer than slow speech would take.
    """
    segment = segments[index]
    if segment.start is None:
        return None
    if segment.end is not None and segment.end >= segment.start:
        return segment.start, segment.end
    guess = segment.start + len(segment.text) * _SECONDS_A_CHARACTER
    following = segments[index + 1].start if index + 1 < len(segments) else None
    return segment.start, guess if following is None or following <= segment.start else min(guess, following)


def _words_of(segments: tuple[Segment, ...], index: int, number: int) -> Iterator[Word]:
    segment = segments[index]
    pieces = _SENTENCE_MARK.sub(r"\1 ", segment.text).split()
    plain = normalised_lines(pieces) if pieces else []
    total = sum(len(form) + 1 for form in plain if form) or 1
    time = bounds(segments, index)
    begun, each = (0.0, 0.0) if time is None else (time[0], (time[1] - time[0]) / total)
    done = 0
    for piece, form in zip(pieces, plain, strict=True):
        if not form:
            continue
        ended = done + len(form)
        start, end = (None, None) if time is None else (round(begun + done * each, 3), round(begun + ended * each, 3))
        done = ended + 1
        yield Word(piece, form, number, start, end, segment.speaker)
