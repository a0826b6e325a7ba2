"""The catalogue: all that Podsift knows, in SQLite or PostgreSQL. This is its door.

`open_catalog` gives the database; each class takes it and plays one role.
"""

from pipeline.adapters.catalog.channel_book import SqlChannelBook
from pipeline.adapters.catalog.channel_settings import ChannelRoster, ChannelSettings
from pipeline.adapters.catalog.curators import Curators
from pipeline.adapters.catalog.database import CatalogDb, open_catalog
from pipeline.adapters.catalog.delivery_book import SqlDeliveryBook
from pipeline.adapters.catalog.digest_book import SqlDigestBook
from pipeline.adapters.catalog.episode_ledger import SqlEpisodeLedger
from pipeline.adapters.catalog.evidence import Evidence
from pipeline.adapters.catalog.feed_keys import SqlFeedKeys
from pipeline.adapters.catalog.feed_ledger import SqlFeedLedger
from pipeline.adapters.catalog.inbox import Inbox
from pipeline.adapters.catalog.insight_store import SqlInsightStore
from pipeline.adapters.catalog.install_states import InstallStates
from pipeline.adapters.catalog.installations import Installations
from pipeline.adapters.catalog.kept_words import SqlKeptWords
from pipeline.adapters.catalog.library import Library
from pipeline.adapters.catalog.local_messages import LocalMessages
from pipeline.adapters.catalog.migrating import migrate
from pipeline.adapters.catalog.model_readings import SqlRejectionBook, SqlReplyStore
from pipeline.adapters.catalog.moving import MovedTable, move_catalog
from pipeline.adapters.catalog.open_threads import OpenThreads
from pipeline.adapters.catalog.operations import Operations
from pipeline.adapters.catalog.posted_days import PostedDays
from pipeline.adapters.catalog.reactions import Reactions
from pipeline.adapters.catalog.sealed_values import what_opens
from pipeline.adapters.catalog.siblings import SqlSiblings
from pipeline.adapters.catalog.spending import SqlSpendingLedger
from pipeline.adapters.catalog.subscriptions import Subscriptions
from pipeline.adapters.catalog.threads import Threads
from pipeline.adapters.catalog.transcript_store import SqlTranscriptStore

__all__ = [
    "CatalogDb",
    "ChannelRoster",
    "ChannelSettings",
    "Curators",
    "Evidence",
    "Inbox",
    "InstallStates",
    "Installations",
    "Library",
    "LocalMessages",
    "MovedTable",
    "OpenThreads",
    "Operations",
    "PostedDays",
    "Reactions",
    "SqlChannelBook",
    "SqlDeliveryBook",
    "SqlDigestBook",
    "SqlEpisodeLedger",
    "SqlFeedKeys",
    "SqlFeedLedger",
    "SqlInsightStore",
    "SqlKeptWords",
    "SqlRejectionBook",
    "SqlReplyStore",
    "SqlSiblings",
    "SqlSpendingLedger",
    "SqlTranscriptStore",
    "Subscriptions",
    "Threads",
    "migrate",
    "move_catalog",
    "open_catalog",
    "what_opens",
]
