"""Outgoing request bodies, written down for a validator: `PODSIFT_RECORD=path` gets one as a JSON line each."""

import json
import os
from pathlib import Path
from typing import Any


def record(body: dict[str, Any]) -> None:
    """Write a body down, if anybody wants it."""
    path = os.environ.get("PODSIFT_RECORD")
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(body, ensure_ascii=False) + "\n")
