"""What transcription takes of a core: an hour of talk, by our process and by the library alone, in one run.

`python -m tests.benchmarks.whisper_speed [--minutes 10] [tiny|base|small|medium|FOLDER …]`. No published model can be
fetched where this has to run, so a size is a model made on the spot with the layers, widths and tokens of the published
one, stored in 8 bits; it says 80 tokens in a window, 200 a minute, which are about 150 words. A layer takes as long
whatever its numbers mean. Not in it: a real model hears a doubtful window again, up to a quarter of them. A FOLDER
with a faster-whisper model is measured as it is, on sound that is no language.
"""

import argparse
import asyncio
import tempfile
from itertools import islice, product
from pathlib import Path
from typing import Final

from tests.peers.hearing_apart import Used, hear, hear_bare
from tests.peers.made_whisper import Shape, make_whisper
from tests.peers.speech import speech, write_audio

_TOKENS: Final = 51_865
SIZES: Final = {
    "tiny": Shape(384, 6, 4, _TOKENS),
    "base": Shape(512, 8, 6, _TOKENS),
    "small": Shape(768, 12, 12, _TOKENS),
    "medium": Shape(1024, 16, 24, _TOKENS),
}
"""The shapes of the published multilingual models."""
_A_WINDOW: Final = 80


def main() -> None:
    """Print for each size what an hour takes, and how much more that is than the library alone."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("models", nargs="*", default=["tiny", "base", "small"], metavar="MODEL")
    options.add_argument("--minutes", type=int, default=10)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        audio = write_audio(folder / "talk.mp3", speech(60.0), times=chosen.minutes)
        for model in chosen.models:
            where = _made(folder / model, SIZES[model]) if model in SIZES else Path(model)
            ours = asyncio.run(hear(audio, folder / "sound.s16", where))
            _tell(model, ours, hear_bare(audio, where), minutes=chosen.minutes)


def _made(folder: Path, shape: Shape) -> Path:
    words = ("".join(pair) for pair in product(("ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "zu"), repeat=2))
    return make_whisper(folder, sentence=" ".join(islice(words, _A_WINDOW)), language="en", shape=shape)


def _tell(model: str, ours: Used, bare: Used, *, minutes: int) -> None:
    an_hour = ours.seconds * 60 / minutes
    print(
        f"{model}: {an_hour:.0f} CPU s for an hour of talk, {3600 / an_hour:.1f} times as fast as it is spoken on one"
        f" core, peak {ours.peak:.0f} MiB, {ours.words / minutes:.0f} words a minute",
        f"  ours / the library alone: time {ours.seconds / bare.seconds:.2f}, memory {ours.peak / bare.peak:.2f},"
        f" words {ours.words / max(bare.words, 1):.2f}",
        sep="\n",
        flush=True,
    )


if __name__ == "__main__":
    main()
