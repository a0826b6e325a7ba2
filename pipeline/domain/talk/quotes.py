"""Where in a transcript a quote was said."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

import numpy as np
from rapidfuzz import fuzz

from pipeline.domain.talk.speech import bounds, normalised, normalised_lines, with_speakers, word_count
from pipeline.domain.transcript import Segment, Transcript

MIN_ALIGNMENT: Final = 0.9
"""Share of the characters (of normalised words) that must agree."""
_TRIES: Final = 4
"""Places looked at closely when the quote is nowhere word for word."""


@dataclass(frozen=True, slots=True)
class Located:
    """Where a quote was said: segments and words (positions as in `speech.spoken_words`), both ends included.

    `skipped` words of the first segment come before it. `start` and `end` are seconds, interpolated inside long
    segments; None without times. `text` is what the transcript says there, `score` how well the quote agrees with
    it, up to 1.
    """

    first_segment: int
    last_segment: int
    first_word: int
    last_word: int
    skipped: int
    start: float | None
    end: float | None
    score: float
    text: str


def locate_quote(transcript: Transcript, quote: str, *, near: int | None = None) -> Located | None:
    """The stretch that agrees best with `quote`, None below an alignment of 0.9.

    Of equal places the one closest to segment `near` wins, else the first.
    """
    return _located(_Text.of(transcript), quote, near=near)


def locate_quotes(transcript: Transcript, quotes: Sequence[str]) -> list[Located | None]:
    """`locate_quote` of each, with one reading of the transcript."""
    text = _Text.of(transcript)
    return [_located(text, quote, near=None) for quote in quotes]


def _located(text: "_Text", quote: str, *, near: int | None) -> Located | None:
    needle = normalised(quote)
    if not needle or not text.plain:
        return None
    at = text.offset_of(near) if near is not None else 0
    spans = list(_word_for_word(text.plain, needle)) or list(_nearly(text.plain, needle))
    scored = [(fuzz.ratio(needle, text.plain[a:b]) / 100, -abs(a - at), a, b) for a, b in spans]
    score, _, begin, end = max(scored, default=(0.0, 0, 0, 0))
    return text.located(begin, end, score) if score >= MIN_ALIGNMENT else None


@dataclass(frozen=True, slots=True)
class _Text:
    """All words in one line; `offsets` are where the segments named in `indices` begin in it."""

    segments: tuple[Segment, ...]
    parts: tuple[str, ...]
    indices: tuple[int, ...]
    offsets: tuple[int, ...]
    plain: str

    @classmethod
    def of(cls, transcript: Transcript) -> "_Text":
        segments = with_speakers(transcript).segments
        kept = [(index, line) for index, line in enumerate(normalised_lines([s.text for s in segments])) if line]
        parts = tuple(line for _, line in kept)
        offsets = tuple(accumulate((len(p) + 1 for p in parts), initial=0))[:-1]
        return cls(segments, parts, tuple(index for index, _ in kept), offsets, " ".join(parts))

    def offset_of(self, segment: int) -> int:
        """Where segment `segment` begins, or the next that has words."""
        place = bisect_right(self.indices, segment - 1)
        return self.offsets[min(place, len(self.offsets) - 1)]

    def located(self, begin: int, end: int, score: float) -> Located:
        """The value for the characters from `begin` to before `end`."""
        first, last = bisect_right(self.offsets, begin) - 1, bisect_right(self.offsets, end - 1) - 1
        first_word = self.plain.count(" ", 0, begin)
        last_word = first_word + self.plain.count(" ", begin, end)
        before = first_word - self.plain.count(" ", 0, self.offsets[first])
        written = [piece for i in self.indices[first : last + 1] for piece in self.segments[i].text.split()]
        pieces = [piece for piece, plain in zip(written, normalised_lines(written), strict=True) if plain]
        return Located(
            first_segment=self.indices[first],
            last_segment=self.indices[last],
            first_word=first_word,
            last_word=last_word,
            skipped=before,
            start=self._second(first, begin),
            end=self._second(last, end),
            score=score,
            text=" ".join(pieces[before : before + last_word - first_word + 1]),
        )

    def _second(self, part: int, offset: int) -> float | None:
        time = bounds(self.segments, self.indices[part])
        if time is None:
            return None
        share = (offset - self.offsets[part]) / (len(self.parts[part]) + 1)
        return round(time[0] + (time[1] - time[0]) * share, 3)


def _word_for_word(plain: str, needle: str) -> Iterator[tuple[int, int]]:
    padded, wanted = f" {plain} ", f" {needle} "
    begin = padded.find(wanted)
    while begin >= 0:
        yield begin, begin + len(needle)
        begin = padded.find(wanted, begin + 1)


def _nearly(plain: str, needle: str) -> Iterator[tuple[int, int]]:
    """Stretches of whole words that look most like the needle."""
    dense = word_count(needle) > len(needle.split())
    step = _characters if dense else _words
    hay, hay_at = step(plain)
    wanted, _ = step(needle)
    slack = 3 + len(wanted) // 8
    for place in _likely_places(hay, wanted, slack):
        low = hay_at[max(0, place - slack)]
        beyond = min(len(hay) - 1, place + len(wanted) + slack)
        high = min(len(plain), hay_at[beyond] + len(hay[beyond]))
        found = fuzz.partial_ratio_alignment(needle, plain[low:high])
        if found is not None and len(needle) <= high - low:
            yield _whole_words(plain, low + found.dest_start, low + found.dest_end, dense=dense)
        elif high > low:
            yield low, high


def _words(plain: str) -> tuple[list[str], list[int]]:
    words = plain.split(" ")
    return words, list(accumulate((len(w) + 1 for w in words), initial=0))[:-1]


def _characters(plain: str) -> tuple[list[str], list[int]]:
    return [plain[i : i + 2] for i in range(len(plain))], list(range(len(plain)))


def _likely_places(hay: Sequence[str], needle: Sequence[str], slack: int) -> list[int]:
    """Where in the hay the needle may begin, by how many of its words stand at the right distance."""
    where: dict[str, list[int]] = defaultdict(list)
    for position, word in enumerate(needle):
        where[word].append(position)
    hits = [(i, word) for i, word in enumerate(hay) if word in where]
    if not hits:
        return []
    often: dict[str, int] = defaultdict(int)
    for _, word in hits:
        often[word] += 1
    starts = np.array([i - j for i, word in hits for j in where[word]]) + len(needle)
    weights = np.array([1 / np.sqrt(often[word]) for _, word in hits for _ in where[word]])
    votes = np.bincount(starts, weights=weights, minlength=len(hay) + len(needle))
    near = np.convolve(votes, np.ones(2 * slack + 1), mode="same")
    return list(_peaks(near, slack, shift=len(needle)))


def _peaks(votes: "np.ndarray[tuple[int], np.dtype[np.float64]]", slack: int, *, shift: int) -> Iterator[int]:
    for _ in range(_TRIES):
        best = int(votes.argmax())
        if votes[best] <= 0:
            return
        yield max(0, best - shift)
        votes[max(0, best - slack) : best + slack + 1] = 0


def _whole_words(plain: str, begin: int, end: int, *, dense: bool) -> tuple[int, int]:
    """The span without words it cuts by more than half, with those it cuts by less."""
    if dense:
        return begin, end
    left = plain.rfind(" ", 0, begin + 1) + 1
    right = plain.find(" ", begin)
    if left < begin and right >= 0 and begin - left > right - begin and right + 1 < end:
        left = right + 1
    close = plain.find(" ", end - 1)
    close = len(plain) if close < 0 else close
    opening = plain.rfind(" ", left, end)
    if close > end and opening > left and end - opening - 1 < close - end:
        close = opening
    return left, close
