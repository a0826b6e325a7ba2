"""Insights, episodes, digests and passages made for tests: only what a test cares about has to be said."""

from datetime import UTC, date, datetime, timedelta

import numpy as np

from pipeline.domain.audience import LOCAL, PUBLIC
from pipeline.domain.channel import Channel
from pipeline.domain.choice.likeness import Vectors
from pipeline.domain.digest import Candidate, Digest, Label, Pick, ScorePart
from pipeline.domain.episode import Episode
from pipeline.domain.feed import Enclosure, FoundEpisode
from pipeline.domain.insight import Author, Certainty, Insight, Kind
from pipeline.domain.passage import Passage

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY = date(2026, 11, 23)
CHANNEL = Channel("local:main", LOCAL, "main")


def insight(
    name: str = "a",
    *,
    episode: str = "e1",
    headline: str = "",
    body: str = "It says so in two short sentences. They can be read alone.",
    quote: str = "",
    start: float | None = 754.0,
    speaker: str | None = "Ana Ruiz",
    certainty: Certainty = Certainty.PUBLISHER,
    author: Author = Author.MODEL,
    topics: tuple[str, ...] = (),
    specificity: float = 0.6,
    worth: float = 0.6,
    segments: tuple[int, int] = (3, 4),
) -> Insight:
    return Insight(
        id=name,
        episode_id=episode,
        headline=headline or f"Claim {name} holds",
        body=body,
        quote=quote or "I say that it is so.",
        first_segment=segments[0],
        last_segment=segments[1],
        start=start,
        end=None if start is None else start + 8.0,
        speaker=speaker,
        certainty=certainty,
        kind=Kind.CLAIM,
        author=author,
        topics=topics,
        evidence=0.98,
        specificity=specificity,
        worth=worth,
    )


def episode(
    name: str = "e1",
    *,
    feed: str = "f1",
    show: str | None = None,
    title: str = "The small model issue",
    age: timedelta = timedelta(hours=6),
    backfill: bool = False,
    audio: str = "https://cdn.example.org/gradient-notes/12.mp3",
) -> Episode:
    found = FoundEpisode(
        guid=name, title=title, published=NOW - age, link="https://example.org/12", enclosures=(Enclosure(audio),)
    )
    return Episode(
        id=name,
        feed_id=feed,
        feed_url=f"https://example.org/{feed}.xml",
        feed_title=show or ("Gradient Notes" if feed == "f1" else f"Show {feed}"),
        audience=PUBLIC,
        found=found,
        first_seen=NOW - age,
        backfill=backfill,
    )


def candidate(of: Insight | None = None, within: Episode | None = None) -> Candidate:
    return Candidate(of or insight(), within or episode())


def pick(
    number: int = 1,
    of: Candidate | None = None,
    *,
    label: Label = Label.NONE,
    label_day: date | None = None,
    label_number: int | None = None,
    also_on: tuple[str, ...] = (),
) -> Pick:
    parts = (
        ScorePart("fit", 0.5, "this channel has not asked for topics"),
        ScorePart("novelty", 0.75, "like no. 3 of 12 November (cosine 0.48)"),
    )
    return Pick(number, of or candidate(), 0.6412, parts, label, label_day, label_number, also_on)


def digest(*picks: Pick, considered: int = 43, episodes: int = 12) -> Digest:
    return Digest("local:main", DAY, picks, (), considered=considered, episodes=episodes)


def passage(
    text: str = "Power, not chips, sets the pace.",
    *,
    episode_id: str = "e1",
    show: str = "Load Curve",
    title: str = "Waiting for the grid",
    start: float | None = 754.0,
    speaker: str | None = "Ben Okafor",
    url: str | None = "https://cdn.example.org/load-curve/3.mp3#t=754",
) -> Passage:
    return Passage(
        feed_id="f2",
        feed_url="https://example.org/f2.xml",
        feed_title=show,
        episode_id=episode_id,
        episode_title=title,
        guid=episode_id,
        text=text,
        start=start,
        end=None if start is None else start + 30,
        speaker=speaker,
        score=0.8,
        match=0.7,
        published=NOW,
        url=url,
    )


def rows(*directions: tuple[float, ...]) -> Vectors:
    """Unit rows in these directions."""
    matrix = np.asarray(directions, dtype=np.float32)
    unit: Vectors = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    return unit


def unlike(count: int, width: int = 0) -> Vectors:
    """As many rows that have nothing to do with each other."""
    return np.eye(count, width or count, dtype=np.float32)
