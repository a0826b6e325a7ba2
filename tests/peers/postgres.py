"""A schema or a database of its own in the PostgreSQL that PODSIFT_TEST_POSTGRES names.

Without one the test is skipped; where PODSIFT_TEST_REQUIRE_SERVERS is set, as in `.ci/run`, it fails.
"""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import make_url


def postgres_server() -> str:
    """The server's address."""
    url = os.environ.get("PODSIFT_TEST_POSTGRES", "")
    if url:
        return url
    if os.environ.get("PODSIFT_TEST_REQUIRE_SERVERS"):
        pytest.fail("PODSIFT_TEST_REQUIRE_SERVERS is set, and PODSIFT_TEST_POSTGRES names no PostgreSQL.")
    pytest.skip("PODSIFT_TEST_POSTGRES names no PostgreSQL")


@contextmanager
def postgres_database() -> Iterator[str]:
    """The address of an empty database, which is dropped in the end."""
    server, name = postgres_server(), f"podsift_{uuid4().hex[:12]}"
    with closing(psycopg.connect(server, autocommit=True)) as connection:
        connection.execute(f"create database {name}".encode())
    try:
        yield f"{server.rpartition('/')[0]}/{name}"
    finally:
        with closing(psycopg.connect(server, autocommit=True)) as connection:
            connection.execute(f"drop database {name} with (force)".encode())


@asynccontextmanager
async def postgres_schema() -> AsyncIterator[str]:
    """An address whose connections see an empty schema, which is dropped in the end."""
    url = postgres_server()
    schema = f"podsift_{uuid4().hex[:12]}"
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        connection.execute(f'create schema "{schema}"'.encode())
        try:
            address = make_url(url).update_query_dict({"options": f"-csearch_path={schema}"})
            yield address.render_as_string(hide_password=False)
        finally:
            connection.execute(f'drop schema "{schema}" cascade'.encode())
