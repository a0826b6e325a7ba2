from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from bot.clock import SystemClock
from bot.discord.layouts import marker_of
from bot.discord.messenger import DiscordMessenger, open_messenger
from bot.texts.message import Button, Buttons, Heading, Message, Paragraph, text
from bot.texts.posts import digest_post
from pipeline.domain.errors import DeliveryDelayed, DeliveryUnknown, DestinationGone
from tests.peers.discord_desk import CHANNEL, NoStops
from tests.peers.discord_peer import TOKEN, DiscordPeer, Fault
from tests.peers.discord_rules import walk
from tests.peers.discord_world import BOB, FORUM, PODCASTS, Place, tag
from tests.peers.made_insights import candidate, digest, insight, pick

POST = rf"/channels/{PODCASTS}/threads$"
KEY = "digest:forum:2026-11-23"
MESSAGE = Message(
    (Heading(text("Five insights for Monday")), Paragraph(text("Hello")), Buttons((Button("1", "card:a"),))),
    "Hi",
    KEY,
    topics=("ai safety", "code review", "ships"),
)


@pytest.fixture
def forum(peer: DiscordPeer) -> Place:
    place = peer.world.places[PODCASTS]
    place.kind = FORUM
    place.available_tags = (tag(1, "AI"), tag(2, "Staff picks", moderated=True), tag(3, "Code review"), tag(4, "Air"))
    return place


@pytest.fixture
async def messenger(peer: DiscordPeer, forum: Place) -> AsyncIterator[DiscordMessenger]:
    async with open_messenger(TOKEN, clock=SystemClock(), stops=NoStops()) as messenger:
        yield messenger


def posts_in(peer: DiscordPeer, forum: Place) -> list[Place]:
    return [place for place in peer.world.places.values() if place.parent == forum.id]


async def test_a_forum_gets_one_post_with_the_tags_of_its_topics(
    peer: DiscordPeer, forum: Place, messenger: DiscordMessenger
) -> None:
    reference = await messenger.send(CHANNEL, MESSAGE)
    (post,) = posts_in(peer, forum)
    assert (str(post.id), post.name, post.tags) == (reference, "Five insights for Monday", (1, 3))
    (call,) = peer.calls_of("POST", POST)
    assert call.body["message"]["allowed_mentions"] == {"parse": []}
    assert call.body["message"]["flags"] & 1 << 2, "previews are off"
    assert len(peer.posts(post)) == 1, "the post itself is the thread to ask in"


async def test_a_digest_names_its_topics(peer: DiscordPeer, forum: Place, messenger: DiscordMessenger) -> None:
    about = replace(insight("i1"), topics=("code review",))
    await messenger.send(CHANNEL, replace(digest_post(digest(pick(1, candidate(about)))), key=KEY))
    assert posts_in(peer, forum)[0].tags == (3,)


async def test_a_forums_post_is_found_again_open_or_folded(
    peer: DiscordPeer, forum: Place, messenger: DiscordMessenger
) -> None:
    assert await messenger.find(CHANNEL, KEY) is None
    reference = await messenger.send(CHANNEL, MESSAGE)
    assert await messenger.find(CHANNEL, KEY) == reference
    posts_in(peer, forum)[0].is_archived = True
    assert await messenger.find(CHANNEL, KEY) == reference
    assert await messenger.find(CHANNEL, f"{KEY}0") is None


async def test_a_member_cannot_fake_a_forums_post(peer: DiscordPeer, forum: Place, messenger: DiscordMessenger) -> None:
    thread = peer.world.open_thread(forum, "Five insights", None)
    thread.owner = BOB
    button = {"type": 2, "style": 2, "label": "1", "custom_id": f"card:a~{marker_of(KEY)}"}
    message = peer.world.add_message(thread, BOB, {"components": [{"type": 1, "components": [button]}]})
    message["id"] = str(thread.id)
    assert await messenger.find(CHANNEL, KEY) is None


