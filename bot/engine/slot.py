"""The engine, started when it is first needed."""

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from bot.engine.worker import Worker
from bot.farewell import Farewell
from bot.pulse import Pulse
from bot.settings import Settings

if TYPE_CHECKING:  # DBOS is imported where it is used: a look at the list would wait for it, and not need it
    from bot.engine.durable import Engine


class EngineSlot:
    """Starts the engine when it is first needed: a question or a look at the list needs none.

    `farewell` is the time that its end shares with what ends before it, `pulse` how the ticks are that bring it work.
    """

    def __init__(self, settings: Settings, worker: Worker, stack: AsyncExitStack) -> None:
        self.farewell = Farewell()
        self.pulse = Pulse()
        self._settings = settings
        self._worker = worker
        self._stack = stack
        self._starting = asyncio.Lock()
        self._engine: Engine | None = None

    @property
    def is_running(self) -> bool:
        """Whether it was started."""
        return self._engine is not None

    async def processes(self) -> tuple[str, ...]:
        """The names of the processes that share the database and run; none where it is a file of one process.

        Raises CatalogUnavailable.
        """
        if (url := self._settings.engine_url).startswith("sqlite"):
            return ()
        from bot.engine.failover import names_of_the_living

        return await names_of_the_living(url)

    async def get(self) -> "Engine":
        """The running engine, with everything that waits started."""
        from bot.engine.durable import open_engine

        async with self._starting:
            if self._engine is None:
                self._engine = await self._stack.enter_async_context(
                    open_engine(
                        url=self._settings.engine_url,
                        role=self._settings.role,
                        slot=self._settings.worker,
                        work=self._worker.work(),
                        farewell=self.farewell,
                    )
                )
                await self._worker.take_up(self._engine)
            return self._engine
