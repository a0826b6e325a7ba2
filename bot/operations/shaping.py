"""Our own values as the documented shapes."""

from bot.shapes.commands import (
    AnswerShape,
    ChannelShape,
    CitationShape,
    DigestShape,
    EpisodeFailureShape,
    FeedFailureShape,
    FeedShape,
    FeedWarningShape,
    InsightShape,
    PassageShape,
    PassedShape,
    ScorePartShape,
    StatementShape,
)
from pipeline.domain.answer import Answer
from pipeline.domain.channel import Channel
from pipeline.domain.digest import Delivery, Digest, Pick
from pipeline.domain.episode import Episode
from pipeline.domain.feed import Feed
from pipeline.domain.intake.keyed_address import without_keys
from pipeline.domain.overview import FollowedFeed
from pipeline.domain.passage import Passage
from pipeline.ports import Clock


def feed_shape(followed: FollowedFeed) -> FeedShape:
    """A followed feed with its numbers."""
    feed, episodes = followed.feed, followed.episodes
    return FeedShape(
        title=feed.title,
        url=shown_url(feed),
        audience="public" if feed.audience.is_public else "private",
        state=feed.state.value,
        reason=feed.reason,
        ready=episodes.ready,
        waiting=episodes.waiting,
        failed=episodes.failed,
        held=episodes.held,
        newest=followed.newest,
        last_read=feed.last_read,
    )


def shown_url(feed: Feed) -> str:
    """The feed's address; a private one without what may open it."""
    return feed.url if feed.audience.is_public else without_keys(feed.url)


def feed_failure(feed: Feed) -> FeedFailureShape:
    """A feed that could not be read."""
    return FeedFailureShape(title=feed.title, url=shown_url(feed), reason=feed.reason)


def feed_warning(feed: Feed, sentence: str) -> FeedWarningShape:
    """What was left out of a feed."""
    return FeedWarningShape(title=feed.title, url=shown_url(feed), sentence=sentence)


def episode_failure(episode: Episode) -> EpisodeFailureShape:
    """An episode that failed."""
    return EpisodeFailureShape(
        id=episode.id,
        feed_title=episode.feed_title,
        title=episode.title,
        guid=episode.guid,
        reason=episode.reason,
    )


def passage_shape(passage: Passage) -> PassageShape:
    """A passage with everything that names its place."""
    return PassageShape(
        feed_url=passage.feed_url,
        feed_title=passage.feed_title,
        guid=passage.guid,
        episode_title=passage.episode_title,
        published=passage.published,
        start=passage.start,
        end=passage.end,
        speaker=passage.speaker,
        text=passage.text,
        score=passage.score,
        match=passage.match,
        url=passage.url,
    )


def answer_shape(answer: Answer) -> AnswerShape:
    """An answer with its citations."""
    return AnswerShape(
        question=answer.question,
        grade=answer.grade.value,
        author=answer.author.value,
        statements=tuple(StatementShape(text=s.text, citations=s.citations) for s in answer.statements),
        citations=tuple(CitationShape(number=c.number, passage=passage_shape(c.passage)) for c in answer.citations),
        searched=answer.searched,
        episodes=answer.episodes,
        degraded=answer.degraded,
    )


def digest_shape(digest: Digest, delivery: Delivery | None) -> DigestShape:
    """A digest with all its reasons, and whether it arrived."""
    return DigestShape(
        channel=digest.channel_id,
        day=digest.day,
        state="draft" if delivery is None else delivery.state.value,
        sent_at=None if delivery is None else delivery.at,
        items=tuple(map(_insight_shape, digest.picks)),
        passed=tuple(
            PassedShape(id=p.insight_id, headline=p.headline, score=p.score, reason=p.reason) for p in digest.passed
        ),
        considered=digest.considered,
        episodes=digest.episodes,
    )


def channel_shape(channel: Channel, clock: Clock) -> ChannelShape:
    """A channel and its next post."""
    return ChannelShape(
        id=channel.id,
        name=channel.name,
        zone=channel.zone,
        at=channel.at,
        paused=channel.paused,
        next_post=None if channel.paused else channel.next_post(clock.now()),
    )


def _insight_shape(pick: Pick) -> InsightShape:
    insight, episode = pick.candidate.insight, pick.candidate.episode
    return InsightShape(
        number=pick.number,
        id=insight.id,
        headline=insight.headline,
        body=insight.body,
        quote=insight.quote,
        speaker=insight.speaker,
        certainty=insight.certainty.value,
        kind=insight.kind.value,
        author=insight.author.value,
        topics=insight.topics,
        feed_url=episode.feed_url,
        feed_title=episode.feed_title,
        guid=episode.guid,
        episode_title=episode.title,
        published=episode.when,
        start=insight.start,
        end=insight.end,
        url=episode.moment_url(insight.start),
        label=pick.label.value,
        label_day=pick.label_day,
        label_number=pick.label_number,
        also_on=pick.also_on,
        score=pick.score,
        parts=tuple(ScorePartShape(name=p.name, value=p.value, why=p.why) for p in pick.parts),
    )
