"""Which audio format a file really is, judged by its first bytes and never by its name."""

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from pipeline.domain.errors import AudioUnreadable

HEAD_BYTES: Final = 256 * 1024
"""How much of the start `demuxer_for` wants to see: cover art may stand before the sound."""

_MAGIC: Final = (
    (0, b"fLaC", "flac"),
    (0, b"OggS", "ogg"),
    (0, b"RIFF", "wav"),
    (0, b"RF64", "wav"),
    (0, b"\x1aE\xdf\xa3", "matroska"),
    (0, b"FORM", "aiff"),
    (0, b"caff", "caf"),
    (0, b"#!AMR", "amr"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
    (4, b"ftyp", "mov"),
    (4, b"moov", "mov"),
    (4, b"mdat", "mov"),
)
_DISGUISES: Final = (
    (rb"ffconcat", "a list of other files (ffconcat)"),
    (rb"#EXTM3U|\[playlist\]|\s*<\?xml[^>]*>\s*<(playlist|asx)", "a playlist"),
    (rb"\s*<\?xml[^>]*>.{0,2000}<MPD|\s*<MPD", "a streaming manifest (DASH)"),
    (rb"\s*(<\?xml[^>]*>\s*)?(<!--.{0,2000}?-->\s*)*<(!doctype\s+html|html|head|body|title|script|meta)", "a web page"),
    (rb"\s*<(\?xml|rss|feed|error)", "an XML document"),
    (rb"\s*[\[{]\s*[\"\]}]", "a JSON document"),
    (rb"%PDF", "a PDF"),
    (rb"PK\x03\x04|Rar!|\x1f\x8b|7z\xbc\xaf", "an archive"),
    (rb"\x89PNG|GIF8|\xff\xd8\xff", "an image"),
)
_TS_PACKET: Final = 188
_WANTED_FRAMES: Final = 3
"""So many frame headers in a row, each where the last one says, are no coincidence."""
_ADTS: Final = 0
_FIRST_FRAME: Final = 4096
_KBITS: Final = {
    (1, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Kilobits per second by (MPEG version 1 or 2, layer) and the index in the header, from 1."""


def demuxer_for(head: bytes) -> str:
    """FFmpeg's name of the format of a file that starts with `head`.

    Only formats that hold their sound themselves are named, so that no file can make the decoder open another.
    Raises AudioUnreadable with what came instead of audio.
    """
    if not head:
        raise AudioUnreadable("The audio file is empty.")
    for at, magic, name in _MAGIC:
        if head.startswith(magic, at):
            return name
    for pattern, what in _DISGUISES:
        if re.match(pattern, head.removeprefix(b"\xef\xbb\xbf"), re.IGNORECASE | re.DOTALL):
            raise AudioUnreadable(f"The audio address gave {what} instead of audio.")
    if head.startswith(b"G") and head[_TS_PACKET : _TS_PACKET + 1] == head[2 * _TS_PACKET : 2 * _TS_PACKET + 1] == b"G":
        return "mpegts"
    found = _after_tag(head) or _framed(head)
    if found is None:
        raise AudioUnreadable("The file is in no audio format that is known here.")
    return found


def states_its_length(file: BinaryIO, demuxer: str) -> bool:
    """Whether the file itself says how long it is; for a bare run of frames FFmpeg only guesses from the bit rate."""
    if demuxer not in ("mp3", "aac"):
        return True
    file.seek(0)
    file.seek(_tag_size(file.read(10)))
    return re.search(rb"Xing|Info|VBRI", file.read(_FIRST_FRAME)) is not None


def _tag_size(head: bytes) -> int:
    """Bytes of the ID3 tag at the start; its length stands in four bytes of seven bits."""
    if not head.startswith(b"ID3"):
        return 0
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte
    return 10 + size


def _after_tag(head: bytes) -> str | None:
    if not head.startswith(b"ID3"):
        return None
    rest = head[_tag_size(head) :]
    if rest.startswith(b"fLaC"):
        return "flac"
    return _framed(rest) or "mp3"


def _framed(head: bytes) -> str | None:
    """«mp3» or «aac» when the bytes hold a run of such frames; some hosts put junk before the first."""
    for match in re.finditer(rb"\xff[\xe0-\xff]", head):
        layers = tuple(_run(head, match.start()))
        if len(layers) == _WANTED_FRAMES and len(set(layers)) == 1:
            return "aac" if layers[0] == _ADTS else "mp3"
    return None


def _run(head: bytes, at: int) -> Iterator[int]:
    """The layers of up to three frames that follow one another from `at` on."""
    for _ in range(_WANTED_FRAMES):
        frame = _frame(head[at : at + 7])
        if frame is None:
            return
        yield frame[0]
        at += frame[1]


def _frame(header: bytes) -> tuple[int, int] | None:
    """Layer (0 is ADTS) and length in bytes of the frame with this header, None when it is none."""
    if len(header) < 7 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:  # noqa: PLR2004 - the bits of the standard
        return None
    layer = (4 - (header[1] >> 1 & 3)) % 4
    if layer == _ADTS:
        length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
        return (_ADTS, length) if header[1] & 0xF0 == 0xF0 and length > 7 else None  # noqa: PLR2004 - as above
    version, rate, bits = header[1] >> 3 & 3, header[2] >> 2 & 3, header[2] >> 4
    if version == 1 or rate == 3 or bits in (0, 15):  # noqa: PLR2004 - reserved values
        return None
    is_first = version == 3  # noqa: PLR2004 - MPEG-1
    hertz = (44_100, 48_000, 32_000)[rate] // (1 if is_first else 4 - version)
    kbits = _KBITS[(1 if is_first else 2, layer)][bits - 1]
    return layer, _length(kbits * 1000, hertz, layer=layer, is_first=is_first, padding=header[2] >> 1 & 1)


def _length(bits: int, hertz: int, *, layer: int, is_first: bool, padding: int) -> int:
    if layer == 1:
        return (12 * bits // hertz + padding) * 4
    samples = 1152 if is_first or layer == 2 else 576  # noqa: PLR2004 - layers are numbered in the standard
    return samples // 8 * bits // hertz + padding
