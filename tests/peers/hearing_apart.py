"""An audio file transcribed on one core, in processes of their own whose memory and time can be read.

By our process, decoding and then chunk by chunk; and by a bare BatchedInferencePipeline on the whole file, which is
what one would write without this project.
"""

import subprocess
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from pipeline.adapters.audio.transcription_process import TranscriptionProcess

_BARE: Final = """
import resource, sys
from faster_whisper import BatchedInferencePipeline, WhisperModel
model = WhisperModel(sys.argv[1], device="cpu", compute_type="int8", cpu_threads=1)
segments, _ = BatchedInferencePipeline(model).transcribe(sys.argv[2], batch_size=8, word_timestamps=True)
print(sum(len(segment.text.split()) for segment in segments))
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_maxrss / 1024, used.ru_utime + used.ru_stime)
"""
_LONGEST: Final = 12 * 3600.0
_PATIENCE: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Used:
    """Peak memory in MiB, processor seconds, and how many words were heard."""

    peak: float
    seconds: float
    words: int


async def hear(audio: Path, sound: Path, model: Path) -> Used:
    """Decode the audio to `sound` in one process, and transcribe it in another."""
    decoder, hearer = TranscriptionProcess(is_limited=True), TranscriptionProcess()
    limits = {"reserve": 0, "length": 600.0, "reach": 30.0, "longest": _LONGEST}
    choice = {"name": str(model), "device": "cpu", "compute_type": "int8", "threads": 1}
    words, language = 0, None
    try:
        plan = await decoder.ask({"what": "decode", "file": str(audio), "sound": str(sound), **limits}, seconds=600)
        first = _used(decoder.pid)
        for start, end in pairwise(plan["borders"]):
            request: dict[str, Any] = {"model": choice, "sound": str(sound), "start": start, "end": end}
            heard = await hearer.ask(
                {"what": "hear", "language": language, "careful": False, **request}, seconds=_PATIENCE
            )
            language = heard["language"]
            words += sum(len(segment["text"].split()) for segment in heard["segments"])
        second = _used(hearer.pid)
    finally:
        await decoder.close()
        await hearer.close()
    return Used(max(first[0], second[0]), first[1] + second[1], words)


def hear_bare(audio: Path, model: Path) -> Used:
    """The same by the library alone."""
    out = subprocess.run(
        [sys.executable, "-c", _BARE, str(model), str(audio)], check=True, capture_output=True, text=True
    )
    words, peak, seconds = out.stdout.split()[-3:]
    return Used(float(peak), float(seconds), int(words))


def _used(pid: int | None) -> tuple[float, float]:
    """Peak memory in MiB and processor seconds of a running process."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    times = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(status["VmHWM"].split()[0]) / 1024, (int(times[11]) + int(times[12])) / 100
