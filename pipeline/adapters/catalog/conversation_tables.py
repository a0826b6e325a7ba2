"""The part of the schema that chat platforms' drivers remember: events, threads, curators, installations."""

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

# Our app in a team (`slack:T1`), or in a whole organisation (`slack:E1`). A team that an organisation's installation
# covers has a row without a token, made when we first hear from it: a digest names its team only.
installation: Final = Table(
    "installation",
    metadata,
    Column("workspace", Words, primary_key=True),
    Column("organisation", Words, nullable=False, server_default="", index=True),
    Column("sealed", Words),
    Column("bot", Words, nullable=False, server_default=""),
    Column("installer", Words, nullable=False, server_default=""),
    Column("installed_at", UtcTime, nullable=False),
)

# An installation that somebody began: it ends in the same browser, once.
install_state: Final = Table(
    "install_state",
    metadata,
    Column("state", Words, primary_key=True),
    # The owner's: whose it will be is known when it ends.
    Column("workspace", Words, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
)
