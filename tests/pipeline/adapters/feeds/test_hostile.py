"""Broken, mistaken and hostile bodies: what can be saved is saved, and nothing takes long or crashes."""

import json
import time
from pathlib import Path

import pytest

from pipeline.adapters.feeds.loose_child import told_by_feedparser
from pipeline.adapters.feeds.reader import read_feed
from pipeline.domain.errors import FeedUnreadable
from pipeline.domain.feed import FeedUpdate, TranscriptOffer

URL = "https://ferns.example/feed.xml"
ITEM = b"<item><guid>1</guid><title>One</title></item>"


def read(body: bytes) -> FeedUpdate:
    return read_feed(body, url=URL, cpu_seconds=2)


def show(inside: bytes) -> bytes:
    return b"<rss><channel><title>Show</title>" + inside + b"</channel></rss>"


def titles(update: FeedUpdate) -> list[str]:
    return [episode.title for episode in update.episodes]


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"<!DOCTYPE html><html><head><title>Sign in</title></head></html>", "a web page, not a feed"),
        (b"\n<!-- x --><HTML><body>Hello", "a web page, not a feed"),
        (b"<head><title>Moved</title></head><body>here</body>", "a web page, not a feed"),
        (b"", "an empty document"),
        (b" \n", "an empty document"),
        (b'{"error": "no"}', "a JSON document, not a feed"),
        (b"/etc/passwd", "text that is no XML"),
        (b"http://169.254.169.254/latest/meta-data", "text that is no XML"),
        (b"<opml><body/></opml>", "an XML document of another kind (opml)"),
        (b"<!-- nothing -->", "XML too damaged to be read"),
    ],
)
def test_says_what_is_no_feed(body: bytes, what: str) -> None:
    with pytest.raises(FeedUnreadable) as caught:
        read(body)
    assert caught.value.reason == what


def test_a_web_page_tells_the_feeds_it_names() -> None:
    page = b"""<!doctype html><html><head><link rel="alternate" type="application/rss+xml" href="/pod.rss">
      <link rel="stylesheet" href="x.css"><link rel="ALTERNATE" type="application/atom+xml" href="//a.example/f">
      <link rel="alternate" type="application/rss+xml" href="/pod.rss"></head></html>"""
    with pytest.raises(FeedUnreadable) as caught:
        read(page)
    assert caught.value.feed_urls == ("https://ferns.example/pod.rss", "https://a.example/f")


