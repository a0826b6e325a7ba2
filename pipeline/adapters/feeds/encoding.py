"""Feed bytes in any encoding become UTF-8, and bytes that are no XML are mended where the meaning is plain."""

import codecs
import html.entities
import re
from typing import Final

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED: Final = re.compile(rb"""<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_HEAD: Final = 400
# A declared encoding is the publisher's word: only families that are tables. Others (punycode) take quadratic time.
_TABLES: Final = ("iso8859", "cp", "koi8", "shift_jis", "euc_", "gb", "big5", "iso2022", "utf-16", "utf-32", "mac")
_ESCAPED: Final = re.compile("[\udc80-\udcff]+")
_MOST_REPAIRS: Final = 1_000_000
"""A body with more faults than this is not worth the time."""

_CONTROLS: Final = bytes(code for code in range(32) if code not in b"\t\n\r")
_FIRST_TAG: Final = re.compile(rb"<(?:[a-z]{1,10}:)?(?:rss|feed|rdf)\b[^>]{0,20000}>", re.IGNORECASE)
_TELLING_TAG: Final = re.compile(rb"<(?:enclosure|guid|(?:podcast|itunes|media):[A-Za-z]{1,30})\s[^<>]{1,4000}>")
_UNQUOTED: Final = re.compile(rb"""(\s[\w:.-]+)=([^\s"'>]+)""")
_AMPERSAND_OR_LESS: Final = re.compile(
    rb"<!\[CDATA\[.*?(?:\]\]>|\Z)"
    rb"|&(?!(?:amp|lt|gt|quot|apos);)(?:([A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});)?"
    rb"|<(?![A-Za-z_/!?])",
    re.DOTALL,
)


def as_utf8(body: bytes) -> bytes:
    """The same text in UTF-8, without a byte order mark; what already claims to be UTF-8 is taken at its word."""
    for mark, wide in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :] if wide == "utf-8" else _converted(body, wide)
    if body[:4].count(0) >= 2:  # noqa: PLR2004 - wide characters without a mark
        return _converted(body, "utf-16-le" if body[1:2] == b"\0" else "utf-16-be")
    codec = _declared(body)
    return body if codec is None else _converted(body, codec)


def without_faults(body: bytes) -> bytes:
    """UTF-8 bytes from the feed's first tag on, mended.

    Bytes that are no UTF-8 are read as Western European. Control characters are gone, stray `&` and `<` are escaped,
    HTML's names of characters are the characters, and attributes are quoted in the first tag and where it matters.
    """
    body = _mended_utf8(body)
    first = _FIRST_TAG.search(body)
    if first is not None:
        body = _UNQUOTED.sub(rb'\1="\2"', first[0]) + body[first.end() :]
    body = _TELLING_TAG.sub(lambda tag: _UNQUOTED.sub(rb'\1="\2"', tag[0]), body, count=_MOST_REPAIRS)
    return _AMPERSAND_OR_LESS.sub(_mended, body.translate(None, _CONTROLS), count=_MOST_REPAIRS)


def _declared(body: bytes) -> str | None:
    """The codec of the XML declaration; None for UTF-8 and for names that are wrong or unfit."""
    found = _DECLARED.search(body[:_HEAD])
    try:
        codec = codecs.lookup(found[1].decode()).name if found else "utf-8"
    except LookupError:
        return None
    if codec in {"iso8859-1", "ascii"}:
        return "cp1252"  # as every browser does: who writes one of them means this
    # Bytes without a zero among the first are no wide characters, whatever the declaration says.
    return codec if codec.startswith(_TABLES) and not codec.startswith("utf-") else None


def _converted(body: bytes, codec: str) -> bytes:
    return body.decode(codec, errors="replace").encode("utf-8", errors="replace")


def _mended_utf8(body: bytes) -> bytes:
    """UTF-8 in which bytes of the old Western encoding may be mixed."""
    try:
        body.decode()
    except UnicodeDecodeError:
        text = body.decode("utf-8", errors="surrogateescape")
        return _ESCAPED.sub(_western, text).encode("utf-8", errors="replace")
    return body


def _western(found: re.Match[str]) -> str:
    return bytes(ord(char) - 0xDC00 for char in found[0]).decode("cp1252", errors="replace")


def _mended(found: re.Match[bytes]) -> bytes:
    whole, name = found[0], found[1]
    if whole.startswith(b"<!"):
        return whole
    if whole == b"<":
        return b"&lt;"
    if name is None:
        return b"&amp;"
    if name.startswith(b"#"):
        return _character(name[1:].lower())
    known = html.entities.html5.get(name.decode() + ";")
    return known.encode() if known and known not in "<>&" else b"&amp;" + name + b";"


def _character(number: bytes) -> bytes:
    """A character by its number, or nothing where XML has no such character."""
    code = int(number[1:], 16) if number.startswith(b"x") else int(number)
    is_one = (code >= 32 or code in b"\t\n\r") and not 0xD800 <= code <= 0xDFFF and code <= 0x10FFFF  # noqa: PLR2004 - from the XML standard
    return b"&#%d;" % code if is_one and code not in {0xFFFE, 0xFFFF} else b""
