"""Which stretches of an episode are worth posting, and a varied choice of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.domain.talk.brokenness import breaks_in
from pipeline.domain.talk.claims import Form, form_of, is_fragment, opens_definite
from pipeline.domain.talk.keywords import Vocabulary, content_words
from pipeline.domain.talk.stretches import Stretch

_OUTRIGHT: Final = 0.6
"""From this much assertion on a heading claims outright."""
_CLAIMS: Final = 0.22
"""With less a heading only names, reports or defines, and its stretch is no pick."""
LONGLIST: Final = 240
"""Stretches that are embedded; the others have a form that no nearness makes up for."""
_LEAST_WORTH: Final = (0.5, 0.5, 0.52, 0.54, 0.56)
"""Of the first pick, the second and so on: an episode gets more than a few only when they are good."""
_NEARNESS: Final = 0.12
"""The share of the nearness to the episode's subjects and to its middle: it tells asides, not claims."""
_VARIETY: Final = 0.45
"""How much of its nearness to an earlier pick a stretch loses."""
_APART: Final = 45
"""Words between two picks, so that they do not share a thought."""
_SUPPOSED: Final = re.compile(
    r"\b(?:let['’]s (?:say|take|assume|imagine|suppose)|say you(?:['’]re)?|imagine|suppose|another example|the example"
    r"|my example)\b",
    re.IGNORECASE,
)
"""An example made up on the spot, which tells little without all of it."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A stretch with its measures, each from 0 to 1."""

    stretch: Stretch
    form: Form
    specificity: float
    worth: float


def longlist(found: Sequence[Stretch], vocabulary: Vocabulary, *, english: bool) -> tuple[Scored, ...]:
    """The stretches with the best form, best first."""
    claims = [stretch for stretch in found if stretch.headline.claim >= _CLAIMS]
    scored = [_scored(stretch, vocabulary, english=english) for stretch in claims]
    return tuple(sorted(scored, key=lambda s: (-s.worth, s.stretch.first))[:LONGLIST])


def shortlist(
    listed: Sequence[Scored], vectors: npt.NDArray[np.float32], subjects: npt.NDArray[np.float32], *, most: int
) -> tuple[Scored, ...]:
    """Up to `most` picks by worth and variety, the most worth first.

    `vectors` are the rows of `listed`, `subjects` those of the points of title and summary.
    """
    if not listed:
        return ()
    centre = vectors.mean(axis=0)
    nearness = 0.5 * _spread((vectors @ subjects.T).max(axis=1)) + 0.5 * _spread(vectors @ centre)
    worth = np.array([s.worth for s in listed]) * (1 - _NEARNESS) + nearness * _NEARNESS
    chosen: list[int] = []
    while len(chosen) < most:
        best = _next(listed, vectors, worth, chosen)
        if best is None:
            break
        chosen.append(best)
    return tuple(_with_worth(listed[i], float(worth[i])) for i in sorted(chosen, key=lambda i: -worth[i]))


def _scored(stretch: Stretch, vocabulary: Vocabulary, *, english: bool) -> Scored:
    form = form_of(stretch.bare)
    specificity = _specificity(stretch, vocabulary)
    if not english:
        plain = 0.16 + 0.46 * min(1.0, stretch.headline.claim / _OUTRIGHT) + 0.3 * specificity
        return Scored(stretch, form, specificity, plain - 0.12 * stretch.headline.sentence)
    claimed = min(1.0, stretch.headline.claim / _OUTRIGHT)
    heading = max(0.0, min(1.0, (stretch.headline.score - stretch.headline.claim - 0.2) / 0.9))
    worth = (
        0.06
        + 0.36 * claimed
        + 0.16 * form.reason
        + 0.08 * form.claim
        + 0.06 * form.density
        + 0.1 * specificity
        + 0.14 * heading
        + 0.1 * _lead(stretch, vocabulary)
    )
    worth -= 0.5 * form.chatter + 0.3 * form.dangling + 0.12 * _raggedness(stretch) + _flaws(stretch, vocabulary)
    return Scored(stretch, form, specificity, max(0.0, min(1.0, worth)))


def _flaws(stretch: Stretch, vocabulary: Vocabulary) -> float:
    """What a reader stumbles over."""
    trails_off = len(set(content_words(stretch.bare[-1]))) < 3  # noqa: PLR2004  it says next to nothing
    broken = sum(breaks_in(s) for s in stretch.bare)
    pieces = sum(is_fragment(s) for s in stretch.bare)
    return (
        0.1 * trails_off
        + 0.12 * min(broken, 3)
        + 0.15 * pieces
        + 0.05 * stretch.claimed.count(";")
        + 0.12 * opens_definite(stretch.bare[0], vocabulary.subject)
        + 0.09 * stretch.headline.sentence
        + 0.12 * bool(_SUPPOSED.search(stretch.claimed))
    )


def _lead(stretch: Stretch, vocabulary: Vocabulary) -> float:
    """Whether the first sentence says what it speaks of: its share of the episode's own terms."""
    words = set(content_words(stretch.bare[0]))
    known = sum(vocabulary.knows(w) for w in words)
    return min(1.0, 0.3 * min(known, 2) + 0.1 * min(len(words), 4))


def _specificity(stretch: Stretch, vocabulary: Vocabulary) -> float:
    words = set(content_words(stretch.claimed))
    topical = sum(vocabulary.knows(w) for w in words)
    figures = sum(c.isdigit() for w in stretch.claimed.split() for c in w[:1])
    names = sum(
        w[:1].isupper() for s in stretch.bare for w in s.split()[1:] if w not in {"I", "I'm", "I've", "I'd", "I'll"}
    )
    return min(
        1.0, 0.06 * min(topical, 8) + 0.12 * min(figures, 2) + 0.05 * min(names, 4) + 0.015 * min(len(words), 24)
    )


def _raggedness(stretch: Stretch) -> float:
    """How far from written language: many commas, very long or very short sentences."""
    commas = stretch.claimed.count(",") / max(1, len(stretch.claimed.split()))
    lengths = [len(s.split()) for s in stretch.bare]
    return min(1.0, max(0.0, commas - 0.08) * 10 + 0.4 * sum(n > 34 or n < 6 for n in lengths))  # noqa: PLR2004  readable lengths


def _spread(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    low, high = float(values.min()), float(values.max())
    return np.asarray((values - low) / (high - low) if high > low else np.ones_like(values), dtype=np.float32)


def _next(
    listed: Sequence[Scored], vectors: npt.NDArray[np.float32], worth: npt.NDArray[np.float64], chosen: list[int]
) -> int | None:
    least = _LEAST_WORTH[min(len(chosen), len(_LEAST_WORTH) - 1)]
    good = [i for i in range(len(listed)) if worth[i] >= least]
    free = [i for i in good if all(_is_apart(listed[i].stretch, listed[j].stretch) for j in chosen)]
    if not free:
        return None
    repeats = (vectors[free] @ vectors[chosen].T).max(axis=1) if chosen else np.zeros(len(free))
    return free[int((worth[free] - _VARIETY * np.maximum(repeats, 0)).argmax())]


def _is_apart(one: Stretch, other: Stretch) -> bool:
    return one.first - other.last > _APART or other.first - one.last > _APART


def _with_worth(scored: Scored, worth: float) -> Scored:
    return Scored(scored.stretch, scored.form, scored.specificity, round(max(0.0, min(1.0, worth)), 4))
