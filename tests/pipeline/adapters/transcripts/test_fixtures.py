"""Each input file beside the segments that a careful reader would write down."""

import json
from pathlib import Path

import pytest

from pipeline.adapters.transcripts import parse_transcript

DATA = Path(__file__).parents[3] / "data" / "transcripts"
CASES = sorted(path for path in DATA.iterdir() if not path.name.endswith(".segments.json"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_a_file_becomes_the_segments_written_beside_it(path: Path) -> None:
    expected = json.loads(path.with_name(f"{path.name}.segments.json").read_text(encoding="utf-8"))

    kind, segments = parse_transcript(path.read_bytes())

    assert [[s.start, s.end, s.speaker, s.text] for s in segments] == expected
    assert kind.value == {".txt": "text"}.get(path.suffix, path.suffix[1:])
