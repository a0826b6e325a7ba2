"""The file of a backup: what is ours is read, everything else is refused in words."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.operations.backup_file import unpack
from pipeline.domain.errors import BadInput


def made(**changed: Any) -> bytes:
    """A tar as somebody else would write it."""
    said = {"format": 1, "podsift": "1", "schema": "1", "made_at": "2026-11-23T09:00:00+00:00", "files": []}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, body in {"manifest.json": json.dumps(said | changed).encode(), "catalog.db": b"x"}.items():
            member = tarfile.TarInfo(name)
            member.size = len(body)
            tar.addfile(member, io.BytesIO(body))
    return out.getvalue()


FILE = {"name": "catalog.db", "bytes": 1, "sha256": "0" * 64}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        made(),
        made(files=[FILE | {"name": "../outside"}, FILE]),
        made(files=[FILE | {"name": "/etc/passwd"}]),
        made(files=[FILE | {"bytes": 2}]),
        made(files=[FILE]),
        made(files=[FILE], format=2),
        made(files=[FILE], made_at="2026-11-23T09:00:00"),
        made(files=[FILE | {"more": 1}]),
        made(files=7),
    ],
)
def test_what_is_no_backup_of_ours_is_refused(raw: bytes, tmp_path: Path) -> None:
    file, folder = tmp_path / "b.tar", tmp_path / "out"
    folder.mkdir()
    file.write_bytes(raw)

    with pytest.raises(BadInput, match="no backup of Podsift"):
        unpack(file, folder)
    assert {path.name for path in tmp_path.iterdir()} == {"b.tar", "out"}


@settings(max_examples=50)
@given(st.binary(max_size=3_000))
def test_any_bytes_are_refused_in_words(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "b.tar").write_bytes(raw)

    with pytest.raises(BadInput):
        unpack(folder / "b.tar", folder)
