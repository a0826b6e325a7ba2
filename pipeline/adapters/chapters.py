"""The publisher's chapters (`podcast:chapters`): where a new subject begins, and what it is called."""

import asyncio
import json
import math
from dataclasses import replace
from itertools import zip_longest
from typing import Any, Final

from pipeline.domain.episode import Episode
from pipeline.domain.errors import FetchError
from pipeline.domain.talk.advert_marks import Chapter
from pipeline.ports import Fetcher

_MAX_BYTES: Final = 1_000_000
_MOST: Final = 400


class PublishedChapters:
    """A ChapterReader. Chapters only help to cut a transcript well, so whatever is wrong with them gives none."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    async def starts(self, episode: Episode) -> tuple[float, ...]:
        """The seconds at which chapters begin, in order; empty when there are none."""
        return tuple(sorted({chapter.start for chapter in await self.chapters(episode)}))

    async def chapters(self, episode: Episode) -> tuple[Chapter, ...]:
        """The chapters in order; empty when there are none. Private shows' are not asked for.

        A private feed's addresses may be keys, and a chapter file is not worth handing one to another server.
        """
        url = episode.found.chapters_url
        if url is None or not episode.audience.is_public:
            return ()
        try:
            fetched = await self._fetcher.fetch(url, max_bytes=_MAX_BYTES)
        except FetchError:
            return ()
        return await asyncio.to_thread(_chapters, fetched.body)


def _chapters(body: bytes) -> tuple[Chapter, ...]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return ()
    listed = document.get("chapters") if isinstance(document, dict) else None
    found = [_chapter(one) for one in listed[:_MOST]] if isinstance(listed, list) else []
    in_order = sorted((one for one in found if one is not None), key=lambda one: one.start)
    ends = [one.start for one in in_order[1:]]
    return tuple(
        replace(one, end=next_start if one.end is None else one.end)
        for one, next_start in zip_longest(in_order, ends)
        if one is not None
    )


def _chapter(given: Any) -> Chapter | None:
    """Chapters with `toc: false` only change the picture: no new subject begins there."""
    if not isinstance(given, dict) or given.get("toc") is False:
        return None
    start, end, title = _time(given.get("startTime")), _time(given.get("endTime")), given.get("title")
    if start is None:
        return None
    return Chapter(title if isinstance(title, str) else "", start, end if end is not None and end > start else None)


def _time(given: Any) -> float | None:
    if isinstance(given, bool) or not isinstance(given, int | float):
        return None
    return float(given) if math.isfinite(given) and given >= 0 else None
