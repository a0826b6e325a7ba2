"""Real transcripts, where a folder of them is at hand (environment variable PODSIFT_CORPUS)."""

import json
import os
import re
from collections import Counter
from pathlib import Path

import pytest

from pipeline.adapters.transcripts import parse_podcast_json, parse_transcript
from pipeline.adapters.transcripts.cue import Cue
from pipeline.adapters.transcripts.html import read_html_cues
from pipeline.adapters.transcripts.podcast_json import read_json_cues
from pipeline.adapters.transcripts.segments import in_order
from pipeline.adapters.transcripts.sniff import decoded
from pipeline.adapters.transcripts.srt import read_srt_cues
from pipeline.adapters.transcripts.vtt import read_vtt_cues

CORPUS = os.environ.get("PODSIFT_CORPUS")
pytestmark = pytest.mark.skipif(CORPUS is None, reason="PODSIFT_CORPUS names no folder")
ROOT = Path(CORPUS or ".")
READERS = {"vtt": read_vtt_cues, "srt": read_srt_cues, "json": read_json_cues, "html": read_html_cues}


def cues_of(body: bytes, kind: str) -> list[Cue]:
    text = decoded(body)
    if kind == "json" and len(text) < 10_000:  # single words, put together
        return [Cue(s.text, s.start, s.end, s.speaker) for s in parse_podcast_json(text)]
    return list(in_order(READERS[kind](text)))


def words_of(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.lower()))


def test_the_cues_are_those_of_the_reference_suites() -> None:
    folder = ROOT / "fixtures" / "transcripts"
    cases = [json.loads(line) for line in (folder / "cases.jsonl").read_text(encoding="utf-8").splitlines()]
    wrong = []
    for case in (case for case in cases if "expected" in case):
        expected = json.loads((folder / case["expected"]).read_text(encoding="utf-8"))
        cues = cues_of((folder / case["input"]).read_bytes(), case["format"])
        got = [(c.start, c.end, " ".join(c.words), c.speaker or "") for c in cues]
        want = [
            (e["start"], max(e["start"], e["end"]), " ".join(e["text"].split()), e.get("speaker") or "")
            for e in expected
        ]
        if len(got) != len(want) or any(
            pytest.approx(w[:2], abs=0.002) != g[:2] or w[2:] != g[2:] for g, w in zip(got, want, strict=True)
        ):
            wrong.append(case["id"])

    assert not wrong


@pytest.mark.parametrize("show", ["bitcoin-explained", "chaincode-podcast", "python-bytes", "stephan-livera", "syntax"])
def test_no_word_of_a_real_show_is_lost(show: str) -> None:
    missing = total = 0
    for path in sorted((ROOT / "host" / show / "transcripts").iterdir()):
        reference = json.loads((ROOT / "host" / show / "segments" / f"{path.stem}.json").read_text(encoding="utf-8"))
        words = words_of(" ".join(text for _, _, _, text in reference["segments"]))
        _, segments = parse_transcript(path.read_bytes())
        names = {segment.speaker for segment in segments if segment.speaker}
        got = words_of(" ".join(f"{s.text} {s.speaker or ''}" for s in segments))
        lost = {word: n for word, n in (words - got).items() if word not in words_of(" ".join(names) + " unknown")}
        missing += sum(lost.values())
        total += words.total()

    assert missing <= total / 10_000
