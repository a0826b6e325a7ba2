import codecs

import pytest

from pipeline.adapters.transcripts import parse_transcript
from pipeline.adapters.transcripts.sniff import Format, decoded, format_of
from pipeline.domain.errors import TranscriptUnreadable

SRT = "1\n00:00:01,000 --> 00:00:02,000\nÄrger – “ja”\n"


@pytest.mark.parametrize(
    "body",
    [
        SRT.encode(),
        codecs.BOM_UTF8 + SRT.encode(),
        SRT.encode("utf-16"),
        codecs.BOM_UTF16_BE + SRT.encode("utf-16-be"),
        SRT.encode("utf-16-le"),
        SRT.encode("utf-16-be"),
        SRT.encode("utf-32"),
        SRT.encode("cp1252"),
    ],
)
def test_the_encoding_is_found(body: bytes) -> None:
    kind, segments = parse_transcript(body)

    assert (kind, segments[0].text) == (Format.SRT, "Ärger – “ja”")


def test_the_declared_charset_helps_where_it_is_not_utf_8() -> None:
    body = "1\n00:00:01,000 --> 00:00:02,000\nжизнь\n".encode("koi8-r")

    assert parse_transcript(body, content_type="text/srt; charset=KOI8-R")[1][0].text == "жизнь"


def test_a_charset_nobody_knows_is_no_matter() -> None:
    assert decoded("é".encode("latin-1"), charset="x-none") == "é"


def test_one_damaged_letter_does_not_make_it_another_encoding() -> None:
    assert decoded(("ä" * 2000).encode()[:-1]).startswith("ää")


def test_bytes_that_western_windows_lacks_are_still_text() -> None:
    assert decoded(b"caf\xe9 \x81 t\xfcr") == "café \x81 tür"


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04", "Word"),
        (b"{\\rtf1", "RTF"),
        (b"ID3\x03", "audio"),
        (bytes(range(256)) * 20, "no text"),
        (b"bread " * 1_000_000, "too large"),
    ],
)
def test_what_is_no_transcript_is_refused(body: bytes, what: str) -> None:
    with pytest.raises(TranscriptUnreadable, match=what):
        parse_transcript(body)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("\ufeffWEBVTT\n\nx", Format.VTT),
        ("webvtt\n", Format.VTT),
        ("00:01.000 --> 00:02.000\n<v Ann>Hi", Format.VTT),
        ("00:01.000 --> 00:02.000\nHi", Format.SRT),
        ('{"a": 1}', Format.JSON),
        ('[{"a": 1}', Format.JSON),
        ('["a"]', Format.JSON),
        ("[00:12] Ann: Hi", Format.TEXT),
        ("[Music] Hi", Format.TEXT),
        ("<p>Hi</p>", Format.HTML),
        ("Hi <br> you <br> all <br>", Format.HTML),
        ("5 <p> 6", Format.TEXT),
        ("Hi", Format.TEXT),
    ],
)
def test_the_kind_is_told_by_the_content(text: str, kind: Format) -> None:
    assert format_of(text) is kind
