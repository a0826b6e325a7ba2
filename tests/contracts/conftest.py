"""The catalogue's roles on every database they must hold on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.peers.catalog import Stores, migrated_template, postgres_stores, sqlite_stores
from tests.peers.postgres import postgres_server


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return migrated_template(tmp_path_factory.mktemp("catalog"))


@pytest.fixture(params=["sqlite", "postgresql"])
async def stores(request: pytest.FixtureRequest, tmp_path: Path, template: Path) -> AsyncIterator[Stores]:
    if request.param == "sqlite":
        async with sqlite_stores(tmp_path, template=template) as fresh:
            yield fresh
        return
    async with postgres_stores(postgres_server()) as fresh:
        yield fresh
