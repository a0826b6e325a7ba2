"""What the steps need from the outside, named by role. Every port is small; fakes and real things share one suite.

All methods may raise the errors of `pipeline.domain.errors` that their docstring names, and no others.
"""

from pipeline.ports.index import (
    Embedder,
    FillableIndex,
    Index,
    InsightSearch,
    RebuildableIndex,
    Vectors,
)
from pipeline.ports.judgement import (
    AnswerWriter,
    InsightProposer,
)
from pipeline.ports.stores import (
    ChannelBook,
    DeliveryBook,
    DigestBook,
    EpisodeLedger,
    FeedHistory,
    FeedKeys,
    FeedLedger,
    InsightStore,
    ReadyEpisodes,
    RejectionBook,
    ReplyStore,
    RetryBook,
    SpendingLedger,
    TranscriptStore,
    VoteBook,
)
from pipeline.ports.world import (
    ChapterReader,
    ChunkStore,
    Clock,
    FeedParser,
    Fetched,
    Fetcher,
    ShowDirectory,
    Transcriber,
    TranscriptReader,
)

__all__ = [
    "AnswerWriter",
    "ChannelBook",
    "ChapterReader",
    "ChunkStore",
    "Clock",
    "DeliveryBook",
    "DigestBook",
    "Embedder",
    "EpisodeLedger",
    "FeedHistory",
    "FeedKeys",
    "FeedLedger",
    "FeedParser",
    "Fetched",
    "Fetcher",
    "FillableIndex",
    "Index",
    "InsightProposer",
    "InsightSearch",
    "InsightStore",
    "ReadyEpisodes",
    "RebuildableIndex",
    "RejectionBook",
    "ReplyStore",
    "RetryBook",
    "ShowDirectory",
    "SpendingLedger",
    "Transcriber",
    "TranscriptReader",
    "TranscriptStore",
    "Vectors",
    "VoteBook",
]
