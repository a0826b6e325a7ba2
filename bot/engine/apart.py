"""What runs in a process of its own, because the service has died three times while it ran: a stage, or a reading.

Whatever ran beside a poison episode, or feed, is a suspect too. Apart, only the guilty one takes its process down with
it; the innocent are done there as well as anywhere. What may crash by its nature, audio, has processes of its own
anyway. The index belongs to the service: indexing is rehearsed apart, in an index that is thrown away, and whoever
comes out of that alive is indexed by the service.
"""

import asyncio
import json
import signal
import sys
from typing import Any, Final

from pydantic import SecretStr

from bot.engine.verdicts import Verdict
from bot.settings import Settings
from pipeline.domain.errors import FeedDeadly, PodsiftError
from pipeline.flows import Stage

_PROCESS: Final = "bot.engine.apart_process"
READING: Final = "scan"
_LONGEST_READING: Final = 120.0
_AFTER_A_STOP: Final = 60.0
"""Seconds until the stage is run again."""


class StoppedAgain(PodsiftError):
    """After three services another process died of this episode, and nothing else ran there."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(
            f"It stopped Podsift three times while it was at “{stage.value}”, and then a process of its own, "
            "so it is left alone."
        )


class Apart:
    """Runs stages and readings in processes of their own, one at a time. `module` is what the process runs."""

    def __init__(self, settings: Settings, *, module: str = _PROCESS) -> None:
        self._request = _dumped(settings)
        self._module = module
        self._turn = asyncio.Lock()

    async def run(self, stage: Stage, episode_id: str) -> Verdict:
        """What became of the stage, or of its rehearsal. Raises StoppedAgain when its process ended in the middle."""
        verdict = await self._told(stage.value, episode_id)
        if verdict is None:
            raise StoppedAgain(stage)
        return verdict

    async def read(self, feed_id: str) -> str | None:
        """Read a feed and store what it says; the problem for people if there was one.

        Raises FeedDeadly when its process ended in the middle of it, or did not end.
        """
        try:
            async with asyncio.timeout(_LONGEST_READING):
                verdict = await self._told(READING, feed_id)
        except TimeoutError:
            verdict = None
        if verdict is None:
            raise FeedDeadly
        return verdict.problem

    async def _told(self, what: str, which: str) -> Verdict | None:
        """None when the process ended in the middle of it."""
        async with self._turn:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", self._module, what, which),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
            try:
                said = await _asked(process, self._request)
                code = await process.wait()
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
        if said.endswith(b"\n"):
            return Verdict.of_result(json.loads(said))
        if code in {-signal.SIGTERM, -signal.SIGINT}:  # somebody stops the service, and reached this process first
            return Verdict(problem="Podsift was stopped meanwhile.", pause=_AFTER_A_STOP)
        return None


async def _asked(process: asyncio.subprocess.Process, request: bytes) -> bytes:
    if process.stdin is None or process.stdout is None:
        return b""
    try:
        process.stdin.write(request + b"\n")
        await process.stdin.drain()
    except ConnectionError:
        return b""
    # Its input stays open: the process ends when this one does.
    return await process.stdout.readline()


def _dumped(settings: Settings) -> bytes:
    """As JSON with the secrets, for a pipe to a process of the same program."""
    values: dict[str, Any] = settings.model_dump(mode="json")
    for name in type(settings).model_fields:
        if isinstance(secret := getattr(settings, name), SecretStr):
            values[name] = secret.get_secret_value()
    return json.dumps(values).encode()
