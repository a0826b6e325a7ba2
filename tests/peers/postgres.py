"""A schema of its own in the PostgreSQL that PODSIFT_TEST_POSTGRES names; the test is skipped without one."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import make_url


@asynccontextmanager
async def postgres_schema() -> AsyncIterator[str]:
    """An address whose connections see an empty schema, which is dropped in the end."""
    url = os.environ.get("PODSIFT_TEST_POSTGRES")
    if url is None:
        pytest.skip("PODSIFT_TEST_POSTGRES names no PostgreSQL")
    schema = f"podsift_{uuid4().hex[:12]}"
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        connection.execute(f'create schema "{schema}"'.encode())
        try:
            address = make_url(url).update_query_dict({"options": f"-csearch_path={schema}"})
            yield address.render_as_string(hide_password=False)
        finally:
            connection.execute(f'drop schema "{schema}" cascade'.encode())
