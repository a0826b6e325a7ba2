"""discord.py imports a module that its own Python calls deprecated; the tests treat every other warning as an error."""

import warnings
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import discord  # noqa: F401  imported here once, so that no test meets the warning

from tests.peers.catalog import migrated_template, sqlite_stores
from tests.peers.discord_desk import CHANNEL, WORKSPACE, Scene
from tests.peers.discord_peer import DiscordPeer, running_discord


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return migrated_template(tmp_path_factory.mktemp("catalog"))


@pytest.fixture
async def peer() -> AsyncIterator[DiscordPeer]:
    async with running_discord() as running:
        yield running


@pytest.fixture
async def scene(peer: DiscordPeer, tmp_path: Path, template: Path) -> AsyncIterator[Scene]:
    """A server with a channel that is set up, Ann who may manage it, Bob who may write."""
    async with sqlite_stores(tmp_path, template=template) as stores:
        await stores.settings.save(CHANNEL, workspace=WORKSPACE)
        yield Scene(peer, stores, tmp_path)
