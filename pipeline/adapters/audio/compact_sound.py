"""A stretch of decoded sound as a small file that any transcription server reads: mp3, mono."""

from io import BytesIO
from pathlib import Path
from typing import Final

import av
import numpy as np

from pipeline.adapters.audio.decoding import RATE

_BITS: Final = 48_000
"""Bits a second: two minutes stay under the megabyte that many servers take at most."""
_FRAME: Final = 10 * RATE
_SAMPLE_BYTES: Final = 2


def compact(path: Path, *, start: float, end: float) -> bytes:
    """The sound from `start` to `end` seconds of a file of 16-bit mono samples. Raises OSError."""
    first, last = round(start * RATE), round(end * RATE)
    samples = np.fromfile(path, np.int16, count=last - first, offset=first * _SAMPLE_BYTES)
    body = BytesIO()
    with av.open(body, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=RATE, layout="mono")
        stream.bit_rate = _BITS
        resampler = av.AudioResampler(format=stream.format, layout="mono", rate=RATE)
        for at in range(0, samples.size, _FRAME):
            frame = av.AudioFrame.from_ndarray(samples[at : at + _FRAME].reshape(1, -1), format="s16", layout="mono")
            frame.sample_rate, frame.pts = RATE, at
            for converted in resampler.resample(frame):
                container.mux(stream.encode(converted))
        for converted in resampler.resample(None):
            container.mux(stream.encode(converted))
        container.mux(stream.encode(None))
    return body.getvalue()
