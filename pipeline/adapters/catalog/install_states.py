"""Installations that were begun: each ends once, soon, and where it began."""

import hashlib
import secrets
from datetime import timedelta
from typing import Final

from sqlalchemy import delete

from pipeline.adapters.catalog.conversation_tables import install_state
from pipeline.adapters.catalog.database import CatalogDb
from pipeline.domain.audience import LOCAL
from pipeline.ports import Clock

_LASTS: Final = timedelta(minutes=10)


class InstallStates:
    """Random words that travel with an installation; only their hashes are kept."""

    def __init__(self, db: CatalogDb, *, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def issue(self) -> str:
        """A new state, good for ten minutes."""
        state, now = secrets.token_urlsafe(32), self._clock.now()
        async with self._db.writing() as connection:
            await connection.execute(delete(install_state).where(install_state.c.expires_at < now))
            await connection.execute(
                self._db.insert(install_state).values(state=_hashed(state), workspace=LOCAL, expires_at=now + _LASTS)
            )
        return state

    async def consume(self, state: str) -> bool:
        """Whether the state was issued, is still good and was not used before; it is used now."""
        mine = delete(install_state).where(
            install_state.c.state == _hashed(state), install_state.c.expires_at >= self._clock.now()
        )
        async with self._db.writing() as connection:
            return (await connection.execute(mine.returning(install_state.c.state))).scalar_one_or_none() is not None


def _hashed(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
