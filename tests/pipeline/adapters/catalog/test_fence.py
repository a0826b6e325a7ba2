"""Whatever a stranger asks for of a private feed, nothing comes back."""

import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from pipeline.adapters import catalog
from pipeline.adapters.catalog import (
    ChannelSettings,
    Evidence,
    Library,
    LocalMessages,
    PostedDays,
    Reactions,
    SqlChannelBook,
    SqlDigestBook,
    Subscriptions,
)
from pipeline.domain.digest import Delivery, DeliveryState, Digest, Pick
from pipeline.domain.episode import EpisodeState
from pipeline.domain.errors import BadInput
from pipeline.domain.overview import Stock, Tally
from tests.peers.catalog import (
    NOW,
    OURS,
    STRANGER,
    Stores,
    channel,
    found,
    insight,
    migrated_template,
    sqlite_stores,
    transcript,
)

DAY: Final = date(2026, 11, 22)
FOR_READERS: Final = (
    ChannelSettings,
    Evidence,
    Library,
    LocalMessages,
    PostedDays,
    Reactions,
    SqlChannelBook,
    SqlDigestBook,
    Subscriptions,
)
NOT_FOR_READERS: Final = {
    "CatalogDb",
    "ChannelRoster",
    "Curators",
    "Inbox",
    "InstallStates",
    "Installations",
    "MovedTable",
    "OpenThreads",
    "Operations",
    "SqlDeliveryBook",
    "SqlEpisodeLedger",
    "SqlFeedKeys",
    "SqlFeedLedger",
    "SqlInsightStore",
    "SqlKeptWords",
    "SqlSiblings",
    "SqlRejectionBook",
    "SqlReplyStore",
    "SqlSpendingLedger",
    "SqlTranscriptStore",
    "Threads",
}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return migrated_template(tmp_path_factory.mktemp("catalog"))


@pytest.fixture
async def stores(tmp_path: Path, template: Path) -> AsyncIterator[Stores]:
    async with sqlite_stores(tmp_path, template=template) as fresh:
        yield fresh


def methods() -> list[tuple[type, str, Callable[..., Any]]]:
    return [
        (kind, name, method)
        for kind in FOR_READERS
        for name, method in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_")
    ]


def test_every_class_is_either_for_readers_or_known_not_to_be() -> None:
    offered = {name for name in catalog.__all__ if inspect.isclass(getattr(catalog, name))}
    assert offered == {kind.__name__ for kind in FOR_READERS} | NOT_FOR_READERS


@pytest.mark.parametrize(("kind", "name", "method"), methods(), ids=lambda v: getattr(v, "__qualname__", ""))
def test_every_method_for_readers_must_be_told_the_workspace(kind: type, name: str, method: Callable[..., Any]) -> None:
    workspace = inspect.signature(method).parameters["workspace"]
    assert workspace.kind is inspect.Parameter.KEYWORD_ONLY, f"{kind.__name__}.{name}"
    assert workspace.default is inspect.Parameter.empty


@pytest.fixture
async def ids(stores: Stores) -> dict[str, Any]:
    """A private feed with all that can come of it, and the names under which a stranger would ask for it."""
    feed = await stores.followed_feed("https://pods.example/secret.xml", private=True)
    await stores.feeds.record(feed, (found(1),))
    (episode,) = await stores.episodes.waiting()
    await stores.transcripts.save(episode.id, transcript("One.", "Two."))
    zebra = insight(episode.id, "Zebra.")
    await stores.insights.save(episode.id, (zebra,), source="h", version="1", rejected={})
    await stores.episodes.settle(episode.id, EpisodeState.READY)
    candidates = await stores.channels.candidates(channel().id, workspace=OURS, since=NOW - timedelta(days=7))
    digest = Digest(channel().id, DAY, (Pick(1, candidates[0], 1.0, ()),), (), considered=1, episodes=1)
    await stores.digests.save(digest, workspace=OURS)
    await stores.deliveries.settle(Delivery(channel().id, DAY, DeliveryState.SENT, reference="m1"))
    await stores.reactions.vote(channel().id, zebra.id, workspace=OURS, member="ann", vote=1)
    await stores.reactions.vote(channel().id, zebra.id, workspace=OURS, member="bob", vote=-1, reason="known already")
    await stores.reactions.vote(channel().id, zebra.id, workspace=OURS, member="cid", vote=1)
    await stores.reactions.save(channel().id, zebra.id, workspace=OURS, member="ann")
    await stores.board.post("digest:1", workspace=OURS, channel_id=channel().id, body='"Zebra."')
    return {
        "feed_id": feed.id,
        "episode_id": episode.id,
        "insight_id": zebra.id,
        "insight_ids": (zebra.id,),
        "channel_id": channel().id,
        "channel": channel(),
        "digest": replace(digest, considered=7),
        "name": "Ocean Hour",
        "url": "https://pods.example/secret.xml",
        "key": "digest:1",
        "day": DAY,
        "since": NOW - timedelta(days=60),
        "start": 0.0,
        "end": 999.0,
        "body": '"mine"',
        "added_by": "eve",
        "member": "ann",
        "reference": "m1",
        "vote": 1,
    }


def role_of(kind: type, stores: Stores) -> object:
    return next(role for role in vars(stores).values() if type(role) is kind)


async def ask(stores: Stores, kind: type, name: str, asked: dict[str, Any]) -> Any:
    """Call a method of the role of this kind; a refusal is None."""
    parameters = inspect.signature(getattr(kind, name)).parameters
    role = next(role for role in vars(stores).values() if type(role) is kind)
    with suppress(BadInput):
        return await getattr(role, name)(**{p: asked[p] for p in parameters if p in asked})
    return None


async def test_a_stranger_gets_nothing_of_a_private_feed(stores: Stores, ids: dict[str, Any]) -> None:
    for kind, name, method in methods():
        got = await ask(stores, kind, name, ids | {"workspace": STRANGER})
        if method is Subscriptions.add:
            # The stranger gets a public feed of that address, which he named himself.
            assert (got.id != ids["feed_id"], got.title, got.audience.is_public) == (True, "", True)
        elif method is Library.stock:
            assert got == Stock(0, Tally(), 0)
        elif method is LocalMessages.post:
            assert got.body == '"mine"'
        else:
            assert got in ((), None, {}), f"{kind.__name__}.{name}"


async def test_the_same_questions_give_their_owner_answers(stores: Stores, ids: dict[str, Any]) -> None:
    silent = {ChannelSettings.save, Subscriptions.follow, Subscriptions.forget_unread, Reactions.save, Reactions.vote}
    for kind, name, method in methods():
        got = await ask(stores, kind, name, ids | {"workspace": OURS})
        assert method in silent or got not in ((), None, {}), f"{kind.__name__}.{name}"


async def test_a_stranger_who_follows_a_feed_id_by_force_still_sees_nothing(
    stores: Stores, ids: dict[str, Any]
) -> None:
    """The audience of the row decides, not the follow: even a wrong row in `follow` opens nothing."""
    await stores.settings.save(channel(STRANGER), workspace=STRANGER)
    async with stores.db.writing() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO follow VALUES (?, ?, ?, 'eve', '2026-11-22 00:00:00.000000')",
            (channel(STRANGER).id, ids["feed_id"], STRANGER),
        )
    since = NOW - timedelta(days=60)
    assert await stores.library.feeds(workspace=STRANGER) == ()
    assert await stores.library.stock(workspace=STRANGER) == Stock(0, Tally(), 0)
    assert await stores.channels.candidates(channel(STRANGER).id, workspace=STRANGER, since=since) == ()
