"""Insights and the runs that made them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, delete, exists, insert, select

from pipeline.adapters.catalog.codecs import numbers_to_json
from pipeline.adapters.catalog.database import CatalogDb
from pipeline.adapters.catalog.origin import audience_of
from pipeline.adapters.catalog.rows import insight_values, select_insights, to_insight
from pipeline.adapters.catalog.tables import insight, insight_run
from pipeline.domain.insight import Insight
from pipeline.ports import Clock


class SqlInsightStore:
    """InsightStore in the catalogue. The insights in force are those of the last run, and only they are kept."""

    def __init__(self, db: CatalogDb, *, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def load(self, episode_id: str, *, source: str, version: str) -> tuple[Insight, ...] | None:
        """The insights of this version's run over this transcript, None when the last run was another one."""
        run = exists().where(
            insight_run.c.episode_id == episode_id, insight_run.c.source == source, insight_run.c.version == version
        )
        async with self._db.reading() as connection:
            if not (await connection.execute(select(run))).scalar_one():
                return None
            return tuple(map(to_insight, await connection.execute(_in_order(episode_id))))

    async def save(
        self,
        episode_id: str,
        insights: Sequence[Insight],
        *,
        source: str,
        version: str,
        rejected: Mapping[str, int],
    ) -> None:
        """Store them and the number of rejected proposals by reason, in place of older ones. Raises UnknownEpisode.

        Of insights with the same id the first is kept.
        """
        async with self._db.writing() as connection:
            audience = await audience_of(connection, episode_id)
            await connection.execute(delete(insight).where(insight.c.episode_id == episode_id))
            await connection.execute(delete(insight_run).where(insight_run.c.episode_id == episode_id))
            await connection.execute(
                insert(insight_run).values(
                    episode_id=episode_id,
                    audience=audience,
                    source=source,
                    version=version,
                    rejected=numbers_to_json(rejected),
                    created_at=self._clock.now(),
                )
            )
            unique: dict[str, Insight] = {}
            for one in insights:
                unique.setdefault(one.id, one)
            values = [insight_values(i, audience=audience, position=n) for n, i in enumerate(unique.values())]
            if values:
                await connection.execute(insert(insight), values)

    async def current(self, episode_id: str) -> tuple[Insight, ...]:
        """The insights in force, in the proposer's order; empty when there are none."""
        async with self._db.reading() as connection:
            return tuple(map(to_insight, await connection.execute(_in_order(episode_id))))


def _in_order(episode_id: str) -> Select[Any]:
    return select_insights().where(insight.c.episode_id == episode_id).order_by(insight.c.position)
