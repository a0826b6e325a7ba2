"""Rendered output kept as readable files; `PODSIFT_WRITE_SNAPSHOTS=1` writes them anew, to be read before a commit."""

import os
from pathlib import Path

_FOLDER = Path(__file__).parent.parent / "data" / "posts"


def same_as_stored(name: str, rendered: str) -> bool:
    """Whether `rendered` is what `tests/data/posts/<name>.txt` holds; trailing spaces do not count."""
    path = _FOLDER / f"{name}.txt"
    clean = "\n".join(line.rstrip() for line in rendered.splitlines()).strip("\n") + "\n"
    if os.environ.get("PODSIFT_WRITE_SNAPSHOTS") == "1":
        path.write_text(clean)
    assert clean == path.read_text()
    return True
