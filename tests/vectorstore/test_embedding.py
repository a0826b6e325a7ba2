"""The shipped table: it is there, it means something, and its loss is said."""

from pathlib import Path

import pytest

from pipeline.domain.errors import IndexUnavailable
from vectorstore.embedding import StaticEmbedder


async def test_nearer_in_meaning_is_nearer_in_the_table() -> None:
    rows = await StaticEmbedder().embed(
        ["What helps against insomnia?", "Better sleep without pills.", "The rocket burns methane."]
    )
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.1


async def test_the_end_of_a_long_text_counts_too() -> None:
    rows = await StaticEmbedder().embed(["bread " * 600, "bread " * 600 + "rocket " * 600, "rocket"])
    assert rows[1] @ rows[2] > rows[0] @ rows[2] + 0.2


async def test_a_missing_table_is_said_plainly(tmp_path: Path) -> None:
    embedder = StaticEmbedder(tmp_path / "nowhere")
    with pytest.raises(IndexUnavailable, match="cannot be read"):
        await embedder.embed(["bread"])
    embedder.close()


async def test_a_damaged_table_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "tokenizer.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"noise")
    with pytest.raises(IndexUnavailable, match="cannot be read"):
        await StaticEmbedder(tmp_path).embed(["bread"])


async def test_the_table_is_read_without_a_word_on_the_screen(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    await StaticEmbedder().embed(["bread"])
    assert capfd.readouterr() == ("", "")
    assert [record.message for record in caplog.records] == []
