"""The folder of one episode's audio on its way to a transcript: download, decoded sound, plan."""

import json
import shutil
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from pipeline.domain.audio import AudioPlan

_SOURCE: Final = "source"
_PLAN: Final = "plan.json"
_SOUND: Final = "sound.s16"
_DOWNLOAD: Final = "download"
_KEEP_SECONDS: Final = 7 * 86_400.0
_NAMELESS_SECONDS: Final = 3_600.0


class AudioFolder:
    """One folder with a random name, so that no file of another download can be named in it.

    It holds `source` (what it is for), the download, the decoded sound (16-bit mono) and at last the plan.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def opened(cls, parent: Path, source: str) -> "AudioFolder":
        """The folder that was begun for this source, else a new one."""
        if (begun := cls.begun(parent, source)) is not None:
            return begun
        folder = cls(parent / uuid4().hex)
        folder.path.mkdir(parents=True, mode=0o700)
        (folder.path / _SOURCE).write_text(source, encoding="utf-8")
        return folder

    @classmethod
    def begun(cls, parent: Path, source: str) -> "AudioFolder | None":
        """The folder that was begun for this source."""
        for marker in parent.glob(f"*/{_SOURCE}"):
            if _text(marker) == source:
                return cls(marker.parent)
        return None

    @property
    def sound(self) -> Path:
        """The decoded sound."""
        return self.path / _SOUND

    def download(self, attempt: int) -> Path:
        """Where the downloaded bytes go."""
        return self.path / f"{_DOWNLOAD}-{attempt}"

    def plan(self) -> AudioPlan | None:
        """The plan, None when the download or the decoding was not finished."""
        try:
            found: dict[str, Any] = json.loads(_text(self.path / _PLAN))
            found["borders"], found["warnings"] = tuple(found["borders"]), tuple(found["warnings"])
            return AudioPlan(**found)
        except (ValueError, TypeError, KeyError):
            return None

    def keep(self, plan: AudioPlan) -> None:
        """Store the plan, which makes the folder complete, and drop the downloads."""
        unfinished = self.path / f"{_PLAN}.part"
        unfinished.write_text(json.dumps(asdict(plan)), encoding="utf-8")
        unfinished.replace(self.path / _PLAN)
        for download in self.path.glob(f"{_DOWNLOAD}*"):
            download.unlink()

    def drop_sound(self) -> None:
        """Delete the decoded sound; the plan stays, because its chunks may still be asked for."""
        self.sound.unlink(missing_ok=True)

    def remove(self) -> None:
        """Delete everything."""
        shutil.rmtree(self.path, ignore_errors=True)


def remove_leftovers(parent: Path, *, seconds: float = _KEEP_SECONDS) -> int:
    """Delete folders that lay untouched for so long, those that nobody can continue sooner; returns how many.

    Not at once: beside us another process may just be making one.
    """
    now = time.time()
    left = [
        path
        for path in parent.glob("*/")
        if _age(path, now) > (seconds if (path / _SOURCE).exists() else min(seconds, _NAMELESS_SECONDS))
    ]
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return len(left)


def _age(path: Path, now: float) -> float:
    """Seconds since it was touched; 0 for what is gone."""
    try:
        return now - path.stat().st_mtime
    except OSError:
        return 0.0


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError:
        return ""
