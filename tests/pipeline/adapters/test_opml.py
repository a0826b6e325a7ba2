from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.adapters.opml import OpmlFeed, read_opml, write_opml
from pipeline.domain.errors import BadInput

DATA = Path(__file__).parents[2] / "data" / "opml"


def opml(body: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><opml version="2.0"><body>{body}</body></opml>'.encode()


def test_an_export_of_an_app_is_read_out_of_all_its_folders() -> None:
    expected = [line.split("\t") for line in (DATA / "export.tsv").read_text(encoding="utf-8").splitlines()]

    assert [[feed.title, feed.url] for feed in read_opml((DATA / "export.opml").read_bytes())] == expected


def test_broken_xml_is_read_as_far_as_it_goes() -> None:
    body = b'<opml><body><outline text="A &eacute; & B" xmlUrl="https://a.example/?x=1&y=2"/><outline text="cut'

    assert read_opml(body) == (OpmlFeed("A é & B", "https://a.example/?x=1&y=2"),)


@pytest.mark.parametrize(
    "body",
    [
        '<?xml version="1.0" encoding="UTF-16"?><opml><body><outline text="Café" xmlUrl="https://a.example/"/></body></opml>'.encode(
            "utf-16"
        ),
        '\ufeff\n <opml><body><outline text="Café" xmlUrl="https://a.example/"/></body></opml>'.encode(),
        '<?xml version="1.0" encoding="ISO-8859-1"?><opml><outline text="Café" xmlUrl="https://a.example/"/></opml>'.encode(
            "latin-1"
        ),
        '<?xml version="1.0" encoding="ISO-8859-1"?><opml><outline text="Café" xmlUrl="https://a.example/"/></opml>'.encode(),
        '<opml><outline text="Café" xmlUrl="https://a.example/"/></opml>'.encode("cp1252"),
    ],
)
def test_the_encoding_is_found_whatever_the_declaration_says(body: bytes) -> None:
    assert read_opml(body) == (OpmlFeed("Café", "https://a.example/"),)


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("feed://a.example/f", "http://a.example/f"),
        ("feed:https://a.example/f", "https://a.example/f"),
        ("itpc://a.example/f", "http://a.example/f"),
        (" https://a.example/f ", "https://a.example/f"),
    ],
)
def test_addresses_in_the_schemes_of_apps_are_web_addresses(url: str, read: str) -> None:
    assert [feed.url for feed in read_opml(opml(f'<outline xmlUrl="{url}"/>'))] == [read]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "", "https://", "http://[bad", "feed:"])
def test_other_addresses_are_left_out(url: str) -> None:
    assert read_opml(opml(f'<outline text="x" xmlUrl="{url}"/>')) == ()


def test_entities_reach_neither_files_nor_memory() -> None:
    body = (
        b'<!DOCTYPE opml [<!ENTITY f SYSTEM "file:///etc/hostname"><!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
        b'<opml><body><outline text="&f;&b;" xmlUrl="https://a.example/"/></body></opml>'
    )

    assert read_opml(body) == (OpmlFeed("&f;&b;", "https://a.example/"),)


def test_a_list_without_feeds_is_empty() -> None:
    assert read_opml(opml('<outline text="only a folder"/>')) == ()


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "cannot be read as XML"),
        (b"just words", "cannot be read as XML"),
        (b'{"a": 1}', "cannot be read as XML"),
        (b"<html><body>Hi</body></html>", "a web page"),
        (b"<rss><channel/></rss>", "a feed itself"),
        (b"<note/>", "other XML"),
    ],
)
def test_what_is_no_list_is_refused_with_a_sentence(body: bytes, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        read_opml(body)


def test_an_outline_with_an_address_is_enough() -> None:
    assert read_opml(b'<list><outline type="rss" url="https://a.example/"/></list>') == (
        OpmlFeed("https://a.example/", "https://a.example/"),
    )


words = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zs", "Zl", "Zp", "Cn")), min_size=1)
feeds = st.lists(
    st.builds(OpmlFeed, words, st.from_regex(r"https?://[a-z]{1,9}\.example/[!-~]{0,20}", fullmatch=True)),
    unique_by=lambda f: f.url,
)


@settings(max_examples=50)
@given(feeds, st.text())
def test_what_is_written_is_read_again(written: list[OpmlFeed], title: str) -> None:
    assert read_opml(write_opml(written, title=title)) == tuple(written)


@given(st.binary())
def test_no_bytes_make_it_fail_in_another_way(body: bytes) -> None:
    with suppress(BadInput):
        read_opml(b"<opml><outline xmlUrl='" + body)
