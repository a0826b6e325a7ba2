"""A peer of Slack and a fresh catalogue for each scenario."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.slack.slack_world import World, running
from tests.peers.catalog import Stores, migrated_template, sqlite_stores
from tests.peers.slack_peer import SlackPeer, slack_peer


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return migrated_template(tmp_path_factory.mktemp("catalog"))


@pytest.fixture
async def stores(tmp_path: Path, template: Path) -> AsyncIterator[Stores]:
    async with sqlite_stores(tmp_path, template=template) as fresh:
        yield fresh


@pytest.fixture
async def peer() -> AsyncIterator[SlackPeer]:
    """Whatever a scenario sends is judged in its end by the rules of Slack."""
    async with slack_peer() as workspace:
        yield workspace
    assert workspace.wrong == []


@pytest.fixture
async def world(peer: SlackPeer, stores: Stores) -> AsyncIterator[World]:
    """A process of ours, connected to the workspace."""
    async with running(peer, stores) as process:
        yield process
