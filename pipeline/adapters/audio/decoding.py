"""Decoding podcast audio with PyAV, packet by packet, into chunks of sound that end at a pause.

Nothing the container says is believed: the format comes from the first bytes, a damaged packet costs that packet
and no more, and the memory does not grow with the length of the episode. FFmpeg is a large parser of hostile
input, so this runs in a process of its own (see `transcription_process`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import av
import numpy as np
import numpy.typing as npt

from pipeline.adapters.audio.formats import HEAD_BYTES, demuxer_for, states_its_length
from pipeline.domain.errors import AudioUnreadable

Samples = npt.NDArray[np.float32]
"""Shape (n,): one channel at `RATE`, values from -1 to 1."""
Pcm = npt.NDArray[np.int16]

RATE: Final = 16_000
"""Samples per second."""
LONGEST: Final = 12 * 3600.0
"""The default cap on an episode, in seconds."""

_GROUP: Final = 500_000
"""Frames are resampled in groups of so many samples, because each call costs much more than its work."""
_LONGEST_GAP: Final = 30.0
"""Lost packets are replaced by silence of at most so many seconds; a larger jump is a wrong clock."""
_NOTICEABLE_GAP: Final = 0.02
_DEMUX_TRIES: Final = 100
_READ_BUFFER: Final = 256 * 1024


@dataclass(slots=True)
class Decoding:
    """What has come out of a file so far; it is complete when the last chunk was taken.

    `declared` is the length in seconds that the container states, `filled` how much silence stands in for lost
    packets, `skipped` the number of those packets.
    """

    declared: float | None = None
    decoded: float = 0.0
    filled: float = 0.0
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class AudioChunk:
    """A stretch of sound; `start` in seconds from the start of the episode."""

    start: float
    samples: Samples

    @property
    def end(self) -> float:
        """Where it ends, in seconds from the start of the episode."""
        return self.start + self.samples.size / RATE


def decode_chunks(
    path: Path, *, into: Decoding, length: float = 600.0, reach: float = 30.0, longest: float = LONGEST
) -> Iterator[AudioChunk]:
    """The sound of the file in chunks of about `length` seconds, each border moved to a pause within `reach` seconds.

    `into` is filled in on the way. Raises AudioUnreadable for what is not audio, for audio longer than `longest`
    seconds, and when nothing can be decoded.
    """
    with path.open("rb") as file:
        demuxer = demuxer_for(file.read(HEAD_BYTES))
        is_stated = states_its_length(file, demuxer)
        file.seek(0)
        start, size, pieces = 0, 0, list[Pcm]()
        for piece in _sound(file, demuxer, into=into, longest=longest, is_stated=is_stated):
            pieces.append(piece)
            size += piece.size
            while size > (length + reach) * RATE:
                waiting = np.concatenate(pieces)
                border = quiet_border(waiting, around=length, reach=reach)
                yield _chunk(start, waiting[:border])
                start, size, pieces = start + border, size - border, [waiting[border:].copy()]
    if into.decoded == 0:
        raise AudioUnreadable("No sound could be decoded from the audio file.")
    if size:
        yield _chunk(start, np.concatenate(pieces))


def quiet_border(samples: Pcm, *, around: float, reach: float) -> int:
    """The index of the quietest moment between `around - reach` and `around + reach` seconds.

    Among equally quiet moments the one nearest to `around` wins: a quiet moment at the far end must be 6 dB
    quieter.
    """
    step = RATE // 50
    first = max(int((around - reach) * RATE), 0)
    part = samples[first : int((around + reach) * RATE)].astype(np.float64)
    frames = part[: part.size // step * step].reshape(-1, step)
    if not len(frames):
        return min(int(around * RATE), samples.size)
    pause = min(20, len(frames))
    power = np.convolve((frames**2).mean(axis=1), np.ones(pause) / pause, mode="valid")
    middles = first + (np.arange(power.size) + pause / 2) * step
    decibels = 10 * np.log10(power + 1.0)
    far = np.abs(middles / RATE - around) / max(reach, 1e-9)
    return int(middles[np.argmin(decibels + 6 * far)])


def _chunk(start: int, pcm: Pcm) -> AudioChunk:
    return AudioChunk(start / RATE, pcm.astype(np.float32) / np.float32(32768))


def _sound(file: BinaryIO, demuxer: str, *, into: Decoding, longest: float, is_stated: bool) -> Iterator[Pcm]:
    """The whole file as 16-bit mono pieces of some seconds. Raises AudioUnreadable."""
    try:
        # A file object and no allowed protocol: whatever a header asks for, no second file is ever opened.
        container = av.open(
            file,
            mode="r",
            format=demuxer,
            metadata_errors="ignore",
            container_options={"protocol_whitelist": ""},
            buffer_size=_READ_BUFFER,
        )
    except (av.FFmpegError, ValueError) as error:
        raise AudioUnreadable("The audio file is damaged: its start cannot be read.") from error
    with container:
        if not container.streams.audio:
            raise AudioUnreadable("The file has no audio track.")
        stream = container.streams.audio[0]
        into.declared = _declared(container, stream) if is_stated else None
        _refuse_longer(into.declared or 0.0, longest)
        resampling = _Resampling()
        for frame in _frames(container, stream, into=into):
            yield from resampling.take(frame, into=into)
            _refuse_longer(into.decoded + into.filled, longest)
        yield from resampling.rest(into=into)


def _declared(container: av.container.InputContainer, stream: av.AudioStream) -> float | None:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration else None


def _refuse_longer(seconds: float, longest: float) -> None:
    if seconds > longest:
        raise AudioUnreadable(f"The audio is longer than {longest / 3600:.0f} hours, the most that is transcribed.")


def _frames(
    container: av.container.InputContainer, stream: av.AudioStream, *, into: Decoding
) -> Iterator[av.AudioFrame]:
    for packet in _packets(container, stream, into=into):
        try:
            frames = packet.decode()
        except av.EOFError:
            return
        except av.FFmpegError:
            into.skipped += 1
            continue
        for frame in frames:
            if frame.samples and frame.sample_rate:
                yield frame


def _packets(
    container: av.container.InputContainer, stream: av.AudioStream, *, into: Decoding
) -> "Iterator[av.Packet[av.AudioStream]]":
    """Packets to the end; a demuxer that stumbles is asked again, because the next packet may be whole."""
    for _ in range(_DEMUX_TRIES):
        try:
            yield from container.demux(stream)
        except av.FFmpegError:
            into.skipped += 1
        else:
            return


class _Resampling:
    """Turns frames of any rate and layout into 16-bit mono; adverts are often spliced in with another rate."""

    def __init__(self) -> None:
        self._shape: tuple[str, str, int] | None = None
        self._resampler: av.AudioResampler | None = None
        self._fifo = av.AudioFifo()
        self._clock: float | None = None

    def take(self, frame: av.AudioFrame, *, into: Decoding) -> Iterator[Pcm]:
        """Add a frame; gives back what is ready, and silence where packets before it were lost."""
        gap = self._gap(frame)
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if shape != self._shape or gap > 0:
            yield from self.rest(into=into)
            self._shape, self._fifo = shape, av.AudioFifo()
            self._resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        if gap > 0:
            into.filled += gap
            yield np.zeros(round(gap * RATE), np.int16)
        frame.pts = None
        self._fifo.write(frame)
        if self._fifo.samples >= _GROUP:
            yield from self._resampled(self._fifo.read(), into=into)

    def rest(self, *, into: Decoding) -> Iterator[Pcm]:
        """What is still inside."""
        if self._fifo.samples:
            yield from self._resampled(self._fifo.read(), into=into)
        if self._resampler is not None:
            yield from self._resampled(None, into=into)
            self._resampler = None

    def _gap(self, frame: av.AudioFrame) -> float:
        """Seconds missing before the frame by its time stamp; 0 where that says nothing believable."""
        expected, at = self._clock, frame.time
        seconds = frame.samples / frame.sample_rate
        if at is None:
            self._clock = None if expected is None else expected + seconds
            return 0.0
        self._clock = at + seconds
        gap = 0.0 if expected is None else at - expected
        return gap if _NOTICEABLE_GAP < gap <= _LONGEST_GAP else 0.0

    def _resampled(self, frame: av.AudioFrame | None, *, into: Decoding) -> Iterator[Pcm]:
        if self._resampler is None:
            return
        for out in self._resampler.resample(frame):
            pcm = out.to_ndarray().reshape(-1).astype(np.int16, copy=False)
            into.decoded += pcm.size / RATE
            yield pcm
