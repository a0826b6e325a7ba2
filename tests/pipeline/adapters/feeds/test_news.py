"""Reading only what changed gives what reading everything gives."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.adapters.feeds import FeedReader
from pipeline.adapters.feeds.reader import read_feed
from pipeline.adapters.feeds.slices import slice_items
from pipeline.domain.feed import FeedUpdate, FoundEpisode, SeenItem
from tests.peers.made_feeds import made_feed, made_item

URL = "https://show.example/feed.xml"
NAMESPACES = (
    'xmlns:podcast="https://podcastindex.org/namespace/1.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
)


def rss(*items: str, top: str = "<title>Show</title>", first: str = f"<rss {NAMESPACES}>") -> bytes:
    return f'<?xml version="1.0"?>{first}<channel>{top}{"".join(items)}</channel></rss>'.encode()


def item(guid: str, inside: str = "", *, opening: str = "<item>", closing: str = "</item>") -> str:
    return f"{opening}<guid>{guid}</guid><title>Episode {guid}</title>{inside}{closing}"


def read(body: bytes, known: Sequence[SeenItem] = ()) -> FeedUpdate:
    return read_feed(body, url=URL, known=known, cpu_seconds=1)


def guids(update: FeedUpdate) -> list[str]:
    return [episode.guid for episode in update.episodes]


def test_one_new_episode_in_a_large_feed_is_all_that_is_read() -> None:
    before = read(made_feed(items=500))
    body = made_feed(items=500).replace(b"<item>", made_item(501).encode() + b"<item>", 1)

    after = read(body, before.items)

    assert after.episodes == read(body).episodes[:1]
    assert after.items == read(body).items
    assert len(after.unchanged) == 500
    assert after.release_times == tuple(episode.published for episode in read(body).episodes)


async def test_the_port_passes_on_what_is_known() -> None:
    body = made_feed(items=3)
    first = await FeedReader().parse(body, url=URL)

    again = await FeedReader().parse(body, url=URL, known=first.items)

    assert (len(first.episodes), again.episodes, again.items) == (3, (), first.items)


def test_an_edited_episode_is_read_again_wherever_it_stands() -> None:
    before = read(rss(item("1"), item("2"), item("3")))

    after = read(rss(item("1"), item("2", "<description>corrected</description>"), item("3")), before.items)

    assert guids(after) == ["2"]
    assert after.unchanged == {"1", "3"}


def test_what_the_show_says_is_read_every_time() -> None:
    before = read(rss(item("1")))

    after = read(
        rss(item("1"), top="<title>New name</title><itunes:new-feed-url>https://n.example/</itunes:new-feed-url>"),
        before.items,
    )

    assert (after.title, after.new_url, after.episodes) == ("New name", "https://n.example/", ())


@pytest.mark.parametrize(
    "after",
    [
        rss(item("1"), item("2"), top="<title>Show</title><podcast:person>Ada</podcast:person>"),
        rss(item("1"), item("2"), top="<title>Show</title><podcast:person><![CDATA[Bob]]></podcast:person>"),
        rss(item("1"), item("2"), first=f'<rss {NAMESPACES} xml:base="https://cdn.example/">'),
    ],
    ids=["people", "people in CDATA", "base"],
)
def test_what_all_episodes_take_from_the_show_makes_all_of_them_new(after: bytes) -> None:
    before = read(rss(item("1"), item("2")))

    assert guids(read(after, before.items)) == ["1", "2"]


def test_a_token_in_the_feeds_address_changes_nothing() -> None:
    body = rss(item("1"))
    first = read_feed(body, url=f"{URL}?token=1")

    assert read_feed(body, url=f"{URL}?token=2", known=first.items).episodes == ()
    assert len(read_feed(body, url="https://other.example/", known=first.items).episodes) == 1


@pytest.mark.parametrize(
    "hidden",
    [
        "<description><![CDATA[</item><item><guid>no</guid></item>]]></description>",
        "<description><![CDATA[a[0] ]] > and ]]]]><![CDATA[></item>]]></description>",
        "<!-- </item> -->",
        "<!-- <item> --><description><![CDATA[<!-- ]]></description>",
    ],
)
def test_tags_in_cdata_and_comments_are_text(hidden: str) -> None:
    before = read(rss(item("1", hidden), item("2"), top=f"<title>t</title>{hidden}"))

    after = read(rss(item("3"), item("1", hidden), item("2"), top=f"<title>t</title>{hidden}"), before.items)

    assert [seen.guid for seen in before.items] == ["1", "2"]
    assert guids(after) == ["3"]


@pytest.mark.parametrize(
    "body",
    [
        b'<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><entry><id>1</id></entry></feed>',
        b'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:s="http://purl.org/rss/1.0/"><s:item><s:title>a</s:title></s:item></r:RDF>',
        rss(item("1"), item("1", "<description>twice</description>")),
        rss(item("1", item("inner"))),
        rss(item("1", "<description>a & b</description>")),
        rss(item("1"), "<item/>"),
        rss(item("1"))[:-20],
        rss(item("1"), "<items>1</items>"),
        b"<!DOCTYPE rss [<!ENTITY x 'y'>]>" + rss(item("1")).partition(b"?>")[2],
        b"<?php echo '<item>' ?>" + rss(item("1")).partition(b"?>")[2],
        rss(item("1"), "<![CDATA[<item>"),
        rss(item("1", closing="</item x='1'>")),
        rss(item("1"), top="<title>Show</title>" + "<category>c</category>" * 30_000),
    ],
    ids=range(13),
)
def test_where_bytes_cannot_tell_everything_is_read_every_time(body: bytes) -> None:
    first = read(body)

    assert first.items == ()
    assert read(body, (SeenItem("0" * 16, "1"),)).episodes == first.episodes


def test_a_guid_that_comes_twice_now_is_judged_by_reading_everything() -> None:
    before = read(rss(item("1"), item("2")))
    body = rss(item("2", "<description>copy</description>"), item("1"), item("2"))

    after = read(body, before.items)

    assert after == read(body)
    assert (guids(after), after.items) == (["2", "1"], ())


def test_a_fault_in_a_new_episode_is_mended_as_ever() -> None:
    before = read(rss(item("1")))
    body = rss(item("2", "<description>salt & pepper</description>"), item("1"))

    assert read(body, before.items) == read(body)


def test_other_encodings_are_cut_after_they_were_decoded() -> None:
    text = rss(item("1", "<description>Grüße</description>")).decode().replace('"1.0"?', '"1.0" encoding="ISO-8859-1"?')
    first = read(text.encode("latin-1"))

    assert first.episodes[0].summary == "Grüße"
    assert read(text.encode("latin-1"), first.items).episodes == ()


def test_many_brackets_and_unclosed_sections_cost_no_time() -> None:
    assert slice_items(rss(item("1", f"<description><![CDATA[{'] ' * 500_000}]]></description>")), url=URL) is not None
    assert slice_items(rss(item("1", "<![CDATA[" * 200_000)), url=URL) is None
    assert slice_items(b"<rss><channel>" + b"<item>" * 200_000, url=URL) is None
    assert slice_items(rss(item("1"), top="<rss" * 100_000), url=URL) is not None


PIECES = st.sampled_from(
    [
        "plain",
        "<description><![CDATA[<p>]]]]><![CDATA[>]]></description>",
        "<description><![CDATA[</item>]]></description>",
        "<!-- <item> -->",
        "<podcast:person>Eve</podcast:person>",
        "<link>/relative</link>",
        "<items/>",
        "<description>&lt;item&gt; &amp; more</description>",
        "<description>a & b</description>",
        '<enclosure url="a.mp3" type="audio/mpeg"/>',
    ]
)
SHOWS = st.lists(st.tuples(st.integers(0, 9).map(str), st.lists(PIECES, max_size=3).map("".join)), max_size=8)


@settings(max_examples=150)
@given(readings=st.lists(SHOWS, min_size=2, max_size=4))
def test_reading_news_alone_never_loses_an_edit(readings: list[list[tuple[str, str]]]) -> None:
    known: tuple[SeenItem, ...] = ()
    stock: dict[str, FoundEpisode] = {}
    for show in readings:
        body = rss(*(item(guid, inside) for guid, inside in show))
        everything, news = read(body), read(body, known)

        stock |= {episode.guid: episode for episode in news.episodes}
        assert news.unchanged <= stock.keys()
        there = news.unchanged | set(guids(news))
        assert {guid: stock[guid] for guid in there} == {e.guid: e for e in everything.episodes}
        assert news.items == everything.items
        known = news.items
