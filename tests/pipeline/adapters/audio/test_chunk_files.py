import os
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pipeline.adapters.audio.chunk_files import ChunkFiles
from pipeline.domain.audio import HeardChunk
from pipeline.domain.transcript import Segment

CHUNK = HeardChunk((Segment("Grüezi “you”", 1.5, 2.25), Segment("no times")), "de", 0.93)


def overwrite(folder: Path, content: bytes) -> None:
    (file,) = folder.glob("*/*.json")
    file.write_bytes(content)


def make_old(folder: Path) -> None:
    for inner in folder.iterdir():
        os.utime(inner, (0, 0))


async def test_a_chunk_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    await ChunkFiles(tmp_path / "chunks").save("abc", CHUNK, model="small|10", number=3)
    store = ChunkFiles(tmp_path / "chunks")
    assert await store.load("abc", model="small|10", number=3) == CHUNK
    assert await store.load("abc", model="small|10", number=2) is None
    assert await store.load("abc", model="tiny|10", number=3) is None
    assert await store.load("abd", model="small|10", number=3) is None


async def test_a_chunk_cut_by_a_crash_counts_as_missing(tmp_path: Path) -> None:
    store = ChunkFiles(tmp_path)
    await store.save("abc", CHUNK, model="m", number=0)
    for damaged in (b'{"segments": [{"te', b"", b"[]", b'{"segments": [{"txt": 1}], "language": "", "confidence": 1}'):
        overwrite(tmp_path, damaged)
        assert await store.load("abc", model="m", number=0) is None


async def test_forgetting_an_audio_leaves_the_others(tmp_path: Path) -> None:
    store = ChunkFiles(tmp_path)
    for audio in ("abc", "abd"):
        await store.save(audio, CHUNK, model="m", number=0)
    await store.forget("abc")
    await store.forget("never there")
    assert await store.load("abc", model="m", number=0) is None
    assert await store.load("abd", model="m", number=0) == CHUNK


async def test_what_nobody_continued_is_swept(tmp_path: Path) -> None:
    store = ChunkFiles(tmp_path)
    await store.save("old", CHUNK, model="m", number=0)
    make_old(tmp_path)
    await store.save("new", CHUNK, model="m", number=0)
    assert await store.sweep() == 1
    assert await store.load("new", model="m", number=0) == CHUNK
    assert await store.load("old", model="m", number=0) is None


@given(audio=st.text(), model=st.text())
def test_no_name_leaves_the_folder(audio: str, model: str) -> None:
    folder = Path("/chunks")
    assert ChunkFiles(folder)._file(audio, model, 0).parent.parent == folder
