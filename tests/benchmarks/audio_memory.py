"""Memory and time around the model for one hour and three hours of audio, in one run, as ratios.

`python -m tests.benchmarks.audio_memory` (about two minutes on one core). Each line is measured in processes of its
own: ours (one decodes and ends, one transcribes chunk by chunk), and a bare BatchedInferencePipeline on the whole
file, which is what one would write without this project.
"""

import asyncio
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from pipeline.adapters.audio.transcription_process import TranscriptionProcess
from tests.peers.speech import speech, write_audio
from tests.peers.tiny_whisper import make_tiny_whisper

_PIECE_MINUTES: Final = 5
_BARE: Final = """
import resource, sys
from faster_whisper import BatchedInferencePipeline, WhisperModel
model = WhisperModel(sys.argv[1], device="cpu", compute_type="int8", cpu_threads=1)
segments, _ = BatchedInferencePipeline(model).transcribe(sys.argv[2], batch_size=8, word_timestamps=True)
print(sum(len(segment.text) for segment in segments))
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_maxrss / 1024, used.ru_utime + used.ru_stime)
"""


@dataclass(frozen=True, slots=True)
class Used:
    """Peak memory in MiB and processor seconds."""

    peak: float
    seconds: float


def main() -> None:
    """Print both figures for both lengths, and the two ratios that are our targets."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = make_tiny_whisper(folder / "model", language="en")
        spoken = speech(_PIECE_MINUTES * 60)
        ours, bare = {}, {}
        for hours in (1, 3):
            times = hours * 60 // _PIECE_MINUTES
            audio = write_audio(folder / f"{hours}h.flac", spoken, codec="flac", rate=44_100, times=times)
            ours[hours] = asyncio.run(_ours(audio, folder / "sound.s16", model))
            bare[hours] = _bare(audio, model)
            for who, used in (("ours", ours[hours]), ("bare", bare[hours])):
                print(f"{hours} h {who}: peak {used.peak:.0f} MiB, {used.seconds:.1f} CPU s")
    print(f"memory 3 h / 1 h: ours {ours[3].peak / ours[1].peak:.2f}, bare {bare[3].peak / bare[1].peak:.2f}")
    print(f"memory ours / bare at 3 h: {ours[3].peak / bare[3].peak:.2f}")
    for hours in (1, 3):
        print(f"CPU ours / bare at {hours} h: {ours[hours].seconds / bare[hours].seconds:.2f}")


async def _ours(audio: Path, sound: Path, model: Path) -> Used:
    decoder, hearer = TranscriptionProcess(is_limited=True), TranscriptionProcess()
    limits = {"reserve": 0, "length": 600.0, "reach": 30.0, "longest": 12 * 3600.0}
    choice = {"name": str(model), "device": "cpu", "compute_type": "int8", "threads": 1}
    try:
        plan = await decoder.ask({"what": "decode", "file": str(audio), "sound": str(sound), **limits}, seconds=600)
        first = _used(decoder.pid)
        borders = plan["borders"]
        language: str | None = None
        for start, end in pairwise(borders):
            request: dict[str, Any] = {"model": choice, "sound": str(sound), "start": start, "end": end}
            heard = await hearer.ask({"what": "hear", "language": language, "careful": False, **request}, seconds=600)
            language = heard["language"]
        second = _used(hearer.pid)
    finally:
        await decoder.close()
        await hearer.close()
    return Used(max(first.peak, second.peak), first.seconds + second.seconds)


def _used(pid: int | None) -> Used:
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    times = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    ticks = int(times[11]) + int(times[12])
    return Used(int(status["VmHWM"].split()[0]) / 1024, ticks / 100)


def _bare(audio: Path, model: Path) -> Used:
    out = subprocess.run(
        [sys.executable, "-c", _BARE, str(model), str(audio)], check=True, capture_output=True, text=True
    )
    peak, seconds = out.stdout.split()[-2:]
    return Used(float(peak), float(seconds))


if __name__ == "__main__":
    main()
