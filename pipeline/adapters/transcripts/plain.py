"""Plain text: paragraphs without times, unless the author wrote time marks."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from pipeline.adapters.transcripts.cue import Cue
from pipeline.adapters.transcripts.markup import lines_of, one_line, plain_text
from pipeline.adapters.transcripts.paragraphs import read_lines
from pipeline.adapters.transcripts.segments import segments_of
from pipeline.domain.transcript import Segment

_LONGEST: Final = 900
_SENTENCE_END = re.compile(r"""[.!?…]["'”’»)\]]*(?=\s)|[。！？]""")  # noqa: RUF001 - full stops of other scripts


def parse_plain(text: str) -> tuple[Segment, ...]:
    """The paragraphs in order, with speakers where lines begin with `Name:` and times where there are time marks.

    Without marks the segments have no times, so the transcript is not timed. Long paragraphs are cut between
    sentences, because nothing can be cited from a page of text.
    """
    return segments_of(piece for cue in read_lines(lines_of(plain_text(text))) for piece in in_pieces(cue))


def in_pieces(cue: Cue) -> Iterator[Cue]:
    """An untimed cue cut between sentences into pieces of at most 900 characters; a timed one whole."""
    if cue.start is not None or len(cue.text) <= _LONGEST:
        yield cue
        return
    text = one_line(cue.text)
    start = last = 0
    for sentence in _SENTENCE_END.finditer(text):
        if sentence.end() - start > _LONGEST and last > start:
            yield replace(cue, text=text[start:last])
            start = last
        last = sentence.end()
    yield replace(cue, text=text[start:])
