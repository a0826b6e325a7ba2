"""What readers may list: the feeds their workspace follows and the episodes of feeds they may see."""

import asyncio
from collections import Counter, defaultdict
from itertools import chain
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from pipeline.adapters.catalog.codecs import words_from_json
from pipeline.adapters.catalog.database import CatalogDb
from pipeline.adapters.catalog.fence import visible_to
from pipeline.adapters.catalog.rows import select_episodes, select_feeds, to_episode, to_shown_feed, to_tally
from pipeline.adapters.catalog.tables import episode, feed, follow, insight
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.episode import Episode
from pipeline.domain.errors import UnknownEpisode
from pipeline.domain.overview import FollowedFeed, Stock, Tally, choose_feed

_NEWEST: Final = 300
"""So many insights tell what the shows talk about."""


class Library:
    """Reads for people. A workspace sees public rows and its own, whatever id it asks for."""

    def __init__(self, db: CatalogDb) -> None:
        self._db = db

    async def feeds(self, *, workspace: WorkspaceId, channel_id: str | None = None) -> tuple[FollowedFeed, ...]:
        """The feeds that the workspace (or one channel of it) follows, by title."""
        followed = _is_followed(workspace, channel_id)
        query = select_feeds().where(followed).order_by(func.lower(feed.c.title), feed.c.id)
        async with self._db.reading() as connection:
            found = (await connection.execute(query)).all()
            tallies = await _tallies(connection, followed)
        none = (Tally(), None)
        return tuple(FollowedFeed(to_shown_feed(row, seal=self._db.seal), *tallies.get(row.id, none)) for row in found)

    async def find_feed(self, name: str, *, workspace: WorkspaceId, channel_id: str | None = None) -> FollowedFeed:
        """The followed feed meant by a number in the list of `feeds`, an id, an address or a part of a title.

        Raises UnknownFeed when none is meant, and BadInput when several are.
        """
        return choose_feed(name, await self.feeds(workspace=workspace, channel_id=channel_id))

    async def episodes(self, feed_id: str, *, workspace: WorkspaceId, limit: int = 20) -> tuple[Episode, ...]:
        """The feed's newest episodes, whatever their state; empty when the feed is not the workspace's to see."""
        query = (
            select_episodes()
            .where(episode.c.feed_id == feed_id, visible_to(workspace, episode.c.audience, feed.c.audience))
            .order_by(episode.c.came_out.desc(), episode.c.id)
            .limit(limit)
        )
        async with self._db.reading() as connection:
            rows = (await connection.execute(query)).all()
        return await asyncio.to_thread(lambda: tuple(map(to_episode, rows)))

    async def episode(self, episode_id: str, *, workspace: WorkspaceId) -> Episode:
        """The episode with this id. Raises UnknownEpisode, also when it is not the workspace's to see."""
        query = select_episodes().where(
            episode.c.id == episode_id, visible_to(workspace, episode.c.audience, feed.c.audience)
        )
        async with self._db.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            raise UnknownEpisode(episode_id)
        return to_episode(row)

    async def stock(self, *, workspace: WorkspaceId) -> Stock:
        """How much there is to read in the feeds that the workspace follows."""
        followed = _is_followed(workspace, None)
        states = (
            select(episode.c.state, func.count())
            .join_from(episode, feed)
            .where(followed, visible_to(workspace, episode.c.audience))
            .group_by(episode.c.state)
        )
        insights = (
            select(func.count())
            .select_from(insight)
            .join(episode)
            .join(feed)
            .where(followed, visible_to(workspace, insight.c.audience))
        )
        async with self._db.reading() as connection:
            feeds = (await connection.execute(select(func.count()).select_from(feed).where(followed))).scalar_one()
            tally = to_tally((state, number) for state, number in await connection.execute(states))
            return Stock(feeds, tally, (await connection.execute(insights)).scalar_one())

    async def topics(self, *, workspace: WorkspaceId, channel_id: str) -> tuple[str, ...]:
        """What the newest insights of the channel's shows are about, the most frequent topics first."""
        query = (
            select(insight.c.topics)
            .join_from(insight, episode)
            .join(feed)
            .where(_is_followed(workspace, channel_id), visible_to(workspace, insight.c.audience, episode.c.audience))
            .order_by(episode.c.came_out.desc(), insight.c.id)
            .limit(_NEWEST)
        )
        async with self._db.reading() as connection:
            rows = (await connection.execute(query)).scalars()
            return tuple(topic for topic, _ in Counter(chain(*map(words_from_json, rows))).most_common())


def _is_followed(workspace: WorkspaceId, channel_id: str | None) -> ColumnElement[bool]:
    # From the followed ones to the feeds: asked of each feed, the question costs as much as there are feeds.
    followed = select(follow.c.feed_id).where(follow.c.workspace == workspace)
    if channel_id is not None:
        followed = followed.where(follow.c.channel_id == channel_id)
    return feed.c.id.in_(followed) & visible_to(workspace, feed.c.audience)


async def _tallies(connection: AsyncConnection, followed: ColumnElement[bool]) -> dict[str, tuple[Tally, Any]]:
    """For each feed its episodes by state, and when the newest came out."""
    query = (
        select(episode.c.feed_id, episode.c.state, func.count(), func.max(episode.c.came_out))
        .join_from(episode, feed)
        .where(followed)
        .group_by(episode.c.feed_id, episode.c.state)
    )
    counts: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    newest: dict[str, Any] = {}
    for feed_id, state, number, came_out in await connection.execute(query):
        counts[feed_id].append((state, number))
        newest[feed_id] = max(came_out, newest.get(feed_id, came_out))
    return {feed_id: (to_tally(numbers), newest[feed_id]) for feed_id, numbers in counts.items()}
