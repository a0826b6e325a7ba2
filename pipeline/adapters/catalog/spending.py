"""What the language model cost, call by call: the table and the ledger on it."""

from datetime import datetime
from typing import Final

from sqlalchemy import Column, Integer, String, Table, distinct, func, insert, select

from pipeline.adapters.catalog.columns import UtcTime, Words
from pipeline.adapters.catalog.database import CatalogDb
from pipeline.adapters.catalog.tables import metadata
from pipeline.domain.audience import LOCAL
from pipeline.domain.spending import Purpose, Spending, SpendingTotal

# The workspace is the one that pays. A row outlives its subject: the id of an episode or a question, never a text.
spent: Final = Table(
    "spending",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("workspace", Words, nullable=False),
    Column("at", UtcTime, nullable=False, index=True),
    Column("purpose", Words, nullable=False),
    Column("subject", String(16), nullable=False, index=True),
    Column("model", Words, nullable=False),
    Column("tokens_in", Integer, nullable=False),
    Column("tokens_out", Integer, nullable=False),
    # Millionths of a dollar.
    Column("micros", Integer, nullable=False),
)


class SqlSpendingLedger:
    """SpendingLedger in the catalogue. It belongs to the owner of this machine, who pays: no reader sees it."""

    def __init__(self, db: CatalogDb) -> None:
        self._db = db

    async def record(self, spending: Spending) -> None:
        """Keep one call."""
        row = insert(spent).values(
            workspace=LOCAL,
            at=spending.at,
            purpose=spending.purpose.value,
            subject=spending.subject,
            model=spending.model,
            tokens_in=spending.tokens_in,
            tokens_out=spending.tokens_out,
            micros=spending.micros,
        )
        async with self._db.writing(is_urgent=True) as connection:
            await connection.execute(row)

    async def total(
        self, *, since: datetime, subject: str | None = None, purpose: Purpose | None = None
    ) -> SpendingTotal:
        """All calls since then, of one subject, of one purpose, or of all."""
        sums = (
            func.coalesce(func.sum(column), 0) for column in (spent.c.tokens_in, spent.c.tokens_out, spent.c.micros)
        )
        query = select(func.count(), *sums, func.count(distinct(spent.c.subject))).where(spent.c.at >= since)
        if subject is not None:
            query = query.where(spent.c.subject == subject)
        if purpose is not None:
            query = query.where(spent.c.purpose == purpose.value)
        async with self._db.reading() as connection:
            calls, tokens_in, tokens_out, micros, subjects = (await connection.execute(query)).one()
        return SpendingTotal(int(calls), int(tokens_in), int(tokens_out), int(micros), int(subjects))
