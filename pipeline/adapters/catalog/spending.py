"""What the language model cost, call by call."""

from datetime import datetime

from sqlalchemy import func, insert, select

from pipeline.adapters.catalog.database import CatalogDb
from pipeline.adapters.catalog.tables import spending as spent
from pipeline.domain.audience import LOCAL
from pipeline.domain.spending import Spending, SpendingTotal


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
        async with self._db.writing() as connection:
            await connection.execute(row)

    async def total(self, *, since: datetime, subject: str | None = None) -> SpendingTotal:
        """All calls since then, of one subject or of all."""
        sums = (
            func.coalesce(func.sum(column), 0) for column in (spent.c.tokens_in, spent.c.tokens_out, spent.c.micros)
        )
        query = select(func.count(), *sums).where(spent.c.at >= since)
        if subject is not None:
            query = query.where(spent.c.subject == subject)
        async with self._db.reading() as connection:
            calls, tokens_in, tokens_out, micros = (await connection.execute(query)).one()
        return SpendingTotal(int(calls), int(tokens_in), int(tokens_out), int(micros))
