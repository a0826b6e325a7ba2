"""Asking and searching, through the operations on a real app."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import App, open_app
from bot.handover import Request
from bot.operations import Member, perform_unseen
from bot.reception import Reception
from bot.settings import load_settings
from bot.texts.message import plain
from bot.texts.wording import NOT_FOUND
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.channel import Channel

_HERE = WorkspaceId("slack:T1")
_READER = Member(_HERE, "slack:T1/C1", "U2")


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    settings = load_settings(data=tmp_path, whisper_model="off", zone="UTC", _env_file=None)
    async with open_app(settings) as opened:
        await opened.channels.save(Channel(_READER.channel_id, _HERE, "#podcasts", zone="UTC"), workspace=_HERE)
        yield opened


@pytest.mark.parametrize(
    "request_",
    [
        Request("ask", {"question": "What did they say about heat pumps?"}),
        Request("ask", {"question": "hello"}),
        Request("search", {"query": "heat pumps"}),
    ],
    ids=["a question", "a greeting", "a search"],
)
async def test_who_asks_where_nothing_is_followed_is_told_so_and_how_to_add_a_show(app: App, request_: Request) -> None:
    outcome = await perform_unseen(app, _READER, request_)

    assert plain(outcome.message).startswith("Nothing is followed here yet. Add a show with “add ")
    assert outcome.code == NOT_FOUND


async def test_a_question_in_a_thread_is_told_the_same(app: App) -> None:
    said = await Reception(app).answer("What did they say about heat pumps?", _READER, thread="1")

    assert said.fallback.startswith("Nothing is followed here yet.")
