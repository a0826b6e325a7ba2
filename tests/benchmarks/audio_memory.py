"""Memory and time around the model for one hour and three hours of audio, in one run, as ratios.

`python -m tests.benchmarks.audio_memory` (about two minutes on one core). Each line is measured in processes of its
own: ours (one decodes and ends, one transcribes chunk by chunk), and a bare BatchedInferencePipeline on the whole
file, which is what one would write without this project.
"""

import asyncio
import tempfile
from pathlib import Path
from typing import Final

from tests.peers.hearing_apart import hear, hear_bare
from tests.peers.made_whisper import make_whisper
from tests.peers.speech import speech, write_audio

_PIECE_MINUTES: Final = 5


def main() -> None:
    """Print both figures for both lengths, and the two ratios that are our targets."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = make_whisper(folder / "model", language="en")
        spoken = speech(_PIECE_MINUTES * 60)
        ours, bare = {}, {}
        for hours in (1, 3):
            times = hours * 60 // _PIECE_MINUTES
            audio = write_audio(folder / f"{hours}h.flac", spoken, codec="flac", rate=44_100, times=times)
            ours[hours] = asyncio.run(hear(audio, folder / "sound.s16", model))
            bare[hours] = hear_bare(audio, model)
            for who, used in (("ours", ours[hours]), ("bare", bare[hours])):
                print(f"{hours} h {who}: peak {used.peak:.0f} MiB, {used.seconds:.1f} CPU s")
    print(f"memory 3 h / 1 h: ours {ours[3].peak / ours[1].peak:.2f}, bare {bare[3].peak / bare[1].peak:.2f}")
    print(f"memory ours / bare at 3 h: {ours[3].peak / bare[3].peak:.2f}")
    for hours in (1, 3):
        print(f"CPU ours / bare at {hours} h: {ours[hours].seconds / bare[hours].seconds:.2f}")


if __name__ == "__main__":
    main()
