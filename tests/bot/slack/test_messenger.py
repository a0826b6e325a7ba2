"""Digests into Slack: once, whatever is lost, refused or late. Slack is a peer on loopback."""

import asyncio
import itertools
import json
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot import outbox
from bot.slack.faults import SlackGone, SlackRefused, fault_of
from bot.slack.messenger import SlackMessenger
from bot.slack.render import render
from bot.slack.web import SlackWeb
from bot.texts.message import Bullets, Message, text
from bot.texts.posts import digest_post
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.channel import Channel
from pipeline.domain.digest import DeliveryState, delivery_key
from pipeline.domain.errors import DeliveryDelayed, DeliveryUnknown, DestinationGone
from tests.bot.slack.slack_world import Now
from tests.peers.catalog import Stores
from tests.peers.made_insights import digest, pick
from tests.peers.slack_peer import BOT_TOKEN, SlackPeer

CHANNEL = Channel("slack:T1/C1", WorkspaceId("slack:T1"), "podcasts", zone="Europe/Berlin")
DAY = date(2026, 11, 23)
POST: Message = digest_post(digest(pick()))


@dataclass
class Heard:
    gone: list[tuple[str, str]] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    posted: list[str] = field(default_factory=list)

    async def on_gone(self, channel: Channel, error: SlackGone) -> None:
        self.gone.append((channel.id, error.code))

    def on_posted(self, team: str) -> None:
        self.posted.append(team)

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def messenger(peer: SlackPeer, heard: Heard) -> SlackMessenger:
    return _messenger(peer, heard)


def _messenger(peer: SlackPeer, heard: Heard, *, timeout: float = 1.0) -> SlackMessenger:
    web = SlackWeb(BOT_TOKEN, base_url=peer.api_url, timeout=timeout, pause=heard.pause)
    return SlackMessenger(web, clock=Now(), on_gone=heard.on_gone, on_posted=heard.on_posted)


async def test_a_post_carries_its_key_and_is_found_by_it(peer: SlackPeer, messenger: SlackMessenger) -> None:
    reference = await messenger.send(CHANNEL, POST)
    (posted,) = peer.posted("C1")
    assert posted["ts"] == reference
    assert posted["metadata"] == {"event_type": "podsift_post", "event_payload": {"key": POST.key}}
    assert await messenger.find(CHANNEL, POST.key) == reference
    assert await messenger.find(CHANNEL, "digest:other") is None


async def test_the_thread_of_a_post_is_opened_once_at_the_most(peer: SlackPeer, messenger: SlackMessenger) -> None:
    reference = await messenger.send(CHANNEL, POST)
    (opener,) = [one for one in peer.said("C1") if one.get("thread_ts")]
    assert (opener["thread_ts"], opener["text"]) == (reference, "Ask me here about any of these.")
    assert opener["metadata"]["event_payload"]["key"] != POST.key
    await messenger.find(CHANNEL, POST.key)
    assert len(peer.said("C1")) == 2


async def test_a_post_is_found_among_many(peer: SlackPeer, messenger: SlackMessenger) -> None:
    reference = await messenger.send(CHANNEL, POST)
    peer.places["C1"].messages += [{"user": "U1", "ts": peer.next_ts(), "text": "hi"} for _ in range(450)]
    assert await messenger.find(CHANNEL, POST.key) == reference
    assert len(peer.made("conversations.history")) == 3


async def test_a_short_rate_limit_is_waited_for(peer: SlackPeer, messenger: SlackMessenger, heard: Heard) -> None:
    peer.fail("chat.postMessage", "limit", 2, times=2)
    await messenger.send(CHANNEL, POST)
    assert heard.pauses == [2.0, 2.0]
    assert len(peer.posted("C1")) == 1


async def test_a_long_rate_limit_is_the_callers_to_wait_for(peer: SlackPeer, messenger: SlackMessenger) -> None:
    peer.fail("chat.postMessage", "limit", 60)
    with pytest.raises(DeliveryDelayed) as caught:
        await messenger.send(CHANNEL, POST)
    assert caught.value.retry_after == 60
    peer.fail("chat.postMessage", "limit", 1, times=4)
    with pytest.raises(DeliveryDelayed):
        await messenger.send(CHANNEL, POST)


