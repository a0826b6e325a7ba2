"""The catalogue's roles on every database they must hold on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.peers.catalog import Stores, migrated_template, postgres_stores, postgres_url, sqlite_stores


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return migrated_template(tmp_path_factory.mktemp("catalog"))


@pytest.fixture(params=["sqlite", "postgresql"])
async def stores(request: pytest.FixtureRequest, tmp_path: Path, template: Path) -> AsyncIterator[Stores]:
    if request.param == "sqlite":
        async with sqlite_stores(tmp_path, template=template) as fresh:
            yield fresh
        return
    url = postgres_url()
    if url is None:
        pytest.skip("PODSIFT_TEST_POSTGRES names no PostgreSQL")
    async with postgres_stores(url) as fresh:
        yield fresh
