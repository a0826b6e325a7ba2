"""A catalogue on SQLite for the steps that write into it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.peers.catalog import Stores, migrated_template, sqlite_stores


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return migrated_template(tmp_path_factory.mktemp("steps"))


@pytest.fixture
async def stores(tmp_path: Path, template: Path) -> AsyncIterator[Stores]:
    async with sqlite_stores(tmp_path, template=template) as fresh:
        yield fresh
