"""A transcript becomes chunks: stretches of about as many words as a question needs to find an answer in."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from pipeline.domain.transcript import Segment, Transcript

CHUNKING_VERSION: Final = "c2"
"""Raised when the same transcript would give other chunks: vectors are stored under it."""

CHUNK_WORDS: Final = 150
_SENTENCE_END: Final = re.compile(r"[.!?…][\"'”’)]*(\s+)")
_RUN: Final = re.compile(r"(\s*)(\S+)")
_LONGEST_WORD: Final = 40
_TURN_BORDER_FROM: Final = 0.7
_GAP: Final = 20.0
"""Seconds between two segments from which on they are not read as one: music or an advert was between them."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of a transcript. `first_segment` and `last_segment` are indices, both included.

    `start` and `end` in seconds, None where the transcript has no times; inside a long segment they are
    interpolated by length. `speaker` speaks all of it, None when several do or none is named; `voices` are all that
    are named.
    """

    text: str
    start: float | None
    end: float | None
    speaker: str | None
    first_segment: int
    last_segment: int
    voices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence, or a part of a very long one; `glue` stands between it and the piece before it.

    `apart` says that something else was between the two.
    """

    text: str
    glue: str
    words: int
    start: float | None
    end: float | None
    speaker: str | None
    segment: int
    apart: bool


def chunk_transcript(transcript: Transcript, *, words: int = CHUNK_WORDS, overlap: int = 0) -> tuple[Chunk, ...]:
    """Chunks of about `words` words in the order they were said; together they hold every word.

    They end where a sentence ends, and rather where the speaker changes; always at an advert (a segment that is marked
    as one, whose words are left out) and at a gap of twenty seconds. The last `overlap` words (whole
    sentences of them) are repeated at the head of the next chunk.
    """
    pieces = list(_pieces(transcript.segments, longest=words))
    starts = _borders(pieces, words=words)
    return tuple(
        _chunk(pieces[_reach_back(pieces, first, overlap=overlap if first else 0) : last])
        for first, last in pairwise([*starts, len(pieces)])
    )


def _pieces(segments: Sequence[Segment], *, longest: int) -> Iterator[_Piece]:
    apart = False
    for index, segment in enumerate(segments):
        following = segments[index + 1].start if index + 1 < len(segments) else None
        end = segment.end if segment.end is not None else following
        text = "" if segment.advert else segment.text.strip()
        apart = apart or (index > 0 and _are_apart(segments[index - 1], segment))
        at = 0
        for words in _parts(text, longest=longest):
            glue = words[0][0]
            part = words[0][1] + "".join(space + word for space, word in words[1:])
            start = at + len(glue)
            yield _Piece(
                text=part,
                glue=glue if at else " ",
                words=len(words),
                start=_between(segment.start, end, start / len(text)),
                end=_between(segment.start, end, (start + len(part)) / len(text)),
                speaker=segment.speaker,
                segment=index,
                apart=apart,
            )
            apart = False
            at = start + len(part)


def _are_apart(before: Segment, segment: Segment) -> bool:
    silent = before.end is not None and segment.start is not None and segment.start - before.end > _GAP
    return silent or before.advert


def _parts(text: str, *, longest: int) -> Iterator[list[tuple[str, str]]]:
    """Sentences as lists of words, each word with the space before it; long ones are cut into even parts."""
    ends = (match.start(1) for match in _SENTENCE_END.finditer(text))
    for begin, end in pairwise([0, *ends, len(text)]):
        words = [part for space, run in _RUN.findall(text[begin:end]) for part in _slices(space, run)]
        parts = math.ceil(len(words) / longest)
        size = math.ceil(len(words) / max(1, parts))
        yield from (words[size * part : size * part + size] for part in range(parts))


def _slices(space: str, run: str) -> Iterator[tuple[str, str]]:
    """A run of letters without any space (a language that needs none) in slices, so that it can be cut."""
    for at in range(0, len(run), _LONGEST_WORD):
        yield ("" if at else space), run[at : at + _LONGEST_WORD]


def _between(start: float | None, end: float | None, share: float) -> float | None:
    if start is None:
        return None
    return start if end is None or end < start else round(start + (end - start) * min(share, 1.0), 3)


def _borders(pieces: Sequence[_Piece], *, words: int) -> list[int]:
    """The index of each chunk's first piece."""
    starts: list[int] = []
    held = 0
    for index, piece in enumerate(pieces):
        turns = index > 0 and piece.speaker != pieces[index - 1].speaker
        over = held + piece.words - words
        is_full = over > 0 and over > words - held
        if piece.apart:
            _join_rest(starts, pieces, held=held, words=words)
        if not starts or piece.apart or is_full or held >= words or (turns and held >= words * _TURN_BORDER_FROM):
            starts.append(index)
            held = 0
        held += piece.words
    _join_rest(starts, pieces, held=held, words=words)
    return starts


def _join_rest(starts: list[int], pieces: Sequence[_Piece], *, held: int, words: int) -> None:
    """What is short before an end goes to the chunk before it, unless something was between the two."""
    if len(starts) > 1 and held < words / 3 and not pieces[starts[-1]].apart:
        starts.pop()


def _reach_back(pieces: Sequence[_Piece], first: int, *, overlap: int) -> int:
    while first > 0 and pieces[first - 1].words <= overlap and not pieces[first].apart:
        first -= 1
        overlap -= pieces[first].words
    return first


def _chunk(pieces: Sequence[_Piece]) -> Chunk:
    head, tail = pieces[0], pieces[-1]
    return Chunk(
        text=head.text + "".join(piece.glue + piece.text for piece in pieces[1:]),
        start=head.start,
        end=tail.end,
        speaker=head.speaker if all(piece.speaker == head.speaker for piece in pieces) else None,
        first_segment=head.segment,
        last_segment=tail.segment,
        voices=tuple(dict.fromkeys(piece.speaker for piece in pieces if piece.speaker)),
    )
