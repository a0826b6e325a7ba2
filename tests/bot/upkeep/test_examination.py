"""What `podsift doctor` says of each part, well and unwell."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.app import App, open_app
from bot.handover import Request
from bot.operations import perform
from bot.running import OWNER
from bot.settings import load_settings
from bot.shapes.commands import CheckShape
from bot.texts.message import plain
from bot.texts.wording import UNAVAILABLE
from bot.upkeep.examination import examine
from tests.peers.chroma_server import chroma_server, free_port
from tests.peers.memory_index import LetterEmbedder
from tests.peers.postgres import postgres_database
from vectorstore.opening import open_index


async def opened(folder: Path, **settings: Any) -> AsyncIterator[App]:
    given = load_settings(data=folder, zone="UTC", _env_file=None, **{"whisper_model": "off", **settings})
    async with open_app(given) as app:
        yield app


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    async for each in opened(tmp_path):
        yield each


async def checks(app: App) -> dict[str, CheckShape]:
    return {check.name: check for check in await examine(app)}


async def test_a_fresh_installation_has_no_problem_and_what_is_off_says_how_to_get_it(app: App) -> None:
    found = await checks(app)

    assert {check.state for check in found.values()} == {"ok", "off"}
    assert found["Catalogue"].detail == "SQLite in the data folder (one process)."
    assert found["Index"].detail.startswith("0 passages of 0 episodes, 0 insights, in the data folder")
    assert "PODSIFT_WHISPER_MODEL" in found["Transcription"].help
    assert "PODSIFT_OPENAI_MODEL" in found["Insights and answers"].help
    assert "their tokens" in found["Channels"].help


async def test_a_disk_that_is_nearly_full_is_a_problem_with_two_ways_out(app: App) -> None:
    greedy = replace(app, settings=app.settings.model_copy(update={"disk_reserve_gb": 1e9}))

    folder = (await checks(greedy))["Data folder"]

    assert folder.state == "problem"
    assert "Make room on this disk" in folder.help
    assert "PODSIFT_DISK_RESERVE_GB" in folder.help


async def test_a_chroma_server_that_is_away_is_a_problem_and_words_go_on(tmp_path: Path) -> None:
    async for app in opened(tmp_path, chroma_url=f"http://127.0.0.1:{free_port()}"):
        index = (await checks(app))["Index"]

    assert index.state == "problem"
    assert "does not answer" in index.detail
    assert index.help.startswith("Start the Chroma server, or correct PODSIFT_CHROMA_URL")
    assert "words go on alone" in index.help


async def test_an_index_of_another_embedding_is_rebuilt_by_itself(tmp_path: Path) -> None:
    async with open_index(tmp_path / "index", embedder=LetterEmbedder()):
        pass
    async for app in opened(tmp_path):
        index = (await checks(app))["Index"]

    assert index.state == "problem"
    assert "made with another embedding" in index.detail
    assert index.help.startswith("The service rebuilds it by itself, and “podsift reindex” does so at once")


async def test_where_processes_have_different_embeddings_nobody_is_sent_to_the_chroma_server(tmp_path: Path) -> None:
    with postgres_database() as database, chroma_server(tmp_path / "chroma") as chroma:
        other = open_index(tmp_path / "o", embedder=LetterEmbedder(), database_url=database, chroma_url=chroma)
        async with other as others:
            async for app in opened(tmp_path, database_url=database, chroma_url=chroma):
                last = (await checks(app))["Index"]
                async with app.index.rebuilding():
                    pass
                async with others.rebuilding():
                    pass
                first = (await checks(app))["Index"]

    assert "must be rebuilt" in last.detail
    assert "Give all processes the same PODSIFT_OPENAI_EMBEDDING_MODEL" in last.help
    assert "Then the service rebuilds it by itself" in last.help
    assert "Another process made the index" in first.detail
    assert "Give all processes the same PODSIFT_OPENAI_EMBEDDING_MODEL" in first.help
    assert "restart those that had others" in first.help


async def test_while_the_chroma_server_is_away_status_says_so_and_a_rebuild_says_what_to_do(tmp_path: Path) -> None:
    async for app in opened(tmp_path, chroma_url=f"http://127.0.0.1:{free_port()}"):
        status = plain((await perform(app, OWNER, Request("status"), lambda _: None)).message)
        reindex = await perform(app, OWNER, Request("reindex"), lambda _: None)

    assert "0 episodes; searches go by words alone. The Chroma server does not answer: " in status
    assert plain(reindex.message).startswith("The Chroma server does not answer: ")
    assert "Try it again when that is mended." in plain(reindex.message)
    assert reindex.code == UNAVAILABLE


async def test_a_model_folder_is_told_from_a_name_that_is_fetched(tmp_path: Path) -> None:
    said = {}
    for name in (str(tmp_path), "small"):
        async for app in opened(tmp_path, whisper_model=name):
            said[name] = (await checks(app))["Transcription"].detail

    assert "(a folder on this machine)" in said[str(tmp_path)]
    assert "fetched when it is first needed" in said["small"]


async def test_what_the_month_has_cost_is_told(tmp_path: Path) -> None:
    async for app in opened(tmp_path, openai_model="reader", openai_base_url="http://127.0.0.1:9/v1"):
        insights = (await checks(app))["Insights and answers"]

    assert insights.detail.startswith("reader, $0.00 spent this month.")
