from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, date, datetime

import discord
import pytest

from bot import outbox
from bot.clock import SystemClock
from bot.discord.layouts import marker_of
from bot.discord.messenger import DiscordMessenger, open_messenger
from bot.texts.message import Button, Buttons, Heading, Message, Paragraph, text
from bot.texts.posts import digest_post
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.channel import Channel
from pipeline.domain.digest import DeliveryState
from pipeline.domain.errors import DeliveryDelayed, DeliveryUnknown, DestinationGone, UnknownChannel
from tests.peers.deliveries import Died, OneDayBook
from tests.peers.digest_books import SetClock
from tests.peers.discord_desk import NoStops
from tests.peers.discord_peer import TOKEN, DiscordPeer, Fault, running_discord
from tests.peers.discord_rules import walk
from tests.peers.discord_world import BOB, GUILD, PODCASTS, Place
from tests.peers.made_insights import candidate, digest, insight, pick

POST = r"/messages$"
CHANNEL = Channel(f"discord:{GUILD}/{PODCASTS}", WorkspaceId(f"discord:{GUILD}"), "podcasts")
KEY = f"digest:{CHANNEL.id}:2026-11-23"
MESSAGE = Message(
    (Heading(text("Five insights")), Paragraph(text("Hello @everyone")), Buttons((Button("1", "card:a"),))), "Hi", KEY
)


@pytest.fixture
def place(peer: DiscordPeer) -> Place:
    return peer.world.places[PODCASTS]


@pytest.fixture
async def messenger(peer: DiscordPeer) -> AsyncIterator[DiscordMessenger]:
    async with opened() as messenger:
        yield messenger


def opened() -> AbstractAsyncContextManager[DiscordMessenger]:
    return open_messenger(TOKEN, clock=SystemClock(), stops=NoStops())


async def test_a_post_is_one_silent_safe_panel_with_a_thread_under_it(
    peer: DiscordPeer, messenger: DiscordMessenger, place: Place
) -> None:
    reference = await messenger.send(CHANNEL, MESSAGE)
    (post,) = peer.posts(place)
    (call,) = peer.calls_of("POST", POST)
    assert reference == post["id"]
    assert call.body["allowed_mentions"] == {"parse": []}
    assert call.body["nonce"] == marker_of(KEY)
    assert call.body["enforce_nonce"] is True
    assert post["flags"] & (1 << 2), "previews are off"
    assert peer.world.places[int(post["id"])].name == "Five insights"


async def test_it_is_found_by_its_key_and_no_other_is(messenger: DiscordMessenger) -> None:
    assert await messenger.find(CHANNEL, KEY) is None
    reference = await messenger.send(CHANNEL, MESSAGE)
    assert await messenger.find(CHANNEL, KEY) == reference
    assert await messenger.find(CHANNEL, f"{KEY}0") is None


async def test_a_post_without_buttons_gets_one_to_carry_the_key(messenger: DiscordMessenger) -> None:
    message = replace(MESSAGE, blocks=MESSAGE.blocks[:2])
    reference = await messenger.send(CHANNEL, message)
    assert await messenger.find(CHANNEL, KEY) == reference


async def test_a_member_cannot_fake_a_post(peer: DiscordPeer, messenger: DiscordMessenger, place: Place) -> None:
    await messenger.send(CHANNEL, MESSAGE)
    forged = peer.posts(place)[0]
    forged["author"] = peer.world.users[BOB]
    assert await messenger.find(CHANNEL, KEY) is None


async def test_history_is_read_two_days_back_only(peer: DiscordPeer, messenger: DiscordMessenger, place: Place) -> None:
    body = {"components": [{"type": 1, "components": [_button(f"card:a~{marker_of(KEY)}")]}]}
    peer.world.add_message(place, 4_000, body, minutes_old=60 * 24 * 3)
    assert await messenger.find(CHANNEL, KEY) is None


