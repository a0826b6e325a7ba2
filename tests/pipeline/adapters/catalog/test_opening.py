"""Opening the catalogue: fresh, known, newer, damaged, out of reach."""

import asyncio
import sqlite3
import stat
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import cast

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from pipeline.adapters import catalog
from pipeline.adapters.catalog import migrate, open_catalog
from pipeline.adapters.catalog.tables import SCHEMA, metadata
from pipeline.domain.errors import BadInput, CatalogDamaged, CatalogUnavailable
from tests.peers.catalog import OURS, Stores, migrated_template, sqlite_stores


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return migrated_template(tmp_path_factory.mktemp("catalog"))


@pytest.fixture
async def stores(tmp_path: Path, template: Path) -> AsyncIterator[Stores]:
    async with sqlite_stores(tmp_path, template=template) as fresh:
        yield fresh


async def test_a_fresh_catalogue_is_made_with_its_folder_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "50%" / "catalog.db"
    async with open_catalog(f"sqlite:///{path}") as db:
        await Stores(db).followed_feed()
        for file in path.parent.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_readers_and_a_writer_work_side_by_side(stores: Stores) -> None:
    async with stores.db.reading() as reader:
        values = [
            (await reader.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        ]
        assert values == ["wal", 1, 1, 10_000]
        await stores.followed_feed()
        assert (await reader.exec_driver_sql("SELECT count(*) FROM feed")).scalar_one() == 1


async def test_what_was_stored_is_there_after_reopening(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'catalog.db'}"
    async with open_catalog(url) as db:
        feed = await Stores(db).followed_feed()
    async with open_catalog(url) as db:
        assert await Stores(db).feeds.get(feed.id) == feed


async def test_many_may_open_a_fresh_catalogue_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'catalog.db'}"

    async def open_it() -> str:
        async with open_catalog(url) as db, db.reading() as connection:
            return cast("str", (await connection.exec_driver_sql("SELECT version_num FROM alembic_version")).scalar())

    assert await asyncio.gather(*(open_it() for _ in range(4))) == [SCHEMA] * 4


def test_migrating_says_from_where_to_where(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'catalog.db'}"
    assert migrate(url) == (None, SCHEMA)
    assert migrate(url) == (SCHEMA, SCHEMA)


def test_the_migrations_make_the_tables_that_the_program_uses(template: Path) -> None:
    engine = create_engine(f"sqlite:///{template}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_the_newest_migration_is_the_schema_the_program_names() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(catalog.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [SCHEMA]


def test_every_table_says_who_may_read_its_rows() -> None:
    unfenced = [t.name for t in metadata.sorted_tables if not {"audience", "workspace"} & set(t.c.keys())]
    assert unfenced == []


def test_a_catalogue_of_a_newer_podsift_is_refused(tmp_path: Path, template: Path) -> None:
    path = tmp_path / "catalog.db"
    path.write_bytes(template.read_bytes())
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(CatalogUnavailable, match=r"newer Podsift \(schema 9999, this one knows \d+\)\. Update Podsift"):
        migrate(f"sqlite:///{path}")


async def test_a_file_that_is_no_database_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    path.write_bytes(b"This is no database at all. " * 100)
    with pytest.raises(CatalogDamaged, match=r"catalog\.db is damaged\. Restore a backup"):
        async with open_catalog(f"sqlite:///{path}"):
            pass
    assert path.read_bytes().startswith(b"This is no database")


async def test_a_catalogue_damaged_in_the_middle_says_so_when_it_is_read(tmp_path: Path, template: Path) -> None:
    path = tmp_path / "catalog.db"
    damage(template, path)
    with pytest.raises(CatalogDamaged, match=r"is damaged\. Restore a backup"):
        async with open_catalog(f"sqlite:///{path}") as db:
            await Stores(db).library.feeds(workspace=OURS)


def damage(whole: Path, path: Path) -> None:
    """Copy a database of which only the first two pages are good."""
    content = bytearray(whole.read_bytes())
    good = 2 * int.from_bytes(content[16:18], "big")
    content[good:] = b"\xff" * (len(content) - good)
    path.write_bytes(content)


def test_a_program_that_has_the_file_for_itself_is_no_damage(tmp_path: Path, template: Path) -> None:
    path = tmp_path / "catalog.db"
    path.write_bytes(template.read_bytes())
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(CatalogUnavailable, match="is in use by another program") as caught:
            migrate(f"sqlite:///{path}", patience=0.05)
    assert caught.value.retryable
    assert migrate(f"sqlite:///{path}") == (SCHEMA, SCHEMA)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CatalogUnavailable, match=r"cannot be opened: (Not a directory|File exists)"):
        migrate(f"sqlite:///{tmp_path / 'file' / 'catalog.db'}")
    with pytest.raises(CatalogUnavailable, match="cannot be opened: Is a directory"):
        migrate(f"sqlite:///{tmp_path}")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://host/podsift", "cannot be kept in mysql"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("not an address", "cannot be read"),
    ],
)
def test_an_address_we_cannot_use_is_refused_with_what_to_write(url: str, says: str) -> None:
    with pytest.raises(BadInput, match=rf"{says}.*Use sqlite:///"):
        migrate(url)


def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(CatalogUnavailable, match=r"127\.0\.0\.1/podsift does not answer") as caught:
        migrate("postgresql://ann:hunter2@127.0.0.1:1/podsift")
    assert "hunter2" not in str(caught.value)
    assert caught.value.retryable
