"""Forum channels: a post a day, filed under the tags that fit; found again among the forum's posts."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, Final

import discord
from discord import ui

THREAD_OPEN: Final = 1_440
"""Minutes without a word after which Discord folds a thread away."""
LONGEST_NAME: Final = 100
_MOST_TAGS: Final = 5
_LOOKED_THROUGH: Final = 100
"""Folded posts of a forum that are looked through for one of ours."""
_GENERAL: Final = ("podcast", "digest", "news", "daily")
"""What a tag is called that fits any of our posts, where the forum asks for one and none fits the topics."""


def tags_for(forum: discord.ForumChannel, topics: Sequence[str]) -> list[discord.ForumTag]:
    """The forum's tags that are named for one of the topics, the most frequent topics first.

    Where the forum asks for a tag and none fits, the one that fits any post, or the first that we may use.
    """
    allowed = [tag for tag in forum.available_tags if not tag.moderated]
    fitting = [tag for topic in topics for tag in allowed if _fits(tag.name, topic)]
    chosen = list({tag.id: tag for tag in fitting}.values())[:_MOST_TAGS]
    if chosen or not (forum.flags.require_tag and allowed):
        return chosen
    general = [tag for tag in allowed if any(word in tag.name.casefold() for word in _GENERAL)]
    return (general or allowed)[:1]


async def post_in_forum(
    forum: discord.ForumChannel,
    *,
    title: str,
    topics: Sequence[str],
    view: ui.LayoutView | ui.View,
    content: str | None = None,
) -> discord.Thread:
    """Open a post. Raises what `FAILURES` names; after NotRepeated and lost connections it may be there."""
    options: dict[str, Any] = {} if content is None else {"content": content}
    made = await forum.create_thread(
        name=title,
        view=view,
        applied_tags=tags_for(forum, topics),
        auto_archive_duration=THREAD_OPEN,
        suppress_embeds=True,
        **options,
    )
    return made.thread


async def our_posts(forum: discord.ForumChannel, *, since: datetime, me: int) -> AsyncIterator[discord.Message]:
    """The opening messages of our posts since then, open ones first. Raises what `FAILURES` names."""
    active = [thread for thread in await forum.guild.active_threads() if thread.parent_id == forum.id]
    folded = [thread async for thread in forum.archived_threads(limit=_LOOKED_THROUGH)]
    for thread in chain(active, folded):
        if thread.owner_id == me and discord.utils.snowflake_time(thread.id) >= since:
            try:
                yield await thread.fetch_message(thread.id)
            except discord.NotFound:  # a moderator took it away, and left the talk
                continue


def _fits(tag: str, topic: str) -> bool:
    """Whether one names the other: «AI» fits «ai safety», but not «airports»."""
    of_tag, of_topic = tag.casefold().split(), topic.casefold().replace("-", " ").split()
    return bool(of_tag) and (set(of_tag) <= set(of_topic) or set(of_topic) <= set(of_tag))
