"""Messenger: Slack, Discord (a channel and a forum), the local board behind the terminal and the page, and the fake."""

import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import discord  # noqa: F401  imported here once, so that no test meets the warning

from bot import outbox
from bot.clock import SystemClock
from bot.discord.messenger import open_messenger
from bot.local_board import LocalBoard
from bot.outbox import Messenger
from bot.slack.messenger import SlackMessenger
from bot.slack.web import SlackWeb
from bot.texts.answers import answer_post
from bot.texts.cards import insight_card
from bot.texts.message import Block, Button, Buttons, Heading, Message, Paragraph, Quote, bold, link, text
from bot.texts.posts import digest_post
from pipeline.domain.answer import Answer, Grade
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.channel import Channel
from pipeline.domain.digest import Delivery, DeliveryState
from pipeline.domain.errors import DestinationGone
from pipeline.domain.insight import Author
from tests.peers.catalog import Stores, sqlite_stores
from tests.peers.deliveries import OneDayBook
from tests.peers.discord_desk import NoStops
from tests.peers.discord_peer import TOKEN, Fault, running_discord
from tests.peers.discord_world import FORUM, GUILD, PODCASTS
from tests.peers.made_insights import candidate, digest, insight, pick
from tests.peers.memory_messenger import MemoryMessenger
from tests.peers.slack_peer import BOT_TOKEN, slack_peer

DAY = date(2026, 11, 23)
HOSTILE = "<!channel> <@U1> @everyone [x](https://evil.example) `code` *bold* \x1b[31m \u202e <script>"


@dataclass
class Rig:
    """A messenger with a channel of its own. What cannot happen there is None."""

    messenger: Messenger
    channel: Channel
    posts: Callable[[], Awaitable[int]]
    lose_the_next_reply: Callable[[], None] | None = None
    take_the_channel_away: Callable[[], None] | None = None


def local(stores: Stores) -> Rig:
    channel = Channel("local:main", WorkspaceId("local"), "main")

    async def posts() -> int:
        return len(await stores.board.latest(workspace=channel.workspace, channel_id=channel.id))

    return Rig(LocalBoard(stores.board), channel, posts)


def in_memory() -> Rig:
    kept = MemoryMessenger()
    channel = Channel("fake:1", WorkspaceId("fake"), "fake")

    async def posts() -> int:
        return len(kept.posted)

    def lose() -> None:
        kept.loses_replies += 1

    def take_away() -> None:
        kept.is_gone = True

    return Rig(kept, channel, posts, lose, take_away)


async def slack(stack: AsyncExitStack) -> Rig:
    peer = await stack.enter_async_context(slack_peer())

    async def on_gone(_channel: Channel, _gone: object) -> None:
        """Nobody to tell."""

    def on_posted(_team: str) -> None:
        """No home tab to show anew."""

    web = SlackWeb(BOT_TOKEN, base_url=peer.api_url, timeout=2.0)
    messenger = SlackMessenger(web, clock=SystemClock(), on_gone=on_gone, on_posted=on_posted)
    channel = Channel("slack:T1/C1", WorkspaceId("slack:T1"), "podcasts")

    def take_away() -> None:
        for method in ("chat.postMessage", "conversations.history"):
            peer.fail(method, "error", "channel_not_found", times=9)

    async def posts() -> int:
        # What stands in a post's own thread is no post.
        return sum("thread_ts" not in said for said in peer.said("C1"))

    return Rig(messenger, channel, posts, lambda: peer.fail("chat.postMessage", "lost"), take_away)


async def on_discord(stack: AsyncExitStack, *, in_forum: bool) -> Rig:
    peer = await stack.enter_async_context(running_discord())
    place = peer.world.places[PODCASTS]
    place.kind = FORUM if in_forum else place.kind
    opened = open_messenger(TOKEN, clock=SystemClock(), stops=NoStops())
    messenger = await stack.enter_async_context(opened)
    channel = Channel(f"discord:{GUILD}/{PODCASTS}", WorkspaceId(f"discord:{GUILD}"), "podcasts")

    def lose() -> None:
        part = rf"/channels/{PODCASTS}/{'threads' if in_forum else 'messages'}$"
        peer.faults.append(Fault("POST", part, "apply_then_drop"))

    def take_away() -> None:
        place.refused = 50001

    async def posts() -> int:
        if in_forum:
            return sum(one.parent == PODCASTS for one in peer.world.places.values())
        return len(peer.posts(place))

    return Rig(messenger, channel, posts, lose, take_away)


