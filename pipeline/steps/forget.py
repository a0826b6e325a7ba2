"""Forget what was said in episodes that are older than their words are to be kept."""

import logging
from datetime import datetime

from pipeline.ports import Index, KeptWords

_log = logging.getLogger(__name__)


async def forget_old_words(before: datetime, *, words: KeptWords, index: Index) -> int:
    """Take old episodes out of the index, then out of the catalogue; returns how many.

    Cut between the two, the index is filled again and the next call does both. Raises IndexUnavailable.
    """
    old = await words.outlived(before)
    if old:
        await index.forget(old)
        await words.forget(old)
        _log.info("Forgot what was said in old episodes.", extra={"episodes": len(old), "before": before.isoformat()})
    return len(old)