def test_a_feed_with_a_doctype_of_html_is_a_feed() -> None:
    assert titles(read(b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x" "http://site.invalid/">' + show(ITEM))) == [
        "One"
    ]


def test_a_cut_feed_keeps_the_episodes_before_the_cut() -> None:
    update = read(show(ITEM + ITEM.replace(b"1", b"2") + ITEM.replace(b"1", b"3"))[:-45])
    assert [episode.guid for episode in update.episodes] == ["1", "2"]
    assert update.warnings == ("The feed was cut off before its end; the episodes before the cut were read.",)


def test_junk_before_the_declaration_does_no_harm() -> None:
    assert titles(read(b'\n\n junk <?xml version="1.0"?>' + show(ITEM))) == ["One"]


def test_stray_signs_and_unknown_names_of_characters_are_mended() -> None:
    update = read(
        show(b"<item><title>R&D: a < b &eacute; &nosuch; \x02&#0;&#xD800;</title><link>http://x/?a=1&b=2</link></item>")
    )
    assert titles(update) == ["R&D: a < b é &nosuch;"]
    assert update.episodes[0].link == "http://x/?a=1&b=2"


def test_signs_inside_cdata_are_left_alone() -> None:
    assert titles(read(show(b"<item><title><![CDATA[Q&A &amp; more]]></title><x>&</x></item>"))) == ["Q&A & more"]


@pytest.mark.parametrize(
    "body",
    [
        show(b"<item><title>\xc3\xa9t\xc3\xa9</title></item>"),
        b"\xef\xbb\xbf" + show(b"<item><title>\xc3\xa9t\xc3\xa9</title></item>"),
        show(b"<item><title>\xe9t\xc3\xa9</title></item>"),
        b'<?xml version="1.0" encoding="iso-8859-1"?>' + show(b"<item><title>\xe9t\xe9</title></item>"),
        b'<?xml version="1.0" encoding="utf-16"?>' + show(b"<item><title>\xc3\xa9t\xc3\xa9</title></item>"),
        b'<?xml version="1.0" encoding="no-such"?>' + show(b"<item><title>\xc3\xa9t\xc3\xa9</title></item>"),
        show("<item><title>été</title></item>".encode()).decode().encode("utf-16"),
        show("<item><title>été</title></item>".encode()).decode().encode("utf-16-le"),
        show("<item><title>été</title></item>".encode()).decode().encode("utf-16-be"),
        show("<item><title>été</title></item>".encode()).decode().encode("utf-32"),
    ],
)
def test_reads_every_encoding(body: bytes) -> None:
    assert titles(read(body)) == ["été"]


def test_a_clever_quote_of_windows_is_a_quote() -> None:
    body = b'<?xml version="1.0" encoding="ISO-8859-1"?>' + show(b"<item><title>\x93x\x94</title></item>")
    assert titles(read(body)) == ["\N{LEFT DOUBLE QUOTATION MARK}x\N{RIGHT DOUBLE QUOTATION MARK}"]


def test_feedparser_saves_what_xml_cannot() -> None:
    unclosed = b'<item><guid>%d</guid><title>T%d</title><podcast:transcript url="/%d.vtt" type="text/vtt"/>'
    body = show(b"".join(unclosed % (n, n, n) for n in range(3)))
    update = read(body)
    assert [episode.guid for episode in update.episodes] == ["0", "1", "2"]
    assert titles(update) == ["T0", "T1", "T2"]
    assert update.title == "Show"
    assert "damaged" in update.warnings[-1]


def test_our_own_reading_completes_the_one_of_feedparser() -> None:
    body = show(
        b'<item><guid>1</guid><podcast:transcript url="/1.vtt" type="text/vtt"/>'
        b'<podcast:transcript url="/1.srt" type="text/srt"/></item><item><guid>2</guid><item><guid>3</guid>'
    )
    update = read(body)
    assert [episode.guid for episode in update.episodes] == ["1", "2", "3"]
    assert update.episodes[0].transcripts == (
        TranscriptOffer("https://ferns.example/1.vtt", "text/vtt"),
        TranscriptOffer("https://ferns.example/1.srt", "text/srt"),
    )


def laughs() -> bytes:
    steps = b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 12))
    return (
        b'<!DOCTYPE x [<!ENTITY e0 "lol">' + steps + b"]>" + show(b'<item><title a="&e11;">&e11;</title></item>' + ITEM)
    )


