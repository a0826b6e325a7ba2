"""Files that members send along."""

import base64
import logging
from typing import Final

import discord

from bot.discord import phrases
from bot.discord.failures import FAILURES
from pipeline.domain.errors import BadInput

_MOST_BYTES: Final = 5_000_000

_log = logging.getLogger(__name__)


async def read_file(file: discord.Attachment) -> str:
    """The file in base64. Raises BadInput, for the member to read."""
    if file.size > _MOST_BYTES:
        raise BadInput(phrases.LONG_FILE)
    try:
        return base64.b64encode(await file.read()).decode()
    except FAILURES as error:
        _log.warning("Could not fetch a member's file.", extra={"reason": str(error)})
        raise BadInput(phrases.LOST_FILE) from error
