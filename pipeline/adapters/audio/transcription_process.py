"""The handle on a transcription process: started when needed, asked one thing at a time, replaced when it ends."""

import asyncio
import json
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pipeline
from pipeline.domain.errors import AudioUnreadable, DiskNearlyFull, NoTranscript

_CHILD: Final = "pipeline.adapters.audio.transcription_child"
_LONGEST_LINE: Final = 64 * 1024 * 1024
_IDLE_SECONDS: Final = 900.0


class ProcessEnded(Exception):
    """The process ended, or was ended, before it answered; `problem` says how, as a sentence."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(problem)


class _Retired(ProcessEnded):
    """It had nothing to do for long and ended itself just when it was asked."""


class TranscriptionProcess:
    """A child process that decodes or transcribes.

    It gets no environment but the one given, so no secret of the service is in its memory. With `is_limited` the
    system holds it to bounds on memory, time and file size. It ends itself after `idle` seconds without a
    request, which gives its memory back; the next request starts another.
    """

    def __init__(
        self, *, environment: Mapping[str, str] | None = None, is_limited: bool = False, idle: float = _IDLE_SECONDS
    ) -> None:
        self._environment = dict(environment or {})
        self._is_limited = is_limited
        self._idle = idle
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """The process id, None while none runs."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process is not None and running else None

    async def ask(
        self, request: Mapping[str, Any], *, seconds: float, on_progress: Callable[[float], None] = lambda _: None
    ) -> dict[str, Any]:
        """The answer to one request, within so many seconds; a caller that is cancelled ends the process.

        Raises AudioUnreadable, NoTranscript and DiskNearlyFull as the child does, and ProcessEnded.
        """
        async with self._turn:
            try:
                answer = await self._answer(request, seconds, on_progress)
            except _Retired:
                answer = await self._answer(request, seconds, on_progress)
        return _result(answer)

    async def close(self) -> None:
        """End the process, whatever it is doing."""
        if self._process is not None:
            await _end(self._process)
            self._process = None

    async def _answer(
        self, request: Mapping[str, Any], seconds: float, on_progress: Callable[[float], None]
    ) -> dict[str, Any]:
        process = await self._running()
        answer: dict[str, Any] | None = None
        try:
            async with asyncio.timeout(seconds):
                answer = await _asked(process, request, on_progress)
        except TimeoutError as error:
            raise ProcessEnded(f"It was not done within {seconds:.0f} seconds.") from error
        finally:
            if answer is None:
                await _end(process)
        return answer

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                "-m",
                _CHILD,
                "limited" if self._is_limited else "free",
                str(self._idle),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env={**self._environment, **_OWN, "PYTHONPATH": str(Path(pipeline.__file__).parents[1])},
                limit=_LONGEST_LINE,
            )
        return self._process


_OWN: Final = {
    "PYTHONUTF8": "1",
    "OPENBLAS_NUM_THREADS": "1",  # numpy does no linear algebra here; its pool would only reserve memory
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
}


async def _asked(
    process: asyncio.subprocess.Process, request: Mapping[str, Any], on_progress: Callable[[float], None]
) -> dict[str, Any]:
    if process.stdin is None or process.stdout is None:
        raise ProcessEnded("It has no line to answer on.")
    with suppress(ConnectionError):  # a process that just ended is noticed below, by its silence
        process.stdin.write(json.dumps(request).encode() + b"\n")
        await process.stdin.drain()
    while line := await process.stdout.readline():
        if not line.endswith(b"\n"):
            break
        answer: dict[str, Any] = json.loads(line)
        if "progress" not in answer:
            return answer
        on_progress(answer["progress"])
    code = await process.wait()
    raise ProcessEnded(_how(code)) if code else _Retired("It ended by itself.")


def _how(code: int) -> str:
    if code == -9:  # noqa: PLR2004 - SIGKILL, which is what a system without memory sends
        return "It was killed (signal 9), most likely because memory ran out."
    return f"It crashed (signal {-code})." if code < 0 else f"It ended with code {code}."


async def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()


def _result(answer: Mapping[str, Any]) -> dict[str, Any]:
    if "unreadable" in answer:
        raise AudioUnreadable(answer["unreadable"])
    if "failed" in answer:
        raise NoTranscript(tuple(answer["failed"]))
    if "full" in answer:
        raise DiskNearlyFull(reserve=answer["full"])
    done: dict[str, Any] = answer["done"]
    return done