HOSTILE = {
    "billion laughs": laughs(),
    "entity from a file": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    + show(b"<item><title>a&e;b</title></item>"),
    "external DTD": b'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">' + show(ITEM),
    "200,000 attributes": show(b"<item " + b" ".join(b'a%d="1"' % n for n in range(200_000)) + b"/>" + ITEM),
    "200,000 unquoted attributes": b"<rss " + b" ".join(b"a%d=1" % n for n in range(200_000)) + b">" + show(ITEM)[5:],
    "40,000 deep": show(ITEM + b"<a>" * 40_000),
    "40,000 deep HTML": show(b"<item><description>" + b"&lt;i&gt;" * 40_000 + b"</description></item>"),
    "an author that backtracks": show(b"<item><author>a@" + b"a." * 16_000 + b"</author></item><item>"),
    "zero bytes": show(b"\0<item\0><title>a\0b</title></item>"),
    "a million tags": show(b"<t/>" * 1_000_000),
    "100,000 empty items": show(b"<item/>" * 100_000),
    "20,000 items never closed": show(b"<item>" * 20_000),
    "100,000 transcripts": show(b"<item>" + b'<podcast:transcript url="u"/>' * 100_000 + b"</item>"),
    "CDATA never closed": show(b"<item><title>" + b"<![CDATA[" * 200_000),
    "a slow encoding": b'<?xml version="1.0" encoding="punycode"?>' + show(b"a" * 100_000 + b"-" + b"9" * 100_000),
    "a base that is no address": show(b'<item xml:base="http://[::1"><enclosure url="http://[x"/></item>'),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bodies_cost_little_and_crash_nothing(name: str) -> None:
    started = time.process_time()
    try:
        update = read(HOSTILE[name])
    except FeedUnreadable:
        update = FeedUpdate("")
    assert time.process_time() - started < 5
    assert len(update.episodes) <= 10_000
    assert not any("root:" in title or "lollol" in title for title in titles(update))


def test_a_feed_of_too_many_episodes_is_read_up_to_the_limit() -> None:
    update = read(show(b"".join(b"<item><guid>%d</guid></item>" % n for n in range(10_050))))
    assert len(update.episodes) == 10_000
    assert update.warnings == ("The feed has more than 10,000 episodes; the others were left out.",)


def test_a_child_that_works_too_long_is_ended() -> None:
    body = b"<x>" + b"".join(b"<item><author>a@" + b"a." * 30_000 + b"</author></item>" for _ in range(20))
    with pytest.raises(FeedUnreadable, match="too long"):
        read_feed(body, url=URL, cpu_seconds=0.1)


def test_the_child_opens_no_file_and_no_address(tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_bytes(show(ITEM))
    for name in (str(secret), secret.as_uri()):
        assert told_by_feedparser(name.encode())["entries"] == []


def test_the_child_tells_plain_values() -> None:
    told = told_by_feedparser(
        b"""<rss xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel><title>T</title>
        <itunes:image href="http://x/i.png"/><itunes:explicit>clean</itunes:explicit>
        <item><guid>g</guid><pubDate>Tue, 03 Mar 2026 05:30:00 GMT</pubDate><itunes:explicit>yes</itunes:explicit>
        <enclosure url="http://x/1.mp3" length="7" type="audio/mpeg"/><itunes:duration>10</itunes:duration></item>
        <item><pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate></item></channel></rss>"""
    )
    one, other = told["entries"]
    assert (told["title"], told["image"]) == ("T", "http://x/i.png")
    assert (one["id"], one["published"], one["duration"], one["explicit"]) == ("g", 1_772_515_800, "10", "True")
    assert one["enclosures"] == [["http://x/1.mp3", "audio/mpeg", "7"]]
    assert other["published"] is None
    assert json.loads(json.dumps(told)) == told


def test_attributes_without_quotes_are_read_where_it_matters() -> None:
    item = (
        b"<item><title>One</title><guid isPermaLink=false>1</guid><enclosure url=https://c.example/1.mp3?a=b length=5>"
    )
    (episode,) = read(b"<rss version=2.0><channel><title>S</title>" + item + b"</item></channel></rss>").episodes
    assert (episode.guid, [(e.url, e.length) for e in episode.enclosures]) == (
        "1",
        [("https://c.example/1.mp3?a=b", 5)],
    )


def test_names_in_capitals_are_read_all_the_same() -> None:
    item = b'<ITEM><TITLE>One</TITLE><GUID>1</GUID><ENCLOSURE URL="https://c.example/1.mp3" TYPE="audio/mpeg"/></ITEM>'
    update = read(b'<RSS version="2.0"><CHANNEL><TITLE>S</TITLE>' + item + b"</CHANNEL></RSS>")
    assert titles(update) == ["One"]
    assert update.episodes[0].enclosures[0].url == "https://c.example/1.mp3"
