"""Topics as members say them: shown to all, changed by curators, undone as easily."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.app import LOCAL_CHANNEL, App, open_app
from bot.commands import parse
from bot.operations import Member, perform_unseen
from bot.running import OWNER
from bot.settings import load_settings
from bot.texts.message import plain
from pipeline.domain.audience import LOCAL
from pipeline.domain.errors import BadInput

READER = Member(LOCAL, LOCAL_CHANNEL, "rita")


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    settings = load_settings(data=tmp_path, whisper_model="off", zone="UTC", _env_file=None)
    async with open_app(settings) as opened:
        yield opened


async def say(app: App, line: str, member: Member = OWNER) -> str:
    return plain((await perform_unseen(app, member, parse(line))).message)


async def shown(app: App) -> dict[str, Any]:
    return dict((await perform_unseen(app, READER, parse("topics"))).to_reply()["data"])


async def test_topics_are_asked_for_shown_moved_and_taken_back(app: App) -> None:
    assert "has not asked for any" in await say(app, "topics", READER)
    assert "More of “code review” from the next post on." in await say(app, "topics more code review")
    assert "topics more Code Review" in await say(app, "topics mute Code Review")
    await say(app, "TOPICS less crypto")
    assert await shown(app) == {
        "channel": LOCAL_CHANNEL,
        "more": [],
        "less": ["crypto"],
        "muted": ["Code Review"],
    }
    assert "Nothing of Code Review" in await say(app, "topics", READER)
    assert "like any other topic again" in await say(app, "topics drop crypto")
    assert "That was so already" in await say(app, "topics mute code review")
    assert "topics mute code review" in await say(app, "topics reset")
    assert (await shown(app))["muted"] == []
    assert "had not asked" in await say(app, "topics reset")


async def test_readers_see_topics_and_cannot_change_them(app: App) -> None:
    assert "Curators change the topics" in await say(app, "topics more tea", READER)
    assert (await shown(app))["more"] == []


async def test_what_was_never_asked_for_is_said(app: App) -> None:
    assert "said nothing about “tea”" in await say(app, "topics drop tea")


@pytest.mark.parametrize("line", ["topics more", "topics please", "topics drop", "topics only tea"])
def test_half_a_wish_is_explained(line: str) -> None:
    with pytest.raises(BadInput, match="topics more TOPIC"):
        parse(line)


async def test_a_wish_counts_in_the_choice(app: App) -> None:
    await say(app, "topics mute crypto")
    channel = await app.pipeline.channels.get(LOCAL_CHANNEL, workspace=LOCAL)
    assert channel.muted == ("crypto",)
