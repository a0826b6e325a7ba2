import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.adapters.audio.formats import demuxer_for
from pipeline.domain.errors import AudioUnreadable

MPEG1 = b"\xff\xfb\x90\x00" + bytes(413)
"""A frame of 128 kbit/s at 44.1 kHz: 417 bytes."""
MPEG2 = b"\xff\xf3\x48\xc0" + bytes(140)
"""A frame of 32 kbit/s at 16 kHz, layer III of MPEG-2: 144 bytes."""
LAYER1 = b"\xff\xff\x10\x00" + bytes(28)
"""A frame of 32 kbit/s at 44.1 kHz, layer I: 32 bytes."""
ADTS = b"\xff\xf1\x50\x80\x04\x00\xfc" + bytes(25)
"""An AAC frame of 32 bytes."""


@pytest.mark.parametrize(
    ("head", "demuxer"),
    [
        (MPEG1 * 3, "mp3"),
        (MPEG2 * 3, "mp3"),
        (LAYER1 * 3, "mp3"),
        (ADTS * 3, "aac"),
        (bytes(1000) + MPEG1 * 3, "mp3"),
        (b"ID3\x04\x00\x00\x00\x00\x00\x05tag.." + MPEG1 * 3, "mp3"),
        (b"ID3\x04\x00\x00\x00\x00\x00\x05tag.." + ADTS * 3, "aac"),
        (b"ID3\x04\x00\x00\x00\x00\x00\x05tag..fLaC", "flac"),
        (b"ID3\x04\x00\x00\x7f\x7f\x7f\x7fpicture", "mp3"),
        (b"fLaC\x00", "flac"),
        (b"OggS\x00", "ogg"),
        (b"RIFF\x00\x00\x00\x00WAVE", "wav"),
        (b"\x00\x00\x00\x20ftypM4A ", "mov"),
        (b"\x1aE\xdf\xa3", "matroska"),
        ((b"G" + bytes(187)) * 3, "mpegts"),
    ],
)
def test_names_the_format_by_its_first_bytes(head: bytes, demuxer: str) -> None:
    assert demuxer_for(head) == demuxer


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><title>Sign in</title>", "a web page"),
        (b"\xef\xbb\xbf\n <html>", "a web page"),
        (b"<!-- cached -->\n<HTML lang=en>", "a web page"),
        (b'<?xml version="1.0"?><rss>', "an XML document"),
        (b'<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash">', "a streaming manifest"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd", "a playlist"),
        (b"[playlist]\nFile1=/etc/passwd", "a playlist"),
        (b"ffconcat version 1.0\nfile x.mp3", "a list of other files"),
        (b'{"error": "expired"}', "a JSON document"),
        (b"%PDF-1.7", "a PDF"),
        (b"PK\x03\x04", "an archive"),
        (b"\xff\xd8\xff\xe0", "an image"),
        (b"Not found", "no audio format"),
        (bytes(100_000), "no audio format"),
        (b"\xff\xfb\x90", "no audio format"),
    ],
)
def test_fault_40_says_what_came_instead_of_audio(head: bytes, what: str) -> None:
    with pytest.raises(AudioUnreadable, match=what):
        demuxer_for(head)


def test_fault_40_noise_is_no_audio() -> None:
    with pytest.raises(AudioUnreadable, match="no audio format"):
        demuxer_for(random.Random(0).randbytes(200_000))


@given(st.binary(max_size=400) | st.binary(max_size=60).map(lambda junk: b"\xff" + junk * 5))
def test_any_bytes_are_named_or_refused(head: bytes) -> None:
    known = {"mp3", "aac", "flac", "ogg", "wav", "aiff", "caf", "amr", "asf", "mov", "matroska", "mpegts"}
    try:
        found = demuxer_for(head)
    except AudioUnreadable:
        return
    assert found in known
