"""HTML transcripts: the podcast namespace's `cite`, `time` and `p`, or the transcript part of a publisher's page."""

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from lxml import etree, html

from pipeline.adapters.transcripts.cue import Cue
from pipeline.adapters.transcripts.markup import one_line, plain_text
from pipeline.adapters.transcripts.paragraphs import read_lines
from pipeline.adapters.transcripts.plain import in_pieces
from pipeline.adapters.transcripts.segments import segments_of
from pipeline.adapters.transcripts.speakers import is_name, label_speakers
from pipeline.adapters.transcripts.times import parse_time
from pipeline.adapters.transcripts.web_page import is_turn_mark, text_of, transcript_part
from pipeline.domain.errors import TranscriptUnreadable
from pipeline.domain.transcript import Segment

_INLINE = re.compile(
    "a|abbr|b|bdi|bdo|cite|code|data|del|dfn|em|font|i|ins|kbd|label|mark|q|s|samp|small|span|strong|sub|sup|time|tt|u"
    "|var|wbr"
)


_CELLS = frozenset({"td", "th"})


class _Piece(NamedTuple):
    kind: Literal["cite", "time", "text", "break"]
    text: str = ""


def parse_html(text: str) -> tuple[Segment, ...]:
    """The segments in order; without times where the page has none.

    Raises TranscriptUnreadable for a page that is no transcript: an error, a sign-in form, show notes.
    """
    return segments_of(piece for cue in read_html_cues(text) for piece in in_pieces(cue))


def read_html_cues(text: str) -> tuple[Cue, ...]:
    """A cue for each paragraph with the last named speaker and time. Raises TranscriptUnreadable."""
    parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False, encoding="utf-8")
    try:
        page = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise TranscriptUnreadable("it is broken HTML") from error
    pieces = tuple(_pieces(transcript_part(page)))
    if any(piece.kind in {"cite", "time"} for piece in pieces):
        return _marked(pieces)
    return read_lines(_lines(pieces))


def _pieces(part: html.HtmlElement) -> Iterator[_Piece]:
    """The part as a flat row: names, times, text, and breaks where a block begins or ends."""
    inside: etree._Element | None = None
    for event, element in etree.iterwalk(part, events=("start", "end")):
        tag = str(element.tag).lower()
        if inside is None and event == "start":
            if (marked := _mark(element, tag)) is not None:
                inside = element
                yield marked
                continue
            yield from _border(tag)
            yield from _own_text(element, tag)
        elif event == "end" and inside in (None, element):
            inside = None
            yield from _border(tag, ended=element)
            if element is not part:
                yield _Piece("text", element.tail or "")


def _border(tag: str, *, ended: etree._Element | None = None) -> Iterator[_Piece]:
    """What parts this element from what stands before it, or after it where it has `ended`."""
    if tag in _CELLS:
        yield _Piece("text", " " if ended is None else _after_cell(ended))
    elif not _INLINE.fullmatch(tag):
        yield _Piece("break")
    elif ended is not None and _is_time(ended):
        yield _Piece("text", " ")


def _own_text(element: etree._Element, tag: str) -> Iterator[_Piece]:
    if tag != "pre":
        yield _Piece("text", element.text or "")
        return
    for line in (element.text or "").splitlines():
        yield _Piece("text", line)
        yield _Piece("break")


def _is_time(element: etree._Element) -> bool:
    """Whether a time stands in it alone: what follows may touch it, because the page's style parts them."""
    text = (element.text or "").strip()
    return ":" in text and parse_time(text) is not None


def _after_cell(element: etree._Element) -> str:
    """A name in a cell of its own is the label of what stands beside it."""
    is_label = element.getnext() is not None and is_name(text_of(element))
    return ": " if is_label and not text_of(element).endswith(":") else " "


def _mark(element: etree._Element, tag: str) -> _Piece | None:
    if tag not in {"cite", "time"} or not is_turn_mark(element):
        return None
    text = text_of(element)
    return _Piece("cite", text.removesuffix(":").strip()) if tag == "cite" else _Piece("time", text)


def _marked(pieces: Sequence[_Piece]) -> tuple[Cue, ...]:
    cues: list[Cue] = []
    said: list[str] = []
    speaker: str | None = None
    start: float | None = None
    has_names = any(piece.kind == "cite" for piece in pieces)
    for piece in (*pieces, _Piece("break")):
        if piece.kind == "text":
            said.append(piece.text)
            continue
        text = plain_text(one_line("".join(said)))
        if piece.kind == "time" and not has_names and is_name(text.removesuffix(":")):
            speaker = text.removesuffix(":").strip()  # `<b>Ann</b> <time>0:05</time>`
        elif text:
            cues.append(Cue(text, start, None, speaker))
        said = []
        if piece.kind == "cite":
            speaker = piece.text
        elif piece.kind == "time":
            start = parse_time(piece.text)
    return tuple(cues) if any(cue.speaker for cue in cues) else label_speakers(cues)


def _lines(pieces: Sequence[_Piece]) -> list[str]:
    """Every block a paragraph: its line, then an empty one."""
    lines: list[str] = []
    said: list[str] = []
    for piece in (*pieces, _Piece("break")):
        if piece.kind == "text":
            said.append(piece.text)
            continue
        text = one_line("".join(said))
        if text:
            lines += [text, ""]
        said = []
    return lines
