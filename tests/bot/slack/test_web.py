"""Replies through response addresses, and what is asked of Slack besides posting."""

import pytest

from bot.slack.hearing import plain_words
from bot.slack.render import Payload, render_one
from bot.slack.web import SlackWeb
from bot.spoken import request_in
from bot.texts.message import Message, Paragraph, text
from pipeline.domain.errors import DeliveryDelayed, DeliveryUnknown
from tests.peers.slack_peer import BOT_TOKEN, SlackPeer

_PAYLOAD: Payload = render_one(Message((Paragraph(text("hello")),), "hello"))


async def test_a_reply_is_private_unless_it_is_said_to_be_public(peer: SlackPeer) -> None:
    web = SlackWeb(BOT_TOKEN, base_url=peer.api_url)
    await web.respond(f"{peer.url}/response/1", _PAYLOAD)
    await web.respond(f"{peer.url}/response/1", _PAYLOAD, private=False)
    assert [one["response_type"] for one in peer.responses] == ["ephemeral", "in_channel"]
    assert not any(one["replace_original"] for one in peer.responses)


@pytest.mark.parametrize(
    ("kind", "detail", "error"),
    [("limit", 7, DeliveryDelayed), ("status", 500, DeliveryUnknown), ("drop", None, DeliveryUnknown)],
)
async def test_a_reply_that_fails_says_how(
    peer: SlackPeer, kind: str, detail: int | None, error: type[Exception]
) -> None:
    peer.fail("response_url", kind, detail)
    with pytest.raises(error):
        await SlackWeb(BOT_TOKEN, base_url=peer.api_url).respond(f"{peer.url}/response/1", _PAYLOAD)
    assert peer.responses == []


async def test_a_reply_to_nobody_did_not_arrive(peer: SlackPeer) -> None:
    with pytest.raises(DeliveryDelayed):
        await SlackWeb(BOT_TOKEN, base_url=peer.api_url).respond("http://127.0.0.1:9/response/1", _PAYLOAD)


def test_slacks_markup_becomes_what_was_meant() -> None:
    raw = "<@UBOT> what did <@U2|bob> say in <#C1|podcasts> about <https://x.example/?a&amp;b|this>, <!here>? a &lt; b"
    said = plain_words(raw, bot="UBOT")
    assert said == "what did @bob say in #podcasts about https://x.example/?a&b, ? a < b"


@pytest.mark.parametrize(
    ("words", "operation"),
    [("", "help"), ("LIST", "list"), ("/podcast status", "status"), ("add x.example/feed", "add"),
     ("ask why?", "ask"), ("remove Ship It", "remove")],
)  # fmt: skip
def test_orders_are_commands(words: str, operation: str) -> None:
    request = request_in(words)
    assert request is not None
    assert request.operation == operation


@pytest.mark.parametrize("words", ["list the guests", "add up the numbers", "search engines: are they dead?", "why?"])
def test_everything_else_is_a_question(words: str) -> None:
    assert request_in(words) is None
