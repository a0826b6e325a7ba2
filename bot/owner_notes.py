"""What whoever runs Podsift must hear of: a part of ours that pauses the work, once a day for each reason.

The note stands on the local page, which is the owner's, and goes to the curators of a Slack workspace as a direct
message. `podsift status` and `doctor` tell it as long as it lasts.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot.local_board import LocalBoard
from bot.message import Message, Paragraph, Small, bold, text
from bot.operations.pauses import pauses
from bot.running import OWNER
from pipeline.domain.errors import DeliveryError, PodsiftError
from pipeline.domain.identity import stable_id

if TYPE_CHECKING:
    from bot.app import App

_EVERY: Final = 60.0
_WHAT_TO_DO: Final = "“podsift doctor” says what to look at; “podsift retry” lets it go on at once."

_log = logging.getLogger(__name__)


async def tell_owner(app: "App") -> int:
    """Tell of every pause that was not told today; returns how many were."""
    sentences = list(await pauses(app))
    problem = app.hosted.problem
    if problem and not any(problem in sentence for sentence in sentences):
        sentences.append(problem)
    told = 0
    for sentence in sentences:
        told += await _tell_once(app, sentence)
    return told


@asynccontextmanager
async def telling_owner(app: "App", *, every: float = _EVERY) -> AsyncIterator[None]:
    """Look for pauses every so many seconds, as long as the block runs."""

    async def look() -> None:
        while True:
            await asyncio.sleep(every)
            try:
                await tell_owner(app)
            except PodsiftError as error:
                _log.warning("Could not tell the owner of a pause.", extra={"problem": str(error)})

    task = asyncio.create_task(look())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _tell_once(app: "App", sentence: str) -> bool:
    note = Message(
        (Paragraph(text(bold("Paused. "), sentence)), Small(text(_WHAT_TO_DO))),
        f"Paused. {sentence}",
        _key(sentence, day=f"{app.clock.now():%Y-%m-%d}"),
    )
    board = LocalBoard(app.board)
    channel = await app.pipeline.channels.get(OWNER.channel_id, workspace=OWNER.workspace)
    if await board.find(channel, note.key) is not None:
        return False
    await board.send(channel, note)
    await _tell_slack(app, replace(note, key=""))
    return True


def _key(sentence: str, *, day: str) -> str:
    """The same for a reason whose numbers and times have moved on."""
    return f"pause:{stable_id('pause', re.sub(r'[0-9]+', '#', sentence))}:{day}"


async def _tell_slack(app: "App", note: Message) -> None:
    """Hosted workspaces are not told: whoever runs Podsift is not among them."""
    if app.platforms.slack is None:
        return
    for curator in app.settings.slack_curators:
        try:
            await app.platforms.slack.messenger.post(curator, note)
        except DeliveryError as error:
            _log.warning("Could not tell a curator of a pause.", extra={"problem": str(error)})
