"""The inside of the transcription process: one line of JSON asks, lines of JSON answer.

It decodes and transcribes in a process of its own because FFmpeg reads hostile files and CTranslate2 can end a
process; whatever happens here, the service goes on. Run as `python -m pipeline.adapters.audio.transcription_child`.

Requests name a file on disk and never carry sound. Answers are `{"progress": 0.5}`, then one of `{"done": …}`,
`{"unreadable": "…"}` (AudioUnreadable), `{"failed": ["…"]}` (NoTranscript) and `{"full": …}` (DiskNearlyFull).
"""

import hashlib
import json
import os
import queue
import shutil
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pipeline.adapters.audio.decoding import LONGEST, RATE, Decoding, decode_chunks
from pipeline.domain.errors import AudioUnreadable, DiskNearlyFull, NoTranscript

if TYPE_CHECKING:
    from pipeline.adapters.audio.whisper_model import SpeechModel

Answer = Callable[[Mapping[str, Any]], None]

_SAMPLE_BYTES: Final = 2
_FULL_SCALE: Final = 32768
_ADDRESS_SPACE: Final = 4 * 1024**3
_CPU_SECONDS: Final = 1800
_FILE_BYTES: Final = 8 * 1024**3
_NICE: Final = 5


def serve(requests: Iterable[str], answer: Answer) -> None:
    """Answer requests until there are no more, or memory runs out: a fresh process has all of it again."""
    work = _Work(answer)
    for line in requests:
        try:
            answer({"done": work.do(**json.loads(line))})
        except AudioUnreadable as error:
            answer({"unreadable": str(error)})
        except NoTranscript as error:
            answer({"failed": list(error.reasons)})
        except DiskNearlyFull as error:
            answer({"full": error.reserve})
        except MemoryError:
            answer({"failed": ["There is not enough memory to transcribe: choose a smaller speech model."]})
            return


class _Work:
    """The two things this process can do. It holds at most one model."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._models: dict[str, SpeechModel] = {}

    def do(self, *, what: str, **request: Any) -> dict[str, Any]:
        """The result of one request. Raises AudioUnreadable, NoTranscript, DiskNearlyFull or MemoryError."""
        return self._decode(**request) if what == "decode" else self._hear(**request)

    def _decode(self, *, file: str, sound: str, reserve: int, **limits: float) -> dict[str, Any]:
        """Write the sound of `file` to `sound` as 16-bit mono; borders of its chunks in seconds."""
        source, target, into, borders = Path(file), Path(sound), Decoding(), [0.0]
        with source.open("rb") as bytes_, target.open("wb") as out:
            name = hashlib.file_digest(bytes_, _digest).hexdigest()
            for chunk in decode_chunks(source, into=into, **limits):
                if shutil.disk_usage(target.parent).free < reserve:
                    raise DiskNearlyFull(reserve=reserve)
                out.write((chunk.samples * _FULL_SCALE).astype(np.int16).tobytes())
                borders.append(chunk.end)
                self._answer({"progress": min(chunk.end / (into.declared or LONGEST), 1.0)})
        return {"audio": name, "borders": borders, **asdict(into)}

    def _hear(
        self, *, model: dict[str, Any], sound: str, start: float, end: float, careful: bool, **tongue: str | None
    ) -> dict[str, Any]:
        """What is said from `start` to `end` seconds of `sound`; `tongue` has `language` and `hint`."""
        first, last = round(start * RATE), round(end * RATE)
        pcm = np.fromfile(sound, np.int16, count=last - first, offset=first * _SAMPLE_BYTES)
        heard = self._model(model).hear(
            pcm.astype(np.float32) / np.float32(_FULL_SCALE),
            start=start,
            careful=careful,
            **tongue,
            on_progress=lambda part: self._answer({"progress": part}),
        )
        return asdict(heard)

    def _model(self, choice: dict[str, Any]) -> "SpeechModel":
        # Imported late: the process that decodes needs none of it.
        from pipeline.adapters.audio.whisper_model import ModelChoice, SpeechModel

        key = json.dumps(choice, sort_keys=True)
        if key not in self._models:
            self._models.clear()
            self._models[key] = SpeechModel(ModelChoice(**choice))
        return self._models[key]


def main() -> None:  # pragma: no cover - seen only inside the child
    """Serve the parent over standard input and output; end with it, or when it asked nothing for a while."""
    is_limited, idle = sys.argv[1] == "limited", float(sys.argv[2])
    # Libraries may print: what they print must not look like an answer.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    if hasattr(os, "nice"):
        os.nice(_NICE)
    if is_limited:
        _limit()
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(lines,), daemon=True).start()

    def answer(message: Mapping[str, Any]) -> None:
        answers.write(json.dumps(message) + "\n")
        answers.flush()

    serve(_until_idle(lines, idle), answer)


def _limit() -> None:  # pragma: no cover - seen only inside the child
    """What a decoder of hostile files may use at most, where the system knows such limits."""
    try:
        import resource
    except ImportError:
        return
    for limit, most in (
        (resource.RLIMIT_AS, _ADDRESS_SPACE),
        (resource.RLIMIT_CPU, _CPU_SECONDS),
        (resource.RLIMIT_FSIZE, _FILE_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))


def _listen(lines: "queue.SimpleQueue[str]") -> None:  # pragma: no cover - seen only inside the child
    """Pass requests on; end the process in the middle of its work when the parent is gone."""
    for line in sys.stdin:
        lines.put(line)
    os._exit(0)


def _until_idle(
    lines: "queue.SimpleQueue[str]", seconds: float
) -> Iterator[str]:  # pragma: no cover - seen only inside the child
    try:
        while True:
            yield lines.get(timeout=seconds)
    except queue.Empty:
        return


def _digest() -> "hashlib.blake2b":
    return hashlib.blake2b(digest_size=16)


if __name__ == "__main__":  # pragma: no cover - seen only inside the child
    main()
