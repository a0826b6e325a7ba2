"""How well advert reads are found, per second: python -m tests.evals.adverts FOLDER [--show].

FOLDER holds transcripts below `segments/` and labels in `ads/*.jsonl`: rows with episode, start and end in seconds.
Four other episodes of the show serve as they do in the product; chapters do not.
"""

import argparse
import json
from collections import defaultdict
from pathlib import Path
from typing import Final

from pipeline.domain.talk.advert_marks import marked_adverts
from pipeline.domain.talk.adverts import find_adverts
from pipeline.domain.transcript import Transcript
from tests.evals.corpus import load_corpus

_OTHERS: Final = 4

Stretch = tuple[float, float]


def measure(folder: Path, *, shows: bool) -> str:
    """Recall and precision over the seconds of all labelled episodes, by show and in all."""
    labels = _labels(folder)
    totals: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    episodes = load_corpus(folder).episodes
    for episode, transcript in episodes:
        if episode.id not in labels:
            continue
        others = [other for e, other in episodes if e.feed_id == episode.feed_id and e.id != episode.id][-_OTHERS:]
        heard = marked_adverts(transcript, chapters=(), others=others)
        found, told = _seconds(_found(heard)), _seconds(labels[episode.id])
        for name in (episode.feed_id, "all"):
            for at, number in enumerate((len(found & told), len(found), len(told))):
                totals[name][at] += number
        if shows:
            print(f"{episode.id}: missed {_stretches(told - found)}, wrong {_stretches(found - told)}")
    return "\n".join(_line(name, *counts) for name, counts in sorted(totals.items()))


def _line(name: str, both: int, found: int, told: int) -> str:
    return f"{name}: recall {both / told:.3f} precision {both / max(found, 1):.3f} ({told} s labelled, {found} s found)"


def _labels(folder: Path) -> dict[str, list[Stretch]]:
    labels: defaultdict[str, list[Stretch]] = defaultdict(list)
    for path in sorted((folder / "ads").glob("*.jsonl")):
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            labels[row["episode"]].append((row["start"], row["end"]))
    return labels


def _found(transcript: Transcript) -> list[Stretch]:
    return [(one.start, one.end) for one in find_adverts(transcript) if one.start is not None and one.end is not None]


def _seconds(stretches: list[Stretch]) -> set[int]:
    return {second for start, end in stretches for second in range(round(start), round(end))}


def _stretches(seconds: set[int]) -> str:
    ends = [(at, at) for at in sorted(seconds)]
    joined: list[tuple[int, int]] = []
    for first, last in ends:
        if joined and first - joined[-1][1] <= 1:
            joined[-1] = joined[-1][0], last
        else:
            joined.append((first, last))
    return ", ".join(f"{a}-{b}" for a, b in joined if b - a > 2) or "nothing"


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", action="store_true", help="print what was missed and what was wrong")
    arguments = parser.parse_args()
    print(measure(arguments.folder, shows=arguments.show))


if __name__ == "__main__":
    _main()