@pytest.mark.parametrize(("kind", "detail"), [("lost", None), ("broken", None), ("slow", 3)])
async def test_a_post_whose_reply_is_lost_is_nobodys_to_tell(
    peer: SlackPeer, heard: Heard, kind: str, detail: object
) -> None:
    messenger = _messenger(peer, heard)
    peer.fail("chat.postMessage", kind, detail)
    with pytest.raises(DeliveryUnknown):
        await messenger.send(CHANNEL, POST)
    assert len(peer.posted("C1")) == 1
    assert await messenger.find(CHANNEL, POST.key) is not None


@pytest.mark.parametrize(("kind", "detail"), [("drop", None), ("status", 503), ("error", "fatal_error")])
async def test_what_may_have_been_applied_is_not_sent_again(
    peer: SlackPeer, messenger: SlackMessenger, kind: str, detail: object
) -> None:
    peer.fail("chat.postMessage", kind, detail)
    with pytest.raises(DeliveryUnknown):
        await messenger.send(CHANNEL, POST)
    assert len(peer.made("chat.postMessage")) == 1
    assert peer.posted("C1") == []


async def test_when_nobody_listens_nothing_arrived(heard: Heard) -> None:
    web = SlackWeb(BOT_TOKEN, base_url="http://127.0.0.1:9/api/", pause=heard.pause)
    with pytest.raises(DeliveryDelayed):
        await SlackMessenger(web, clock=Now(), on_gone=heard.on_gone, on_posted=heard.on_posted).send(CHANNEL, POST)


async def test_a_search_that_fails_is_worth_another_look(peer: SlackPeer, messenger: SlackMessenger) -> None:
    peer.fail("conversations.history", "status", 500)
    with pytest.raises(DeliveryDelayed):
        await messenger.find(CHANNEL, POST.key)


@pytest.mark.parametrize(
    "code",
    ["channel_not_found", "is_archived", "not_in_channel", "restricted_action_read_only_channel", "token_revoked",
     "account_inactive", "missing_scope"],
)  # fmt: skip
async def test_a_dead_destination_is_told_once_and_for_good(
    peer: SlackPeer, messenger: SlackMessenger, heard: Heard, code: str
) -> None:
    peer.fail("chat.postMessage", "error", code)
    with pytest.raises(DestinationGone):
        await messenger.send(CHANNEL, POST)
    assert heard.gone == [("slack:T1/C1", code)]
    assert len(peer.made("chat.postMessage")) == 1


async def test_an_unknown_refusal_settles_the_day(peer: SlackPeer, messenger: SlackMessenger, heard: Heard) -> None:
    peer.fail("chat.postMessage", "error", "something_new")
    with pytest.raises(DestinationGone, match="something_new"):
        await messenger.send(CHANNEL, POST)
    assert heard.gone == []


async def test_refused_blocks_are_sent_as_plain_text_once(peer: SlackPeer, messenger: SlackMessenger) -> None:
    peer.fail("chat.postMessage", "error", "msg_blocks_too_long")
    await messenger.send(CHANNEL, POST)
    (posted,) = peer.posted("C1")
    assert "blocks" not in posted
    assert "One insight for Monday 23 November" in posted["text"]
    assert posted["metadata"]["event_payload"] == {"key": POST.key}


async def test_a_reply_is_found_in_its_thread(peer: SlackPeer, messenger: SlackMessenger) -> None:
    peer.places["C1"].messages.append({"user": "U1", "ts": "1795414701.000001", "text": "why?"})
    reply = await messenger.post("C1", Message(POST.blocks, "x", "answer:1"), thread="1795414701.000001")
    assert await messenger.find_reply("C1", "1795414701.000001", "answer:1") == reply
    assert await messenger.find(CHANNEL, "answer:1") is None
    peer.places["C1"].messages[0]["metadata"] = {"event_type": "somebody_elses", "event_payload": {"key": "answer:2"}}
    assert await messenger.find_reply("C1", "1795414701.000001", "answer:2") is None


