"""Small episodes about different things, for tests of the index."""

from datetime import UTC, datetime

from pipeline.domain.audience import PUBLIC, Audience
from pipeline.domain.episode import Episode, episode_id
from pipeline.domain.feed import Enclosure, FoundEpisode, feed_id
from pipeline.domain.insight import Author, Certainty, Insight, Kind, insight_id
from pipeline.domain.transcript import Basis, Segment, Transcript

BREAD = (
    "A sourdough starter needs feeding with flour and water every day.",
    "If the kitchen is cold the dough rises slowly, so give it a whole night.",
    "We bake in a cast iron pot because the lid keeps the steam inside.",
)
ROCKETS = (
    "The rocket landed its first stage on a barge for the third time.",
    "Reusing the booster cuts the price of a launch by almost a third.",
    "The engines burn methane instead of kerosene, which leaves less soot.",
)
SLEEP = (
    "Bright light in the evening delays the release of melatonin.",
    "A cool dark bedroom helps most people to fall asleep sooner.",
    "Coffee after lunch can still keep you awake at midnight.",
)


def episode(
    name: str,
    *,
    show: str = "show",
    audience: Audience = PUBLIC,
    published: datetime = datetime(2026, 11, 20, tzinfo=UTC),
) -> Episode:
    """An episode with audio and a link of its own."""
    url = f"https://{show}.example/feed"
    feed = feed_id(url, audience)
    found = FoundEpisode(
        guid=name,
        title=name.title(),
        published=published,
        link=f"https://{show}.example/{name}",
        enclosures=(Enclosure(f"https://{show}.example/{name}.mp3", "audio/mpeg"),),
    )
    return Episode(episode_id(feed, name), feed, url, show.title(), audience, found, datetime(2026, 11, 22, tzinfo=UTC))


def transcript(sentences: tuple[str, ...], *, speaker: str | None = "Ada", timed: bool = True) -> Transcript:
    """One segment of ten seconds for each sentence."""
    segments = (Segment(text, at * 10.0, at * 10.0 + 10.0, speaker) for at, text in enumerate(sentences))
    if not timed:
        segments = (Segment(text, None, None, speaker) for text in sentences)
    return Transcript(tuple(segments), Basis.PUBLISHED)


def insight(of: Episode, headline: str, *, body: str = "") -> Insight:
    """An insight that rests on its own headline."""
    return Insight(
        id=insight_id(of.id, headline),
        episode_id=of.id,
        headline=headline,
        body=body,
        quote=headline,
        first_segment=0,
        last_segment=0,
        start=0.0,
        end=10.0,
        speaker="Ada",
        certainty=Certainty.UNNAMED,
        kind=Kind.CLAIM,
        author=Author.EXTRACT,
        topics=(),
        evidence=1.0,
        specificity=0.5,
        worth=0.5,
    )
