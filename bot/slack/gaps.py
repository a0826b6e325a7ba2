"""After an outage: what was asked meanwhile is read in Slack and answered once.

Slack says again what nobody acknowledged, for about six minutes. What was asked in a longer outage is found in the
places that we know: mentions and our own threads in channels, and direct messages.
"""

import logging
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Final

from bot.slack.attention import could_be_ours, is_for_us
from bot.slack.blocks import Json
from bot.slack.hearing import Heard, heard_in_history
from bot.slack.intake import Intake
from bot.slack.parts import SlackParts
from bot.slack.place import PLATFORM, channel_id, conversation_of, workspace_id
from pipeline.domain.conversation import Talk
from pipeline.domain.errors import DeliveryError

READ_BACK: Final = timedelta(hours=12)
"""An older question is not answered any more: that would surprise more than it helps."""
_THREADS_OPEN_FOR: Final = timedelta(days=3)
_PAGE: Final = 200
_PAGES: Final = 3

_log = logging.getLogger(__name__)


async def read_up(parts: SlackParts, intake: Intake) -> None:
    """Read up in the one workspace that the token is for."""
    try:
        me = await parts.web.write("auth.test")
    except DeliveryError as error:
        _log.warning("Could not read up on what was said meanwhile.", extra={"problem": str(error)})
        return
    await Gaps(parts, intake, team=str(me["team_id"]), bot=str(me["user_id"])).read_up()


class Gaps:
    """Reads up in one team. `bot` is our own user id there."""

    def __init__(self, parts: SlackParts, intake: Intake, *, team: str, bot: str) -> None:
        self._parts = parts
        self._intake = intake
        self._team = team
        self._bot = bot

    async def read_up(self) -> None:
        """Answer what stands unanswered. A place that may not be read is left out."""
        since = (self._parts.clock.now() - READ_BACK).timestamp()
        found = 0
        for place, threads in (await self._places()).items():
            try:
                async for heard in self._unanswered(place, threads, since=since):
                    found += await self._intake.catch_up(heard)
            except DeliveryError as error:
                _log.info("Could not read up on a place.", extra={"place": place, "problem": str(error)})
        _log.info("Read up on what was said meanwhile.", extra={"team": self._team, "questions": found})

    async def _places(self) -> dict[str, set[str]]:
        """The conversations that we know, each with the threads in which we took part lately."""
        workspace, changed = workspace_id(self._team), self._parts.clock.now() - _THREADS_OPEN_FOR
        known = await self._parts.channels.of(workspace=workspace)
        places: dict[str, set[str]] = {conversation_of(channel.id): set() for channel in known}
        for one in await self._parts.open_threads.changed_since(changed, platform=PLATFORM):
            if one.workspace == workspace:
                places.setdefault(conversation_of(one.channel_id), set()).add(one.thread)
        return places

    async def _unanswered(self, place: str, threads: set[str], *, since: float) -> AsyncIterator[Heard]:
        oldest = f"{(self._parts.clock.now() - _THREADS_OPEN_FOR).timestamp():.6f}"
        for root in await self._read("conversations.history", channel=place, oldest=oldest):
            stamp = str(root["ts"])
            if float(root.get("latest_reply") or 0) > since:
                threads = threads | {stamp}
            elif float(stamp) > since and not root.get("reply_count") and stamp not in threads:
                for heard in await self._meant_for_us(place, [root], since=since):
                    yield heard
        for thread in sorted(threads):
            said = await self._read("conversations.replies", channel=place, ts=thread)
            for heard in await self._meant_for_us(place, said, since=since):
                yield heard

    async def _read(self, method: str, **where: str) -> list[Json]:
        """The messages, the earliest first."""
        messages: list[Json] = []
        cursor = ""
        for _ in range(_PAGES):
            page = await self._parts.web.read(method, **where, limit=_PAGE, **({"cursor": cursor} if cursor else {}))
            messages += page.get("messages", [])
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        return sorted(messages, key=lambda message: float(message["ts"]))

    async def _meant_for_us(self, place: str, said: Sequence[Json], *, since: float) -> list[Heard]:
        """What was said to us after our own last words in this thread, as we would have heard it then."""
        ours = [number for number, message in enumerate(said) if message.get("user") == self._bot]
        first = ours[-1] + 1 if ours else 0
        meant: list[Heard] = []
        for number in range(first, len(said)):
            heard = heard_in_history(said[number], team=self._team, place=place, bot=self._bot)
            if heard is None or float(said[number]["ts"]) <= since:
                continue
            here = channel_id(self._team, place)
            talk = await self._parts.threads.find(here, heard.thread, workspace=workspace_id(self._team))
            before = str(said[number - 1].get("user", "")) if number else ""
            spoke = "" if before in {self._bot, heard.user} else before
            then = Talk(asker=talk.asker if talk else "", last_speaker=spoke)
            if could_be_ours(heard, talk) and is_for_us(heard, then):
                meant.append(heard)
        return meant
