"""The publisher's chapters (`podcast:chapters`): at which seconds a new subject begins."""

import json
import math
from typing import Any, Final

from pipeline.domain.episode import Episode
from pipeline.domain.errors import FetchError
from pipeline.ports import Fetcher

_MAX_BYTES: Final = 1_000_000
_MOST: Final = 400


class PublishedChapters:
    """A ChapterReader. Chapters only help to cut a transcript well, so whatever is wrong with them gives none."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    async def starts(self, episode: Episode) -> tuple[float, ...]:
        """The seconds at which chapters begin, in order; empty when there are none. Private shows' are not asked for.

        A private feed's addresses may be keys, and a chapter file is not worth handing one to another server.
        """
        url = episode.found.chapters_url
        if url is None or not episode.audience.is_public:
            return ()
        try:
            fetched = await self._fetcher.fetch(url, max_bytes=_MAX_BYTES)
        except FetchError:
            return ()
        return _starts(fetched.body)


def _starts(body: bytes) -> tuple[float, ...]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return ()
    chapters = document.get("chapters") if isinstance(document, dict) else None
    found = [_start(chapter) for chapter in chapters[:_MOST]] if isinstance(chapters, list) else []
    return tuple(sorted({start for start in found if start is not None}))


def _start(chapter: Any) -> float | None:
    """Chapters with `toc: false` only change the picture: no new subject begins there."""
    if not isinstance(chapter, dict) or chapter.get("toc") is False:
        return None
    start = chapter.get("startTime")
    if isinstance(start, bool) or not isinstance(start, int | float):
        return None
    return float(start) if math.isfinite(start) and start >= 0 else None