@pytest.fixture(params=["local", "fake", "slack", "discord", "discord forum"])
async def rig(request: pytest.FixtureRequest, tmp_path: Path, template: Path) -> AsyncIterator[Rig]:
    async with AsyncExitStack() as stack:
        if request.param == "local":
            yield local(await stack.enter_async_context(sqlite_stores(tmp_path, template=template)))
        elif request.param == "fake":
            yield in_memory()
        elif request.param == "slack":
            yield await slack(stack)
        else:
            yield await on_discord(stack, in_forum="forum" in request.param)


def message(key: str = "digest:1") -> Message:
    blocks = (Heading(text("Five insights")), Paragraph(text("Hello")), Buttons((Button("1", "card:a"),)))
    return Message(blocks, "Hello", key)


async def test_what_was_sent_is_found_by_its_key_and_by_no_other(rig: Rig) -> None:
    assert await rig.messenger.find(rig.channel, "digest:1") is None
    reference = await rig.messenger.send(rig.channel, message())
    assert reference
    assert await rig.messenger.find(rig.channel, "digest:1") == reference
    assert await rig.messenger.find(rig.channel, "digest:2") is None


async def test_every_message_has_a_name_of_its_own(rig: Rig) -> None:
    first = await rig.messenger.send(rig.channel, message("digest:1"))
    second = await rig.messenger.send(rig.channel, message("digest:2"))
    assert first != second
    assert await rig.messenger.find(rig.channel, "digest:1") == first
    assert await rig.messenger.find(rig.channel, "digest:2") == second


async def test_a_message_without_buttons_is_found_too(rig: Rig) -> None:
    plain = Message((Paragraph(text("Nothing today.")),), "Nothing today.", "digest:3")
    reference = await rig.messenger.send(rig.channel, plain)
    assert await rig.messenger.find(rig.channel, "digest:3") == reference


async def test_whatever_podsift_says_is_taken(rig: Rig) -> None:
    five = digest(*(pick(n, candidate(insight(f"i{n}"))) for n in range(1, 6)))
    said = (
        digest_post(five),
        digest_post(digest()),
        insight_card(candidate(insight("i1"))),
        answer_post(Answer("why?", Grade.NOT_FOUND, Author.EXTRACT, (), (), searched=3)),
        Message((), "", ""),
    )
    for number, each in enumerate(said):
        assert await rig.messenger.send(rig.channel, replace(each, key=f"k{number}"))


async def test_texts_of_others_do_no_harm_and_long_ones_are_taken(rig: Rig) -> None:
    spans = text(HOSTILE, bold(HOSTILE), link(HOSTILE, "https://a.example/x"))
    blocks: tuple[Block, ...] = (Heading(spans), Quote(spans), *(Paragraph(text(HOSTILE * 40)) for _ in range(5)))
    assert await rig.messenger.send(rig.channel, Message(blocks, HOSTILE, "digest:4"))


async def test_a_message_whose_reply_is_lost_is_found_before_it_is_sent_again(rig: Rig) -> None:
    if rig.lose_the_next_reply is None:
        pytest.skip("here nothing is ever lost")
    rig.lose_the_next_reply()
    book = OneDayBook()
    settled = await _deliver(rig, book)
    assert settled.state is DeliveryState.SENT
    assert await rig.posts() == 1
    assert settled.reference == await rig.messenger.find(rig.channel, "digest:1")


async def test_a_digest_is_there_once_when_its_process_died_after_sending(rig: Rig) -> None:
    reference = await rig.messenger.send(rig.channel, message())
    book = OneDayBook(Delivery(rig.channel.id, DAY, DeliveryState.CLAIMED))
    settled = await _deliver(rig, book)
    assert (settled.state, settled.reference) == (DeliveryState.SENT, reference)
    assert await rig.posts() == 1


async def test_a_channel_that_is_gone_says_so(rig: Rig) -> None:
    if rig.take_the_channel_away is None:
        pytest.skip("this channel cannot go away")
    rig.take_the_channel_away()
    with pytest.raises(DestinationGone):
        await rig.messenger.send(rig.channel, message())
    with pytest.raises(DestinationGone):
        await rig.messenger.find(rig.channel, "digest:1")
    settled = await _deliver(rig, OneDayBook())
    assert settled.state is DeliveryState.FAILED
    assert settled.note


async def _deliver(rig: Rig, book: OneDayBook) -> Delivery:
    return await outbox.deliver(
        message(), channel=rig.channel, day=DAY, book=book, messenger=rig.messenger, clock=SystemClock()
    )
