"""Where our app is installed, with the token for each place, sealed."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select

from pipeline.adapters.catalog.conversation_tables import installation
from pipeline.adapters.catalog.database import CatalogDb
from pipeline.adapters.sealing import Seal
from pipeline.domain.conversation import Installed
from pipeline.ports import Clock


class Installations:
    """Installations of every platform. Tokens leave this class in `Installed` only."""

    def __init__(self, db: CatalogDb, *, seal: Seal, clock: Clock) -> None:
        self._db = db
        self._seal = seal
        self._clock = clock

    async def put(self, installed: Installed) -> None:
        """Keep an installation, in place of an earlier one of the same team or organisation."""
        await self._put(installed, sealed=self._seal.close(installed.token))

    async def find(self, platform: str, *, team: str, organisation: str = "") -> Installed | None:
        """The installation that serves a team: its own, or that of its organisation. Raises SettingsError.

        Without `organisation` the team must have been installed by itself or seen by `cover`.
        """
        row = await self._row(f"{platform}:{team}") if team else None
        if row is None or row.sealed is None:
            grid = organisation if row is None else row.organisation
            row = await self._row(f"{platform}:{grid}") if grid else None
        if row is None:
            return None
        token = self._seal.open(row.sealed)
        return Installed(platform, row.organisation, team, token, bot=row.bot, installer=row.installer)

    async def teams(self, platform: str) -> tuple[str, ...]:
        """The teams of a platform that are served, by id; an organisation's that we never heard from are unknown."""
        place = installation.c.workspace
        query = select(place).where(
            place.startswith(f"{platform}:", autoescape=True), place != f"{platform}:" + installation.c.organisation
        )
        async with self._db.reading() as connection:
            return tuple(name.partition(":")[2] for name in (await connection.execute(query.order_by(place))).scalars())

    async def cover(self, platform: str, *, team: str, organisation: str) -> None:
        """Remember that a team is served by the installation of its organisation."""
        if await self._row(f"{platform}:{team}") is None:
            await self._put(Installed(platform, organisation, team, ""), sealed=None)

    async def remove(self, platform: str, *, team: str, organisation: str, until: datetime) -> tuple[str, ...]:
        """Forget a team's installation, or without a team the whole organisation's; the teams it served.

        What was installed after `until` stays: the news of a removal may be older than the next installation.
        """
        place, grid = installation.c.workspace, f"{platform}:{organisation}"
        covered = (installation.c.organisation == organisation) & installation.c.sealed.is_(None)
        mine = place == f"{platform}:{team}" if team else covered | (place == grid)
        gone = delete(installation).where(mine, installation.c.installed_at <= until).returning(place)
        async with self._db.writing() as connection:
            names = (await connection.execute(gone)).scalars().all()
        return tuple(name.partition(":")[2] for name in names if name != grid)

    async def _put(self, installed: Installed, *, sealed: str | None) -> None:
        values = {
            "organisation": installed.organisation,
            "sealed": sealed,
            "bot": installed.bot,
            "installer": installed.installer,
            "installed_at": self._clock.now(),
        }
        workspace = f"{installed.platform}:{installed.team or installed.organisation}"
        new = self._db.insert(installation).values(workspace=workspace, **values)
        async with self._db.writing() as connection:
            await connection.execute(new.on_conflict_do_update(index_elements=[installation.c.workspace], set_=values))

    async def _row(self, workspace: str) -> Row[Any] | None:
        query = select(installation).where(installation.c.workspace == workspace)
        async with self._db.reading() as connection:
            return (await connection.execute(query)).one_or_none()