async def test_a_long_reply_that_was_cut_off_gets_the_parts_that_are_missing(
    peer: SlackPeer, messenger: SlackMessenger
) -> None:
    root = "1795414701.000001"
    peer.places["C1"].messages.append({"user": "U1", "ts": root, "text": "list"})
    items = tuple(text(f"{number}. {'show ' * 60}") for number in range(120))
    whole = Message((Bullets(items),), "120 shows", "answer:1")
    parts = len(render(whole))
    assert parts > 2
    for fault in ("drop", "status"):
        posts = len(peer.made("chat.postMessage"))
        peer.fail("chat.postMessage", "", times=1)
        peer.fail("chat.postMessage", fault, 503)
        with suppress(DeliveryUnknown):
            await messenger.reply("C1", whole, thread=root, again=posts > 0)
    await messenger.reply("C1", whole, thread=root, again=True)
    posted = [one["blocks"] for one in peer.said("C1")]
    assert posted == [list(payload.blocks) for payload in render(whole)]
    assert await messenger.find_reply("C1", root, "answer:1") == peer.said("C1")[-1]["ts"]


def test_every_code_of_the_table_has_its_meaning() -> None:
    assert isinstance(fault_of("message_limit_exceeded"), DeliveryDelayed)
    assert isinstance(fault_of("", status=200), DeliveryUnknown)
    assert isinstance(fault_of("no_text"), SlackRefused)
    assert "users:read" in str(fault_of("missing_scope", needed="users:read"))
    revoked = fault_of("token_revoked")
    assert isinstance(revoked, SlackGone)
    assert revoked.is_token


@pytest.fixture
async def channel(stores: Stores) -> Channel:
    await stores.settings.save(CHANNEL, workspace=CHANNEL.workspace)
    return CHANNEL


@dataclass
class Killed:
    """A messenger within a process that dies at a point: before sending, while sending, or before recording."""

    inner: SlackMessenger
    point: str

    async def send(self, channel: Channel, message: Message) -> str:
        if self.point == "claimed":
            raise asyncio.CancelledError
        reference = await self.inner.send(channel, message)
        if self.point == "sent":
            raise asyncio.CancelledError
        return reference

    async def find(self, channel: Channel, key: str) -> str | None:
        return await self.inner.find(channel, key)


async def test_every_digest_is_posted_exactly_once_wherever_the_process_dies(
    peer: SlackPeer, heard: Heard, stores: Stores, channel: Channel
) -> None:
    deaths = itertools.product(("claimed", "sent", "never"), ("", "lost", "broken", "limit", "drop", "status"))
    for number, (point, fault) in zip(range(36), itertools.cycle(deaths), strict=False):
        day = DAY + timedelta(days=number)
        post = replace(POST, key=delivery_key(channel.id, day))
        if fault:
            peer.fail("chat.postMessage", fault, 503 if fault == "status" else 9)
        for dying in (point, "never", "never"):
            messenger = Killed(_messenger(peer, heard), dying)  # only the catalogue outlives a process
            with suppress(asyncio.CancelledError, DeliveryDelayed, DeliveryUnknown):
                await outbox.deliver(
                    post, channel=channel, day=day, book=stores.deliveries, messenger=messenger, clock=stores.clock
                )
        claim = await stores.deliveries.claim(channel.id, day, workspace=channel.workspace, at=stores.clock.now())
        posted = [one for one in peer.posted("C1") if one["metadata"]["event_payload"]["key"] == post.key]
        assert [one["ts"] for one in posted] == [claim.delivery.reference], (point, fault)
        assert claim.delivery.state is DeliveryState.SENT


async def test_what_goes_out_can_be_recorded(
    peer: SlackPeer, messenger: SlackMessenger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PODSIFT_RECORD", str(tmp_path / "calls.jsonl"))
    await messenger.send(CHANNEL, POST)
    lines = (tmp_path / "calls.jsonl").read_text().splitlines()
    assert [json.loads(line)["method"] for line in lines] == ["chat.postMessage"] * 2