async def test_a_post_whose_opening_message_is_gone_is_passed_over(
    peer: DiscordPeer, forum: Place, messenger: DiscordMessenger
) -> None:
    await messenger.send(CHANNEL, MESSAGE)
    posts_in(peer, forum)[0].messages.clear()
    assert await messenger.find(CHANNEL, KEY) is None


@pytest.mark.parametrize("kind", ["apply_then_answer", "apply_then_drop"])
@pytest.mark.parametrize("status", [500, 502])
async def test_a_forums_post_is_never_sent_again_unseen(
    peer: DiscordPeer, forum: Place, messenger: DiscordMessenger, kind: Any, status: int
) -> None:
    peer.faults.append(Fault("POST", POST, kind, status=status))
    with pytest.raises(DeliveryUnknown):
        await messenger.send(CHANNEL, MESSAGE)
    (post,) = posts_in(peer, forum)
    assert len(peer.calls_of("POST", POST)) == 1, "discord.py would have tried it again, without a nonce"
    assert await messenger.find(CHANNEL, KEY) == str(post.id)


@pytest.mark.parametrize(
    ("names", "chosen"),
    [(("Podcast digest", "Help"), 1), (("Help", "Other"), 1), (("Help", "Daily news"), 2)],
)
async def test_a_forum_that_asks_for_a_tag_gets_one_that_fits_any_post(
    peer: DiscordPeer, forum: Place, messenger: DiscordMessenger, names: tuple[str, ...], chosen: int
) -> None:
    forum.needs_tag = True
    forum.available_tags = tuple(tag(number, name) for number, name in enumerate(names, start=1))
    await messenger.send(CHANNEL, MESSAGE)
    assert posts_in(peer, forum)[0].tags == (chosen,)


async def test_a_forum_with_tags_for_moderators_alone_is_explained(
    peer: DiscordPeer, forum: Place, messenger: DiscordMessenger
) -> None:
    forum.needs_tag = True
    forum.available_tags = (tag(1, "AI", moderated=True),)
    with pytest.raises(DestinationGone, match=r"need a tag.*ask an admin to add one"):
        await messenger.send(CHANNEL, MESSAGE)


async def test_a_forum_that_allows_no_posts_is_explained(forum: Place, messenger: DiscordMessenger) -> None:
    forum.refused = 50013
    with pytest.raises(DestinationGone, match="Create Posts"):
        await messenger.send(CHANNEL, MESSAGE)


async def test_a_private_forum_that_we_cannot_see_is_explained(forum: Place, messenger: DiscordMessenger) -> None:
    forum.refused = 50001
    with pytest.raises(DestinationGone, match="ask an admin to give it View Channel"):
        await messenger.send(CHANNEL, MESSAGE)


async def test_a_category_is_no_place_to_post(forum: Place, messenger: DiscordMessenger) -> None:
    forum.kind = 4
    with pytest.raises(DestinationGone, match="nowhere to post"):
        await messenger.send(CHANNEL, MESSAGE)


async def test_a_refused_layout_becomes_a_plain_post_that_is_found_again(
    peer: DiscordPeer, forum: Place, messenger: DiscordMessenger
) -> None:
    peer.faults.append(Fault("POST", POST, "answer", status=400, code=50035))
    long = replace(MESSAGE, blocks=(*MESSAGE.blocks, *(Paragraph(text("word " * 200)) for _ in range(3))))
    reference = await messenger.send(CHANNEL, long)
    (post,) = posts_in(peer, forum)
    assert len(peer.posts(post)) > 1
    assert sum(message["content"].count("word") for message in peer.posts(post)) == 600
    assert await messenger.find(CHANNEL, KEY) == reference
    assert any(part.get("custom_id") for part in walk(peer.posts(post)[0]["components"]))


async def test_a_look_up_that_fails_is_made_later_and_nothing_is_sent(
    peer: DiscordPeer, forum: Place, messenger: DiscordMessenger
) -> None:
    peer.faults += [Fault("GET", rf"/channels/{PODCASTS}$", "drop")] * 2
    with pytest.raises(DeliveryDelayed):
        await messenger.send(CHANNEL, MESSAGE)
    assert posts_in(peer, forum) == []