async def test_a_busy_channel_is_searched_page_by_page(
    peer: DiscordPeer, messenger: DiscordMessenger, place: Place
) -> None:
    reference = await messenger.send(CHANNEL, MESSAGE)
    for _ in range(150):
        peer.world.add_message(place, BOB, {"content": "chatter"})
    assert await messenger.find(CHANNEL, KEY) == reference
    assert len(peer.calls_of("GET", POST)) == 2


@pytest.mark.parametrize("code", [10003, 10004, 50001, 50013, 50024])
async def test_a_channel_that_is_closed_to_us_is_gone_and_the_reason_says_what_to_do(
    messenger: DiscordMessenger, place: Place, code: int
) -> None:
    place.refused = code
    with pytest.raises(DestinationGone, match="podcasts"):
        await messenger.send(CHANNEL, MESSAGE)
    with pytest.raises(DestinationGone, match="podcasts"):
        await messenger.find(CHANNEL, KEY)


async def test_a_deleted_channel_is_gone(peer: DiscordPeer, messenger: DiscordMessenger) -> None:
    del peer.world.places[PODCASTS]
    with pytest.raises(DestinationGone, match="is gone"):
        await messenger.send(CHANNEL, MESSAGE)


async def test_a_channel_of_another_platform_is_unknown(messenger: DiscordMessenger) -> None:
    with pytest.raises(UnknownChannel):
        await messenger.send(replace(CHANNEL, id="slack:T1/C1"), MESSAGE)


async def test_discord_py_waits_out_a_short_rate_limit(
    peer: DiscordPeer, messenger: DiscordMessenger, place: Place
) -> None:
    peer.faults.append(Fault("POST", POST, "ratelimit", seconds=0.05))
    await messenger.send(CHANNEL, MESSAGE)
    assert len(peer.posts(place)) == 1


@pytest.mark.parametrize(
    ("fault", "pause"),
    [
        (Fault("POST", POST, "ratelimit", seconds=90), 90),
        (Fault("POST", POST, "banned"), 900),
        (Fault("POST", POST, "answer", status=401), 900),
        (Fault("POST", POST, "answer", status=400, code=50006), 30),
    ],
)
async def test_what_surely_did_not_arrive_is_tried_later(
    peer: DiscordPeer, messenger: DiscordMessenger, place: Place, fault: Fault, pause: float
) -> None:
    peer.faults.append(fault)
    with pytest.raises(DeliveryDelayed) as told:
        await messenger.send(CHANNEL, MESSAGE)
    assert told.value.retry_after == pytest.approx(pause)
    assert peer.posts(place) == []


async def test_a_server_that_nobody_reaches_is_tried_later() -> None:
    async with running_discord(), opened() as messenger:
        discord.http.Route.BASE = "http://127.0.0.1:9/api/v10"
        with pytest.raises(DeliveryDelayed, match="reached"):
            await messenger.send(CHANNEL, MESSAGE)


async def test_a_token_that_is_refused_is_named_and_tried_rarely(peer: DiscordPeer) -> None:
    async with open_messenger("wrong", clock=SystemClock(), stops=NoStops()) as messenger:
        with pytest.raises(DeliveryDelayed, match="PODSIFT_DISCORD_TOKEN") as told:
            await messenger.send(CHANNEL, MESSAGE)
        assert told.value.retry_after == 900


@pytest.mark.parametrize("kind", ["apply_then_answer", "apply_then_drop", "drop"])
async def test_a_lost_answer_is_unknown_until_history_is_read(
    peer: DiscordPeer, messenger: DiscordMessenger, place: Place, kind: str
) -> None:
    peer.faults.append(Fault("POST", POST, kind, status=503))  # type: ignore[arg-type]  # the three are kinds
    with pytest.raises(DeliveryUnknown):
        await messenger.send(CHANNEL, MESSAGE)
    found = await messenger.find(CHANNEL, KEY)
    assert found == (None if kind == "drop" else peer.posts(place)[0]["id"])


