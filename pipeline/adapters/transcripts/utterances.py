"""Cues that were cut by the width of a screen, put together again into what somebody said in one go."""

import re
from collections.abc import Sequence
from dataclasses import replace
from statistics import median
from typing import Final

from pipeline.adapters.transcripts.cue import Cue

_SENTENCE_END = re.compile(r"""[.!?…。！？؟।]["'”’»)\]]*$""")  # noqa: RUF001 - full stops of other scripts
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_LONGEST: Final = 16.0
_MOST_CHARACTERS: Final = 280
_PAUSE: Final = 1.5
_SINGLE_WORDS: Final = 2.0
_FEWEST_CHARACTERS: Final = 40


def in_utterances(cues: Sequence[Cue]) -> tuple[Cue, ...]:
    """The cues with unfinished sentences joined: one speaker, no pause above 1.5 s, at most 16 s and 280 characters.

    In a file of single words short sentences are joined too. Cues without times are left as they are.
    """
    if not cues or cues[0].start is None:
        return tuple(cues)
    single_words = median(len(cue.words) for cue in cues) <= _SINGLE_WORDS
    fewest = _FEWEST_CHARACTERS if single_words else 0
    joined: list[Cue] = []
    for cue in cues:
        if joined and _goes_on(joined[-1], cue, fewest=fewest):
            joined[-1] = _join(joined[-1], cue)
        else:
            joined.append(cue)
    return tuple(joined)


def ends_sentence(text: str) -> bool:
    """Whether the text ends where a sentence does."""
    return bool(_SENTENCE_END.search(text.rstrip()))


def _goes_on(last: Cue, cue: Cue, *, fewest: int) -> bool:
    if last.start is None or last.end is None or cue.start is None or cue.end is None:
        return False
    is_near = cue.start - last.end <= _PAUSE and max(cue.end, last.end) - last.start <= _LONGEST
    is_short = len(last.text) + len(cue.text) < _MOST_CHARACTERS
    if last.speaker != cue.speaker or not (is_near and is_short):
        return False
    return not ends_sentence(last.text) or len(last.text.strip()) < fewest


def _join(last: Cue, cue: Cue) -> Cue:
    glue = "" if _UNSPACED.match(cue.text) and _UNSPACED.match(last.text[-1]) else " "
    end = max(last.end or 0.0, cue.end or 0.0)
    return replace(last, text=f"{last.text.rstrip()}{glue}{cue.text.lstrip()}", end=end)
