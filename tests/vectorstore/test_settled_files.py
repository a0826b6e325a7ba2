"""Graphs of vectors that a kill left half written are never opened: by the note alone, and with the real Chroma."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from pipeline.domain.audience import PUBLIC
from vectorstore.chroma import ChromaVectors
from vectorstore.chroma_places import ChromaFolder
from vectorstore.chunking import Chunk
from vectorstore.entry import Entry
from vectorstore.settled_files import SettledFiles
from vectorstore.vectors import IndexDamaged

_MANY = 120


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    """A file of a graph that was written to its end."""
    file = tmp_path / "a graph" / "links.bin"
    file.parent.mkdir()
    file.write_bytes(bytes(100))
    SettledFiles(tmp_path).note()
    return file


def grow(file: Path) -> None:
    file.write_bytes(bytes(101))


def cut(file: Path) -> None:
    os.truncate(file, 50)


def write_anew(file: Path) -> None:
    file.write_bytes(bytes(100))
    os.utime(file, ns=(1, 1))


def lose(file: Path) -> None:
    file.unlink()


def add_another(file: Path) -> None:
    file.with_name("length.bin").touch()


def spoil_the_note(file: Path) -> None:
    (file.parents[1] / "settled.json").write_text("{", encoding="utf-8")


def lose_the_note(file: Path) -> None:
    (file.parents[1] / "settled.json").unlink()


def test_without_files_there_is_nothing_to_be_torn(tmp_path: Path) -> None:
    assert SettledFiles(tmp_path).are_whole()
    assert SettledFiles(tmp_path / "not there yet").are_whole()


@pytest.mark.usefixtures("graph")
def test_what_was_noted_is_whole(tmp_path: Path) -> None:
    assert SettledFiles(tmp_path).are_whole()


@pytest.mark.parametrize("change", [grow, cut, write_anew, lose, add_another, spoil_the_note, lose_the_note])
def test_what_was_changed_after_the_note_is_not_whole(
    tmp_path: Path, graph: Path, change: Callable[[Path], None]
) -> None:
    change(graph)

    assert not SettledFiles(tmp_path).are_whole()


def test_a_change_that_is_noted_is_whole_again(tmp_path: Path, graph: Path) -> None:
    grow(graph)
    SettledFiles(tmp_path).note()

    assert SettledFiles(tmp_path).are_whole()


def entry(episode: str) -> Entry:
    chunks = tuple(Chunk(f"{place} words", None, None, None, place, place) for place in range(_MANY))
    when = datetime(2026, 11, 1, tzinfo=UTC)
    return Entry(episode, "T", episode, "f", "https://f", "F", PUBLIC, when, chunks, (None,) * _MANY)


async def filled(folder: Path) -> None:
    """So many vectors that Chroma has written its graph, and then let go of by a process that lives on."""
    place = ChromaFolder(folder, written_after=100)
    vectors = ChromaVectors(place, build="b")
    await vectors.create()
    rows = np.random.default_rng(1).standard_normal((_MANY, 8), dtype=np.float32)
    await vectors.put(entry("e1"), chunks=rows, insights=rows[:0])
    await vectors.close()


def tear(folder: Path) -> None:
    """As a kill in the middle of the writing would leave it."""
    (graph,) = folder.glob("*/data_level0.bin")
    os.truncate(graph, graph.stat().st_size // 2)


async def test_a_graph_that_was_written_to_its_end_is_opened(tmp_path: Path) -> None:
    await filled(tmp_path)
    again = ChromaVectors(ChromaFolder(tmp_path), build="b")

    assert await again.check({"e1": (_MANY, 0)}) == frozenset()
    await again.close()


async def test_a_torn_graph_is_damage_and_no_end_of_the_process(tmp_path: Path) -> None:
    await filled(tmp_path)
    tear(tmp_path)
    again = ChromaVectors(ChromaFolder(tmp_path), build="b")

    with pytest.raises(IndexDamaged, match="while they were being written"):
        await again.check({"e1": (_MANY, 0)})
    await again.close()
