"""What whoever runs Podsift must hear of: a part of ours that pauses the work, once a day for each reason.

The note stands on the local page, which is the owner's, and goes out as a direct message: in Slack to the curators,
in hosted workspaces to whoever installed the app, in Discord to the application's owner and the curators. `podsift
status` and `doctor` tell it as long as it lasts.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot.local_board import LocalBoard
from bot.operations.pauses import pauses
from bot.running import OWNER
from bot.texts.message import Message, Paragraph, Small, bold, text
from pipeline.domain.errors import PodsiftError
from pipeline.domain.identity import stable_id

if TYPE_CHECKING:
    from bot.app import App

_EVERY: Final = 60.0
_WHAT_TO_DO: Final = "“podsift doctor” says what to look at; “podsift retry” lets it go on at once."
_FOR_GUESTS: Final = "New episodes wait, and questions get passages meanwhile. Whoever runs Podsift knows."

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
    await _tell_hosted(app, replace(note, blocks=(note.blocks[0], Small(text(_FOR_GUESTS))), key=""))
    await _tell_discord(app, note)
    return True


def _key(sentence: str, *, day: str) -> str:
    """The same for a reason whose numbers and times have moved on."""
    return f"pause:{stable_id('pause', re.sub(r'[0-9]+', '#', sentence))}:{day}"


async def _tell_slack(app: "App", note: Message) -> None:
    slack = app.platforms.slack
    if slack is None:
        return
    for curator in app.settings.slack_curators or await _curators(app, "slack"):
        with _noting_failure("slack"):
            await slack.messenger.post(curator, note)


async def _tell_hosted(app: "App", note: Message) -> None:
    if app.platforms.slack_hosted is None:
        return
    workspaces = app.platforms.slack_hosted.workspaces
    for team in await workspaces.teams():
        with _noting_failure("slack"):
            installed = await workspaces.installed(team)
            if installed is not None and installed.installer:
                await (await workspaces.parts(team)).messenger.post(installed.installer, note)


async def _tell_discord(app: "App", note: Message) -> None:
    if app.platforms.discord is None:
        return
    with _noting_failure("discord"):
        people = tuple(int(person) for person in await _curators(app, "discord") if person.isdecimal())
        await app.platforms.discord.tell_owner(note, people)


async def _curators(app: "App", platform: str) -> tuple[str, ...]:
    """Whoever set up a channel of this platform that gets posts."""
    live = [c for c in await app.roster.all() if c.workspace.partition(":")[0] == platform and not c.paused]
    found = [await app.platforms.curators.of(channel.id, workspace=channel.workspace) for channel in live]
    return tuple(dict.fromkeys(person for people in found for person in people))


@contextmanager
def _noting_failure(platform: str) -> Iterator[None]:
    """Somebody who cannot be reached keeps nobody else from hearing."""
    try:
        yield
    except PodsiftError as error:
        _log.warning("Could not tell somebody of a pause.", extra={"platform": platform, "problem": str(error)})
