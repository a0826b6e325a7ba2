"""What a channel's members asked to read more of, less of or nothing of, and which insights that touches."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.domain.channel import Channel
from pipeline.domain.choice.likeness import Vectors, likeness, ramp
from pipeline.domain.digest import Candidate, ScorePart, Shown
from pipeline.domain.talk.speech import normalised

NEUTRAL: Final = 0.5
"""The fit of an insight that no wish touches."""
_TOUCHES: Final = (0.2, 0.45)
"""From which cosine of a topic word with an insight it is touched a little, and from which fully."""
_MUTES: Final = 0.42
"""To hide an insight takes more certainty than to rank it lower."""
_VOTE_COUNTS: Final = (0.3, 0.6)
"""From which cosine with a post its votes count a little, and from which fully."""
_MORE: Final = 0.5
_LESS: Final = 0.4
_VOTE: Final = 0.25
_LEAST: Final = 0.05
_SHORTEST_STEM: Final = 4


class Want(StrEnum):
    """What a wish asks for."""

    MORE = "more"
    LESS = "less"
    MUTED = "muted"


@dataclass(frozen=True, slots=True)
class Wish:
    """One topic, in a member's words."""

    want: Want
    topic: str


def wishes_of(channel: Channel) -> tuple[Wish, ...]:
    """All wishes of a channel, in the order in which their vectors are expected."""
    asked = ((Want.MORE, channel.more), (Want.LESS, channel.less), (Want.MUTED, channel.muted))
    return tuple(Wish(want, topic) for want, topics in asked for topic in topics)


@dataclass(frozen=True, slots=True)
class Taste:
    """A channel's wishes and votes, held against one set of candidates.

    `nearness` has a row for each candidate and a column for each wish, from 0 to 1; `votes` is what votes on
    earlier posts say of each candidate, from -1 to 1, with the post that says most.
    """

    wishes: tuple[Wish, ...]
    nearness: npt.NDArray[np.float64]
    muted: npt.NDArray[np.bool_]
    votes: tuple[tuple[float, Shown | None], ...]

    def muted_by(self, row: int) -> str | None:
        """The muted topic that the candidate in this row is about."""
        found = (w.topic for w, muted in zip(self.wishes, self.muted[row], strict=True) if muted)
        return next(found, None)

    def fit(self, row: int) -> ScorePart:
        """How well the candidate in this row suits the channel."""
        value, why = NEUTRAL, []
        for want, weight in ((Want.MORE, _MORE), (Want.LESS, -_LESS)):
            near, topic = self._nearest(row, want)
            if near > 0:
                value += weight * near
                why.append(f"{want.value} of “{topic}” was asked for")
        vote, post = self.votes[row]
        if post is not None and vote:
            value += _VOTE * vote
            why.append(f"{post.place}, which is like it, was voted {_way(vote)}")
        if not why:
            why.append("no wish of this channel touches it" if self.wishes else "this channel has not asked for topics")
        return ScorePart("fit", round(min(1.0, max(_LEAST, value)), 4), " and ".join(why))

    def _nearest(self, row: int, want: Want) -> tuple[float, str]:
        pairs = zip(self.wishes, self.nearness[row].tolist(), strict=True)
        return max(((near, wish.topic) for wish, near in pairs if wish.want is want), default=(0.0, ""))


def taste(
    channel: Channel,
    candidates: Sequence[Candidate],
    *,
    vectors: Vectors,
    wish_vectors: Vectors | None,
    shown: Sequence[Shown],
    shown_cosines: npt.NDArray[np.float64],
    votes: Mapping[str, int],
) -> Taste:
    """Hold the channel's wishes against the candidates: by their words and, with vectors, by their meaning.

    `shown_cosines` is the cosine of each candidate with each of `shown`; `votes` maps ids of shown insights to
    thumbs up less thumbs down. Raises ValueError when `wish_vectors` does not have a row for each wish.
    """
    wishes = wishes_of(channel)
    if wish_vectors is not None and len(wish_vectors) != len(wishes):
        raise ValueError(f"{len(wishes)} wishes, but {len(wish_vectors)} vectors")
    said = _said(candidates, [wish.topic for wish in wishes])
    cosines = np.zeros(said.shape) if wish_vectors is None else likeness(vectors, wish_vectors)
    low, high = _TOUCHES
    near = np.where(said, 1.0, np.clip((cosines - low) / (high - low), 0.0, 1.0))
    mutes = np.array([wish.want is Want.MUTED for wish in wishes], dtype=bool)
    return Taste(wishes, near, (said | (cosines >= _MUTES)) & mutes, _voted(shown, shown_cosines, votes))


def _said(candidates: Sequence[Candidate], topics: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Whether the words of each topic stand side by side in what a reader would see of each candidate."""
    found = np.zeros((len(candidates), len(topics)), dtype=bool)
    if not topics:
        return found
    wanted = [_stems(topic) for topic in topics]
    for row, candidate in enumerate(candidates):
        insight, episode = candidate.insight, candidate.episode
        seen = (insight.headline, insight.body, *insight.topics, episode.title, episode.feed_title)
        stems = "|".join(_stems(text) for text in seen)
        found[row] = [bool(words.strip()) and words in stems for words in wanted]
    return found


def _stems(text: str) -> str:
    return "".join(f" {_stem(word)}" for word in normalised(text).split()) + " "


def _stem(word: str) -> str:
    stem = re.sub(r"(?:ing|ed|es|s)$", "", word)
    return stem if len(stem) >= _SHORTEST_STEM else word


def _voted(
    shown: Sequence[Shown], cosines: npt.NDArray[np.float64], votes: Mapping[str, int]
) -> tuple[tuple[float, Shown | None], ...]:
    columns = [(column, post) for column, post in enumerate(shown) if votes.get(post.insight_id)]
    return tuple(_vote_on(row, columns, votes) for row in cosines)


def _vote_on(
    row: npt.NDArray[np.float64], columns: Sequence[tuple[int, Shown]], votes: Mapping[str, int]
) -> tuple[float, Shown | None]:
    """The strongest vote up and the strongest vote down on posts like this one, added; and the stronger one's post."""
    best: dict[bool, tuple[float, Shown]] = {}
    for column, post in columns:
        near = ramp(float(row[column]), *_VOTE_COUNTS)
        up = votes[post.insight_id] > 0
        if near > best.get(up, (0.0, None))[0]:
            best[up] = (near, post)
    balance = best.get(True, (0.0,))[0] - best.get(False, (0.0,))[0]
    return (round(balance, 4), best[balance > 0][1]) if balance else (0.0, None)


def _way(vote: float) -> str:
    return "up" if vote > 0 else "down"