async def test_the_retry_of_discord_py_does_not_double(
    peer: DiscordPeer, messenger: DiscordMessenger, place: Place
) -> None:
    peer.faults.append(Fault("POST", POST, "apply_then_answer", status=502))
    await messenger.send(CHANNEL, MESSAGE)
    assert len(peer.calls_of("POST", POST)) == 2
    assert len(peer.posts(place)) == 1


async def test_history_that_does_not_answer_is_asked_later(peer: DiscordPeer, messenger: DiscordMessenger) -> None:
    peer.faults += [Fault("GET", POST, "drop")] * 2  # the first one is asked again on a fresh connection
    with pytest.raises(DeliveryDelayed):
        await messenger.find(CHANNEL, KEY)


async def test_a_refused_layout_is_posted_as_plain_text(
    peer: DiscordPeer, messenger: DiscordMessenger, place: Place
) -> None:
    peer.faults.append(Fault("POST", POST, "answer", status=400, code=50035))
    long = replace(MESSAGE, blocks=(*MESSAGE.blocks, *(Paragraph(text("word " * 200)) for _ in range(3))))
    reference = await messenger.send(CHANNEL, long)
    first, *_, last = peer.posts(place)
    assert first["content"].startswith("## Five insights\nHello @\u200beveryone\n")
    assert last["id"] == reference
    assert await messenger.find(CHANNEL, KEY) == reference


async def test_without_the_right_to_open_threads_the_post_stands_alone(
    peer: DiscordPeer, messenger: DiscordMessenger, place: Place
) -> None:
    peer.faults.append(Fault("POST", "/threads$", "answer", status=403, code=50013))
    await messenger.send(CHANNEL, MESSAGE)
    assert len(peer.posts(place)) == 1


async def test_a_found_post_gets_the_thread_that_a_crash_kept_from_it(
    peer: DiscordPeer, messenger: DiscordMessenger
) -> None:
    peer.faults.append(Fault("POST", "/threads$", "drop"))
    reference = await messenger.send(CHANNEL, MESSAGE)
    assert int(reference) not in peer.world.places
    await messenger.find(CHANNEL, KEY)
    assert peer.world.places[int(reference)].name == "Questions"
    assert await messenger.find(CHANNEL, KEY) == reference


@pytest.mark.parametrize("minutes_have_passed", [False, True])
@pytest.mark.parametrize("moment", ["before sending", "after sending", "before recording"])
async def test_a_digest_arrives_exactly_once_wherever_the_process_dies(
    peer: DiscordPeer, place: Place, moment: str, minutes_have_passed: bool
) -> None:
    day = date(2026, 11, 23)
    book = OneDayBook(dies_before_settling=int(moment == "before recording"))
    message = digest_post(digest(*(pick(n, candidate(insight(f"i{n}"))) for n in range(1, 6))))
    message = replace(message, key=KEY)
    if moment == "before sending":
        await book.claim(CHANNEL.id, day, workspace=CHANNEL.workspace, at=datetime.now(UTC))
    elif moment == "after sending":
        await book.claim(CHANNEL.id, day, workspace=CHANNEL.workspace, at=datetime.now(UTC))
        async with opened() as messenger:
            await messenger.send(CHANNEL, message)
    else:
        with pytest.raises(Died):
            await _deliver(book, message, day)
    if minutes_have_passed:
        peer.forget_nonces()
    await _deliver(book, message, day)
    await _deliver(book, message, day)
    (post,) = peer.posts(place)
    assert book.delivery is not None
    assert (book.delivery.state, book.delivery.reference) == (DeliveryState.SENT, post["id"])
    assert sum(component["type"] == 9 for component in walk(post["components"])) == 5


async def _deliver(book: OneDayBook, message: Message, day: date) -> None:
    clock = SetClock(datetime.now(UTC))
    async with opened() as messenger:
        await outbox.deliver(message, channel=CHANNEL, day=day, book=book, messenger=messenger, clock=clock)


def _button(custom_id: str) -> dict[str, object]:
    return {"type": 2, "style": 2, "label": "1", "custom_id": custom_id}
