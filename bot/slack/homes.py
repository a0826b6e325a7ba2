"""Home tabs that members may have open: shown anew when something in their workspace changed.

Slack tells when a tab is opened and never when it is closed, so whoever opened it lately is thought to look at it. A
tab is always shown as a whole, and one view of a member at a time, so the last one shown is the latest there is.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.slack.web import Pause
from pipeline.domain.errors import PodsiftError
from pipeline.ports import Clock

_MOST: Final = 200
_OPEN_FOR: Final = timedelta(hours=8)
_AT_A_TIME: Final = 30
"""Views of one round: with the pause well under the hundred a minute that Slack allows a workspace."""
_ROUND: Final = 20.0
_GATHER: Final = 1.0
"""Seconds in which further changes are awaited, because one form may bring several."""

_log = logging.getLogger(__name__)

Show = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class _Tab:
    show: Show
    opened: datetime
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Homes:
    """The tabs of every workspace. `keeping_fresh` shows them anew; without it they are shown when they are opened."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._tabs: OrderedDict[tuple[str, str], _Tab] = OrderedDict()
        self._changed: set[str] = set()
        self._is_stale = asyncio.Event()

    async def open(self, team: str, user: str, show: Show) -> None:
        """A member opened the tab: show it now, and again after changes. Raises as `show`."""
        tab = _Tab(show, self._clock.now())
        known = self._tabs.pop((team, user), None)
        if known is not None:
            tab.turn = known.turn
        self._tabs[team, user] = tab
        while len(self._tabs) > _MOST:
            self._tabs.popitem(last=False)
        async with tab.turn:
            await show()

    def changed(self, team: str) -> None:
        """Something that the tabs of a workspace show has changed. Returns at once."""
        self._changed.add(team)
        self._is_stale.set()

    @asynccontextmanager
    async def keeping_fresh(self, *, pause: Pause = asyncio.sleep) -> AsyncIterator[None]:
        """Show tabs anew, in the background, as long as the block runs."""
        task = asyncio.create_task(self._keep_fresh(pause))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _keep_fresh(self, pause: Pause) -> None:
        while True:
            await self._is_stale.wait()
            await pause(_GATHER)
            self._is_stale.clear()
            teams, self._changed = self._changed, set()
            for key in self._open_in(teams):
                await self._show(key)
            await pause(_ROUND)

    def _open_in(self, teams: set[str]) -> list[tuple[str, str]]:
        """Who opened the tab lately, the latest first."""
        since = self._clock.now() - _OPEN_FOR
        return [key for key, tab in reversed(self._tabs.items()) if key[0] in teams and tab.opened > since][:_AT_A_TIME]

    async def _show(self, key: tuple[str, str]) -> None:
        tab = self._tabs.get(key)
        if tab is None:
            return
        try:
            async with tab.turn:
                await tab.show()
        except PodsiftError as error:
            # Whoever opens it again sees it again.
            self._tabs.pop(key, None)
            _log.info("A home tab was not shown anew.", extra={"problem": str(error)})
