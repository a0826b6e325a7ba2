"""Sound that a voice detector takes for speech, made on the spot, and audio files made of it."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]
"""Shape (n,): one channel, values from -1 to 1."""

Wave = npt.NDArray[np.float64]

RATE: Final = 16_000

_VOWELS: Final = np.array(
    (
        (730.0, 1090.0, 2440.0, 3500.0),
        (270.0, 2290.0, 3010.0, 3500.0),
        (530.0, 1840.0, 2480.0, 3500.0),
        (570.0, 840.0, 2410.0, 3500.0),
        (300.0, 870.0, 2240.0, 3500.0),
        (660.0, 1720.0, 2410.0, 3500.0),
    )
)
"""The formants in hertz of ah, ee, eh, aw, oo and ae."""
_BANDWIDTHS: Final = (60.0, 90.0, 150.0, 200.0)
_SYLLABLE: Final = 0.15
_PITCH: Final = 110.0
_BREATH: Final = 0.1
"""How much noise the voice carries: without it the detector hears a machine."""
_HOP: Final = 80
_WINDOW: Final = 512


def speech(seconds: float, *, seed: int = 0, phrase: float = 4.0, pause: float = 0.7) -> Samples:
    """Babble in phrases of `phrase` seconds, with a pause of `pause` seconds after each."""
    rng = np.random.default_rng(seed)
    pieces: list[Samples] = []
    for _ in range(int(seconds / (phrase + pause)) + 1):
        pieces += (_phrase(phrase, rng), silence(pause, seed=seed))
    return np.concatenate(pieces)[: int(seconds * RATE)]


def silence(seconds: float, *, seed: int = 0) -> Samples:
    """The faint hiss of a quiet room."""
    rng = np.random.default_rng(seed)
    return np.asarray(rng.standard_normal(int(seconds * RATE)) * 2e-4, np.float32)


def music(seconds: float) -> Samples:
    """Slow organ chords."""
    t = np.arange(int(seconds * RATE)) / RATE
    chords = ((220.0, 277.2, 329.6), (196.0, 246.9, 293.7), (174.6, 220.0, 261.6))
    out = np.zeros(t.size)
    for i, chord in enumerate(chords):
        on = ((t // 2).astype(int) % len(chords)) == i
        for tone in chord:
            for harmonic in (1, 2, 3):
                out += on * np.sin(2 * np.pi * tone * harmonic * t) / harmonic
    return (out * 0.05).astype(np.float32)


def write_audio(
    path: Path, samples: Samples, *, codec: str = "libmp3lame", layout: str = "mono", rate: int = 44_100, times: int = 1
) -> Path:
    """Encode the samples, so many times over, to a file whose container follows from the name; returns the path."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        assert isinstance(stream, av.AudioStream)
        resampler = av.AudioResampler(format=stream.format, layout=layout, rate=rate)
        for frame in _frames(samples, times):
            for converted in resampler.resample(frame):
                container.mux(stream.encode(converted))
        for converted in resampler.resample(None):
            container.mux(stream.encode(converted))
        container.mux(stream.encode(None))
    return path


def _frames(samples: Samples, times: int) -> Iterator[av.AudioFrame]:
    step, at = 10 * RATE, 0
    for start in list(range(0, samples.size, step)) * times:
        part = np.ascontiguousarray(samples[start : start + step]).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(part, format="flt", layout="mono")
        frame.sample_rate = RATE
        frame.pts = at
        frame.time_base = Fraction(1, RATE)
        at += part.size
        yield frame


def _phrase(seconds: float, rng: np.random.Generator) -> Samples:
    count, vowels = int(seconds * RATE), int(seconds / _SYLLABLE) + 2
    at = np.linspace(0, vowels - 1, count)
    frames = count // _HOP + 1
    path = _VOWELS[rng.integers(0, len(_VOWELS), vowels)]
    moments = np.linspace(0, vowels - 1, frames)
    formants = np.stack([np.interp(moments, np.arange(vowels), path[:, i]) for i in range(path.shape[1])], axis=1)
    voiced = _resonated(_voice(at, vowels, rng), formants)
    loudness = np.interp(at % 1, (0.0, 0.15, 0.3, 0.85, 1.0), (0.15, 0.7, 1.0, 0.8, 0.15))
    sound = voiced / np.abs(voiced).max() * loudness + _hisses(count, vowels, rng)
    return np.asarray(sound / np.abs(sound).max() * 0.4, np.float32)


def _voice(at: Wave, vowels: int, rng: np.random.Generator) -> Wave:
    """The buzz of the vocal folds, its pitch wandering and falling towards the end, with some breath."""
    melody = _PITCH * (1 + rng.uniform(-0.25, 0.25, vowels))
    pitch = np.interp(at, np.arange(vowels), melody) * np.linspace(1.1, 0.85, at.size)
    pitch *= 1 + 0.01 * np.repeat(rng.standard_normal(at.size // 160 + 1), 160)[: at.size]
    turn = np.cumsum(pitch) / RATE % 1
    flow = np.where(turn < 0.6, np.sin(np.pi * turn / 0.6) ** 2, 0.0)
    buzz = np.diff(flow, prepend=flow[0])
    return np.asarray(buzz / np.abs(buzz).max() + _BREATH * rng.standard_normal(at.size))


def _resonated(source: Wave, formants: Wave) -> Wave:
    """The source through a vocal tract whose resonances move: filtered window by window and added up."""
    starts = np.arange(len(formants)) * _HOP
    padded = np.pad(source, (_WINDOW // 2, 2 * _WINDOW))
    windows = padded[starts[:, None] + np.arange(_WINDOW)] * np.hanning(_WINDOW)
    spectra = np.fft.rfft(windows, axis=1)
    s = 2j * np.pi * np.fft.rfftfreq(_WINDOW, 1 / RATE)[None]
    for i, width in enumerate(_BANDWIDTHS):
        pole = -np.pi * width + 2j * np.pi * formants[:, i : i + 1]
        spectra = spectra * np.abs(pole) ** 2 / ((s - pole) * (s - pole.conj()))
    out = np.zeros(padded.size)
    for start, window in zip(starts, np.fft.irfft(spectra, axis=1), strict=True):
        out[start : start + _WINDOW] += window
    return out[_WINDOW // 2 : _WINDOW // 2 + source.size]


def _hisses(count: int, vowels: int, rng: np.random.Generator) -> Wave:
    """An s or f between some of the syllables."""
    out, length = np.zeros(count), int(0.07 * RATE)
    for border in range(1, vowels - 1):
        start = int(border / (vowels - 1) * count)
        hiss = np.diff(rng.standard_normal(length + 1)) * np.hanning(length) * 0.08
        if rng.random() < 0.5:
            out[start : start + length] += hiss[: count - start]
    return out
