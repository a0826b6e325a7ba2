"""Where something was said, as one line: show · episode · speaker · day · ▶ time."""

from bot.texts.message import Span, Text, link, text
from bot.texts.reading import clock, short_day, shortened
from pipeline.domain.digest import Candidate
from pipeline.domain.insight import Certainty, Insight
from pipeline.domain.passage import Passage

_DOT = " · "
_SHOW = 40
_EPISODE = 64
_SPEAKER = 36


def source_of(candidate: Candidate, *, longest_href: int = 2_000) -> Text:
    """The source line of an insight; a link longer than `longest_href` gives way to the plain time."""
    insight, episode = candidate.insight, candidate.episode
    href = episode.moment_url(insight.start)
    if href is not None and len(href) > longest_href:
        href = None
    return _line((episode.feed_title, episode.title, speaker_of(insight)), moment=_moment(insight.start, href))


def source_of_passage(passage: Passage) -> Text:
    """The source line of a passage, with the day of its episode: an answer may rest on what was said years ago."""
    day = f"{short_day(passage.published)} {passage.published.year}"
    said = (passage.feed_title, passage.episode_title, passage.speaker or "")
    return _line(said, day=day, moment=_moment(passage.start, passage.url))


def speaker_of(insight: Insight) -> str:
    """The speaker's name, empty when nobody told it."""
    return insight.speaker or "" if insight.certainty is not Certainty.UNNAMED else ""


def _line(said: tuple[str, str, str], *, day: str = "", moment: Span | None) -> Text:
    show, episode, speaker = said
    parts = [shortened(show, _SHOW), shortened(episode, _EPISODE), shortened(speaker, _SPEAKER), day]
    words = _DOT.join(part for part in parts if part)
    if moment is None:
        return text(words)
    return text(words, _DOT if words else "", moment)


def _moment(seconds: float | None, href: str | None) -> Span | None:
    if seconds is not None:
        return link(f"▶ {clock(seconds)}", href)
    return link("▶ Listen", href) if href else None
