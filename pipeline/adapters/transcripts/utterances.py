"""Cues that were cut by the width of a screen, put together again into what somebody said in one go."""

import re
from collections.abc import Sequence
from dataclasses import replace
from statistics import median
from typing import Final

from pipeline.adapters.transcripts.cue import Cue

_SENTENCE_END = re.compile(r"""[.!?…。！？؟।]["'”’»)\]]*$""")  # noqa: RUF001 - full stops of other scripts
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_LONGEST: Final = 12.0
_MOST_CHARACTERS: Final = 280
_PAUSE: Final = 1.5
_SINGLE_WORDS: Final = 2.0
_FEWEST_CHARACTERS: Final = 40


def in_utterances(cues: Sequence[Cue]) -> tuple[Cue, ...]:
    """The cues with unfinished sentences joined, of one speaker and without a pause above 1.5 s.

    None gets longer than 280 characters by it, nor than 12 s between its first start and its last.
    In a file of single words short sentences are joined too. Cues without times are left as they are.
    """
    if not cues or cues[0].start is None:
        return tuple(cues)
    fewest = _FEWEST_CHARACTERS if _are_single_words(cues) else 0
    joined: list[Cue] = []
    for cue in cues:
        if joined and _goes_on(joined[-1], cue, fewest=fewest):
            joined[-1] = _join(joined[-1], cue)
        else:
            joined.append(cue)
    return tuple(joined)


def _are_single_words(cues: Sequence[Cue]) -> bool:
    finished = sum(_ends_sentence(cue.text) for cue in cues)
    return median(len(cue.words) for cue in cues) <= _SINGLE_WORDS and 2 * finished < len(cues)


def _goes_on(last: Cue, cue: Cue, *, fewest: int) -> bool:
    start = cue.start or 0.0
    is_near = start - (last.end or 0.0) <= _PAUSE and start - (last.start or 0.0) <= _LONGEST
    is_short = len(last.text) + len(cue.text) < _MOST_CHARACTERS
    if last.speaker != cue.speaker or not (is_near and is_short):
        return False
    return not _ends_sentence(last.text) or len(last.text.strip()) < fewest


def _join(last: Cue, cue: Cue) -> Cue:
    glue = "" if _UNSPACED.match(cue.text) and _UNSPACED.match(last.text[-1]) else " "
    end = max(last.end or 0.0, cue.end or 0.0)
    return replace(last, text=f"{last.text.rstrip()}{glue}{cue.text.lstrip()}", end=end)


def _ends_sentence(text: str) -> bool:
    return bool(_SENTENCE_END.search(text.rstrip()))
