"""A made-up episode of two voices with one advert, and short ways to make transcripts."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pipeline.domain.audience import PUBLIC
from pipeline.domain.episode import Episode
from pipeline.domain.feed import FoundEpisode, Person
from pipeline.domain.transcript import Basis, Segment, Transcript

_TALKS = Path(__file__).parent.parent / "data" / "talks"
_SECONDS_A_WORD = 0.4


def heating_talk() -> Transcript:
    """The talk about heat pumps."""
    return told("heating")


def told(name: str) -> Transcript:
    """A talk in tests/data/talks, one segment a turn, at 150 words a minute."""
    lines = (_TALKS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return paced([(text, speaker) for speaker, text in (line.split(": ", 1) for line in lines)])


def heating_episode() -> Episode:
    """The episode of that talk."""
    return episode(title="Heat pumps in old houses", summary="What a heat pump costs and saves. Noise and insulation.")


def paced(turns: list[tuple[str, str | None]]) -> Transcript:
    """One segment for each text, timed by its words."""
    segments: list[Segment] = []
    now = 0.0
    for text, speaker in turns:
        end = now + len(text.split()) * _SECONDS_A_WORD
        segments.append(Segment(text, round(now, 2), round(end, 2), speaker))
        now = end
    return Transcript(tuple(segments), Basis.PUBLISHED, "en")


def said(*texts: str, speaker: str | None = None) -> Transcript:
    """One segment of ten seconds for each text."""
    segments = tuple(Segment(text, at * 10.0, at * 10.0 + 10.0, speaker) for at, text in enumerate(texts))
    return Transcript(segments, Basis.PUBLISHED, "en")


def untimed(transcript: Transcript) -> Transcript:
    """The same words without any times."""
    return replace(transcript, segments=tuple(replace(s, start=None, end=None) for s in transcript.segments))


def episode(
    *, title: str = "A title", summary: str = "", duration: float | None = None, persons: tuple[str, ...] = ()
) -> Episode:
    """An episode of the show «The Warm House»."""
    when = datetime(2026, 11, 20, tzinfo=UTC)
    found = FoundEpisode(
        "guid", title, when, summary=summary, duration=duration, persons=tuple(Person(name) for name in persons)
    )
    return Episode("e1", "f1", "https://warm.example/feed", "The Warm House", PUBLIC, found, when)
