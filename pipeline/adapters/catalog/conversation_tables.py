"""The part of the schema that chat platforms' drivers remember: events, threads, curators."""

from typing import Final

from sqlalchemy import Column, Integer, Table

from pipeline.adapters.catalog.columns import UtcTime, Words
from pipeline.adapters.catalog.tables import metadata

# What a platform told us, kept before we say that we have it.
inbox: Final = Table(
    "inbox",
    metadata,
    Column("workspace", Words, primary_key=True),
    Column("event_id", Words, primary_key=True),
    Column("body", Words, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("received_at", UtcTime, nullable=False, index=True),
    Column("done_at", UtcTime),
)

# A thread that we take part in. Its channel may be a direct message, which is no row of `channel`.
thread: Final = Table(
    "thread",
    metadata,
    Column("channel_id", Words, primary_key=True),
    Column("thread", Words, primary_key=True),
    Column("workspace", Words, nullable=False),
    Column("questions", Words, nullable=False),
    Column("asker", Words, nullable=False, server_default=""),
    Column("last_speaker", Words, nullable=False, server_default=""),
    Column("changed_at", UtcTime, nullable=False),
)

# Members who may change what a channel follows, besides the workspace's own admins.
curator: Final = Table(
    "curator",
    metadata,
    Column("channel_id", Words, primary_key=True),
    Column("member", Words, primary_key=True),
    Column("workspace", Words, nullable=False),
    Column("added_at", UtcTime, nullable=False),
)
