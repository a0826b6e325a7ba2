"""A folder in the corpus layout: transcripts below any `segments/`, questions with their places in `qa/`."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.domain.audience import PUBLIC
from pipeline.domain.episode import Episode
from pipeline.domain.feed import FoundEpisode
from pipeline.domain.transcript import Basis, Segment, Transcript

_WHEN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Gold:
    """Where an answer stands: seconds, or turns where the source has no times."""

    episode: str
    start: float
    end: float
    in_turns: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the show it is about, and its places; none when it cannot be answered."""

    text: str
    show: str
    gold: tuple[Gold, ...]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Episodes with their transcripts, and the question sets by name."""

    episodes: tuple[tuple[Episode, Transcript], ...]
    questions: dict[str, tuple[Asked, ...]]

    def show_of(self, episode_id: str) -> str:
        """The feed id of an episode."""
        return next(episode.feed_id for episode, _ in self.episodes if episode.id == episode_id)


def load_corpus(folder: Path) -> Corpus:
    """Episodes of the shows with all question sets that ask about them, answerable or not."""
    episodes = tuple(_episode(path) for path in sorted(folder.rglob("segments/*.json")))
    return Corpus(episodes, {name: asked for name, asked in _sets(folder) if not _are_turns(asked)})


def load_meetings(folder: Path) -> Corpus:
    """Meetings without times (one turn counts as one second), with the question sets that ask about them."""
    rows = [row for path in sorted((folder / "qa").glob("*.jsonl")) for row in _rows(path) if "turns" in row]
    meetings = tuple(_meeting(row) for row in rows)
    return Corpus(meetings, {name: asked for name, asked in _sets(folder) if _are_turns(asked)})


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _episode(path: Path) -> tuple[Episode, Transcript]:
    data = json.loads(path.read_text(encoding="utf-8"))
    segments = tuple(Segment(text, start, end, speaker) for start, end, speaker, text in data["segments"])
    about = path.parent.parent / "episodes.jsonl"
    titles = {row["id"]: row["title"] for row in _rows(about)} if about.exists() else {}
    return _made(data["id"], path.parent.parent.name, titles.get(data["id"], data["id"]), segments)


def _meeting(row: dict[str, Any]) -> tuple[Episode, Transcript]:
    turns = tuple(Segment(text, float(n), n + 1.0, speaker) for n, (speaker, text) in enumerate(row["turns"]))
    return _made(row["id"], "meetings", row["id"], turns)


def _made(name: str, show: str, title: str, segments: tuple[Segment, ...]) -> tuple[Episode, Transcript]:
    episode = Episode(name, show, f"https://{show}.example/feed", show, PUBLIC, FoundEpisode(name, title, _WHEN), _WHEN)
    return episode, Transcript(segments, Basis.PUBLISHED)


def _sets(folder: Path) -> Iterator[tuple[str, tuple[Asked, ...]]]:
    for path in sorted((folder / "qa").glob("*.jsonl")):
        asked = tuple(_asked(row) for row in _rows(path) if "question" in row)
        if asked:
            yield path.stem, asked


def _asked(row: dict[str, Any]) -> Asked:
    return Asked(row["question"], row.get("show", ""), tuple(_gold(place) for place in row.get("gold", ())))


def _gold(place: dict[str, Any]) -> Gold:
    if "turn_from" in place:
        return Gold(place["episode"], float(place["turn_from"]), place["turn_to"] + 1.0, in_turns=True)
    return Gold(place["episode"], float(place["start"]), float(place["end"]))


def _are_turns(asked: tuple[Asked, ...]) -> bool:
    return any(gold.in_turns for question in asked for gold in question.gold)
