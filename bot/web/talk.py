"""What is said on the page: posts with the talk under each, kept on the local channel's board."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.texts.message import Message
from bot.texts.message_json import from_json, to_json
from pipeline.adapters.catalog import LocalMessages
from pipeline.domain.audience import LOCAL
from pipeline.domain.local_message import LocalMessage

_EARLIER: Final = 5
"""So many questions of a thread help to understand the next one."""
_LONGEST_THREAD: Final = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """A post (`said` is empty), or what a member said with its reply."""

    number: int
    posted: datetime
    said: str
    message: Message


@dataclass(frozen=True, slots=True)
class Thread:
    """An entry of the channel and the talk under it, oldest first."""

    root: Entry
    talk: tuple[Entry, ...]

    @property
    def questions(self) -> tuple[str, ...]:
        """What was asked here lately, oldest first."""
        return tuple(entry.said for entry in (self.root, *self.talk) if entry.said)[-_EARLIER:]


class Talks:
    """Reads and keeps the talk of one channel. What is asked is kept beside the posts, so a restart forgets nothing."""

    def __init__(self, board: LocalMessages, channel_id: str) -> None:
        self._board = board
        self._channel_id = channel_id

    async def page(self, *, limit: int, before: int | None = None) -> tuple[Thread, ...]:
        """The newest threads (with a number less than `before`), newest first."""
        posts = await self._latest(self._channel_id, limit=limit, before=before)
        asked = await self._latest(self._asked, limit=limit, before=before)
        roots = sorted((*posts, *asked), key=lambda entry: entry.number, reverse=True)[:limit]
        return tuple([Thread(root, await self._talk(root.number)) for root in roots])

    async def thread(self, number: int) -> Thread | None:
        """The thread that this entry opened, None when it opened none."""
        for channel_id in (self._channel_id, self._asked):
            for root in await self._latest(channel_id, limit=1, before=number + 1):
                if root.number == number:
                    return Thread(root, await self._talk(number))
        return None

    async def newest(self) -> int:
        """The highest number of a post, 0 without any."""
        posts = await self._latest(self._channel_id, limit=1)
        return posts[0].number if posts else 0

    async def find(self, key: str) -> Entry | None:
        """What was kept under this key."""
        found = await self._board.find(key, workspace=LOCAL)
        return None if found is None else _entry(found)

    async def keep(self, said: str, reply: Message, *, key: str, under: int | None) -> Entry:
        """Keep what was said with its reply, `under` an entry or as a new one; a key is kept once."""
        body = json.dumps({"said": said, "reply": to_json(reply)}, ensure_ascii=False)
        channel_id = self._asked if under is None else self._under(under)
        return _entry(await self._board.post(key, workspace=LOCAL, channel_id=channel_id, body=body))

    @property
    def _asked(self) -> str:
        return f"{self._channel_id}/asked"

    def _under(self, number: int) -> str:
        return f"{self._channel_id}/{number}"

    async def _talk(self, number: int) -> tuple[Entry, ...]:
        return await self._latest(self._under(number), limit=_LONGEST_THREAD)

    async def _latest(self, channel_id: str, *, limit: int, before: int | None = None) -> tuple[Entry, ...]:
        found = await self._board.latest(workspace=LOCAL, channel_id=channel_id, limit=limit, before=before)
        return tuple(map(_entry, found))


def _entry(stored: LocalMessage) -> Entry:
    body: dict[str, Any] = json.loads(stored.body)
    if "said" in body:
        return Entry(stored.number, stored.posted, body["said"], from_json(body["reply"]))
    return Entry(stored.number, stored.posted, "", from_json(body))
