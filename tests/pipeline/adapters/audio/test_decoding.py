import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.adapters.audio.decoding import RATE, AudioChunk, Decoding, decode_chunks, quiet_border
from pipeline.domain.errors import AudioUnreadable
from tests.peers.speech import music, silence, speech, write_audio

SPOKEN = speech(60)


def decoded(path: Path, **limits: float) -> tuple[list[AudioChunk], Decoding]:
    into = Decoding()
    return list(decode_chunks(path, into=into, **limits)), into


@pytest.fixture(scope="module")
def mp3(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_audio(tmp_path_factory.mktemp("audio") / "show.mp3", SPOKEN).read_bytes()


@pytest.mark.parametrize(
    ("name", "codec", "layout", "rate"),
    [
        ("a.mp3", "libmp3lame", "stereo", 44_100),
        ("a.m4a", "aac", "stereo", 48_000),
        ("a.aac", "aac", "mono", 22_050),
        ("a.opus", "libopus", "mono", 48_000),
        ("a.flac", "flac", "mono", 44_100),
        ("a.wav", "pcm_s16le", "mono", 16_000),
        ("a.aiff", "pcm_s16be", "mono", 44_100),
        ("a.webm", "libopus", "stereo", 48_000),
    ],
)
def test_fault_40_decodes_what_podcasts_use_whatever_the_file_is_called(
    tmp_path: Path, name: str, codec: str, layout: str, rate: int
) -> None:
    sound = SPOKEN[: 8 * RATE]
    path = write_audio(tmp_path / name, sound, codec=codec, layout=layout, rate=rate)
    chunks, into = decoded(path.rename(tmp_path / "download-1"))
    assert into.decoded == pytest.approx(8, abs=0.1)
    assert into.skipped == 0
    heard = chunks[0].samples
    assert heard.dtype == np.float32
    assert 0.2 < np.abs(heard).max() <= 1


def test_cuts_at_pauses_and_loses_nothing_between_chunks(tmp_path: Path) -> None:
    path = write_audio(tmp_path / "a.flac", SPOKEN, codec="flac", rate=16_000)
    chunks, _ = decoded(path, length=15, reach=3)
    whole, _ = decoded(path)
    assert [round(chunk.start) for chunk in chunks] == [0, 14, 28, 42]
    assert all(before.end == after.start for before, after in pairwise(chunks))
    assert np.array_equal(np.concatenate([chunk.samples for chunk in chunks]), whole[0].samples)
    for chunk in chunks[1:]:
        around = chunk.samples[: RATE // 10]
        assert np.abs(around).max() < 0.01, "the border lies in a word"


def test_fault_40_three_kilobytes_of_noise_in_the_middle_cost_only_themselves(tmp_path: Path, mp3: bytes) -> None:
    # Ten minutes, as a publisher joins them; one of them is damaged.
    damage = random.Random(1).randbytes(3000)
    at = len(mp3) // 3
    path = tmp_path / "a.mp3"
    path.write_bytes(mp3 * 5 + mp3[:at] + damage + mp3[at + 3000 :] + mp3 * 4)
    chunks, into = decoded(path)
    assert into.decoded >= 600 * 0.999
    assert into.skipped > 0
    assert chunks[-1].end == pytest.approx(600, abs=0.6)


def test_fault_40_a_web_page_in_the_middle_of_the_audio_costs_only_itself(tmp_path: Path, mp3: bytes) -> None:
    at = len(mp3) // 2
    path = tmp_path / "a.mp3"
    path.write_bytes(mp3[:at] + b"<html><body>502 Bad Gateway</body></html>" * 500 + mp3[at:])
    _, into = decoded(path)
    assert into.decoded == pytest.approx(60, abs=0.1)


def test_lost_packets_become_silence_so_that_later_times_stay_right(tmp_path: Path) -> None:
    path = write_audio(tmp_path / "a.opus", SPOKEN, codec="libopus", rate=48_000)
    data = bytearray(path.read_bytes())
    at = len(data) // 3
    data[at : at + 3000] = random.Random(1).randbytes(3000)
    path.write_bytes(data)
    chunks, into = decoded(path)
    assert 0.5 < into.filled < 5
    assert chunks[-1].end == pytest.approx(60, abs=0.1)


def test_fault_41_adverts_spliced_in_with_another_rate_and_layout_are_decoded(tmp_path: Path, mp3: bytes) -> None:
    stereo = write_audio(tmp_path / "s.mp3", SPOKEN[: 10 * RATE], layout="stereo", rate=48_000).read_bytes()
    slow = write_audio(tmp_path / "m.mp3", SPOKEN[: 10 * RATE], rate=22_050).read_bytes()
    path = tmp_path / "a.mp3"
    path.write_bytes(stereo + mp3 + slow + mp3)
    _, into = decoded(path)
    assert into.decoded == pytest.approx(140, abs=0.6)


def test_fault_40_a_truncated_file_gives_its_half_and_the_length_it_promised(tmp_path: Path, mp3: bytes) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(mp3[: len(mp3) // 2])
    _, into = decoded(path)
    assert into.declared == pytest.approx(60, abs=0.1)
    assert into.decoded == pytest.approx(30, abs=0.2)


def test_a_bare_run_of_frames_promises_nothing(tmp_path: Path, mp3: bytes) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(mp3[len(mp3) // 2 :])
    _, into = decoded(path)
    assert into.declared is None
    assert into.decoded == pytest.approx(30, abs=0.2)


@pytest.mark.parametrize("limit", [30.0, 59.0])
def test_fault_40_refuses_audio_over_the_cap_before_decoding_it(tmp_path: Path, mp3: bytes, limit: float) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(mp3)
    into = Decoding()
    with pytest.raises(AudioUnreadable, match="longer than"):
        list(decode_chunks(path, into=into, longest=limit))
    assert into.decoded == 0


def test_fault_40_refuses_audio_that_turns_out_longer_than_it_promised(tmp_path: Path, mp3: bytes) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(mp3 * 3)
    with pytest.raises(AudioUnreadable, match="longer than"):
        decoded(path, longest=90)


def test_a_video_without_sound_is_refused(tmp_path: Path, silent_video: Path) -> None:
    with pytest.raises(AudioUnreadable, match="no audio track"):
        decoded(silent_video)


@pytest.fixture
def silent_video(tmp_path: Path) -> Path:
    av = pytest.importorskip("av")
    path = tmp_path / "video.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width = stream.height = 32
        for _ in range(5):
            container.mux(stream.encode(av.VideoFrame(32, 32, "yuv420p")))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    "head",
    [b"fLaC" + bytes(2000), b"\x00\x00\x00\x1cftypM4A " + bytes(2000), b"OggS" + bytes(2000), b"ID3\x04" + bytes(3000)],
)
def test_a_file_that_only_begins_like_audio_is_refused(tmp_path: Path, head: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(head)
    with pytest.raises(AudioUnreadable):
        decoded(path)


def test_fault_40_a_list_of_files_behind_a_music_tag_opens_no_other_file(tmp_path: Path, mp3: bytes) -> None:
    (tmp_path / "secret.mp3").write_bytes(mp3)
    path = tmp_path / "a.mp3"
    path.write_bytes(b"ID3\x04\x00\x00\x00\x00\x00\x00ffconcat version 1.0\nfile secret.mp3\n")
    with pytest.raises(AudioUnreadable):
        decoded(path)


@settings(max_examples=30)
@given(st.floats(1.0, 9.0), st.floats(0.4, 1.0))
def test_the_border_falls_into_the_pause(at: float, length: float) -> None:
    sound = (np.random.default_rng(0).standard_normal(10 * RATE) * 3000).astype(np.int16)
    first, last = int(at * RATE), int(min(at + length, 10) * RATE)
    sound[first:last] = 0
    border = quiet_border(sound, around=5, reach=5)
    assert first - RATE // 25 <= border <= last + RATE // 25


@given(st.integers(0, 40), st.floats(0.1, 20), st.floats(0, 20))
def test_the_border_is_always_within_reach(tenths: int, around: float, reach: float) -> None:
    sound = np.ones(tenths * RATE // 10, np.int16)
    border = quiet_border(sound, around=around, reach=reach)
    assert 0 <= border <= min(sound.size, (around + reach) * RATE)
    assert border >= min(sound.size - RATE / 50, (around - reach) * RATE) - 1


@pytest.mark.parametrize("make", [silence, music])
def test_sound_without_pauses_or_words_is_decoded_too(tmp_path: Path, make: Callable[[float], np.ndarray]) -> None:
    path = write_audio(tmp_path / "a.flac", make(20), codec="flac")
    chunks, _ = decoded(path, length=5, reach=1)
    assert chunks[-1].end == pytest.approx(20, abs=0.01)
