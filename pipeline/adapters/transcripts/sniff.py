"""What bytes really are, whatever their label says."""

import codecs
import json
import re
from enum import StrEnum
from typing import Final

from pipeline.domain.errors import TranscriptUnreadable

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_FILES: Final = (
    (b"%PDF", "a PDF file"),
    (b"PK\x03\x04", "a Word or ZIP file"),
    (b"\xd0\xcf\x11\xe0", "an old Word file"),
    (b"{\\rtf", "an RTF file"),
    (b"ID3", "an audio file"),
    (b"\x1f\x8b", "a compressed file"),
)
_HEAD: Final = 65_536
_BEFORE_FIRST_CUE: Final = 1_000
_BROKEN_SHARE: Final = 0.001
_ARROW = re.compile(
    r"^[ \t]*[\dOoIl]+[ \t]?:[\dOoIl:., \t]*(?:[-–—−=~]{1,3}[ \t]?>|[→⇒➔➡⟶»]|[-–—−]{2,3})[ \t]*[\dOoIl]+[ \t]?:"  # noqa: RUF001
    r"|^[ \t]*\d+:\d\d:\d\d\.\d{3},\d+:\d\d:\d\d\.\d{3}[ \t]*$",
    re.MULTILINE,
)
_VOICE = re.compile(r"<v[ .][^<>]*>")
_HTML = re.compile(
    r"<(?:!doctype html|html|head|body|cite|time|p|div|br|h[1-6]|article|section|main|table|dl|ul|ol|span|strong|b)"
    r"\b[^<>]*>",
    re.IGNORECASE,
)
_ELEMENTS_OF_HTML: Final = 3


class Format(StrEnum):
    """The five kinds of transcript file; the value is what a Transcript carries."""

    VTT = "vtt"
    SRT = "srt"
    JSON = "json"
    HTML = "html"
    TEXT = "text"


def decoded(body: bytes, *, charset: str | None = None) -> str:
    """The text of `body`: by its byte order mark, as UTF-8, by the declared charset, or as Western European.

    Raises TranscriptUnreadable when it is empty or a file of another kind.
    """
    if not body.strip():
        raise TranscriptUnreadable("it is empty")
    for magic, what in _FILES:
        if body.startswith(magic):
            raise TranscriptUnreadable(f"it is {what}")
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    if wide := _unmarked_wide(body):
        return body.decode(wide, "replace")
    return _narrow(body, charset)


def format_of(text: str) -> Format:
    """Which kind of transcript the text is; TEXT when it is nothing else."""
    head = text.lstrip("\ufeff \t\r\n")[:_HEAD]
    if head.upper().startswith("WEBVTT"):
        return Format.VTT
    if head.startswith(("{", "[")) and _is_json(text):
        return Format.JSON
    if _ARROW.search(head[:_BEFORE_FIRST_CUE]):
        return Format.VTT if _VOICE.search(head) else Format.SRT
    found = _HTML.findall(head)
    return Format.HTML if found and (head.startswith("<") or len(found) >= _ELEMENTS_OF_HTML) else Format.TEXT


def _unmarked_wide(body: bytes) -> str | None:
    """UTF-16 without its mark shows in zero bytes on one side of every letter."""
    head = body[:1000]
    zeros = (head[0::2].count(0), head[1::2].count(0))
    if max(zeros) * 8 <= len(head):
        return None
    return "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"


def _narrow(body: bytes, charset: str | None) -> str:
    for encoding in ("utf-8", charset or "utf-8"):
        try:
            return body.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    lenient = body.decode("utf-8", "replace")
    if lenient.count("\ufffd") <= _BROKEN_SHARE * len(lenient):  # cut in the middle, or one damaged letter
        return lenient
    if body.count(0) > _BROKEN_SHARE * len(body):
        raise TranscriptUnreadable("it is no text")
    try:
        return body.decode("cp1252")
    except UnicodeDecodeError:
        return body.decode("latin-1")


def _is_json(text: str) -> bool:
    """`[00:12] Ann: …` begins like a list, so a bracket alone proves nothing; broken JSON is still JSON."""
    head = text.lstrip("\ufeff \t\r\n")
    if head.startswith("{"):
        return True
    try:
        json.JSONDecoder().raw_decode(head)
    except (ValueError, RecursionError):
        return head[1:].lstrip().startswith(("{", "]", "["))
    return True
