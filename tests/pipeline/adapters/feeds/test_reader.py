"""Feed bytes become a FeedUpdate with all that the publisher says."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.adapters.feeds import FeedReader
from pipeline.adapters.feeds.reader import read_feed
from pipeline.domain.errors import FeedUnreadable
from pipeline.domain.feed import (
    AlternateEnclosure,
    Enclosure,
    FeedUpdate,
    FoundEpisode,
    Person,
    Soundbite,
    TranscriptOffer,
)

DATA = Path(__file__).parents[3] / "data" / "feeds"
URL = "https://ferns.example/pod/feed.xml"


def feed(items: str, *, top: str = "<title>Show</title>") -> FeedUpdate:
    return read_feed(f"<rss><channel>{top}{items}</channel></rss>".encode(), url=URL)


def episode(item: str) -> FoundEpisode:
    (found,) = feed(f"<item>{item}</item>").episodes
    return found


def everything() -> FeedUpdate:
    return read_feed((DATA / "everything.xml").read_bytes(), url=URL)


async def test_the_reader_parses_off_the_loop() -> None:
    update = await FeedReader().parse((DATA / "everything.xml").read_bytes(), url=URL)
    assert update == everything()


def test_keeps_all_that_the_feed_says_of_the_show() -> None:
    show = everything()
    assert show.title == "Ferns & Friends"
    assert show.link == "https://ferns.example/"
    assert show.description == "A show about ferns."
    assert (show.language, show.author, show.explicit) == ("en-GB", "Fern Society", False)
    assert show.image == "https://ferns.example/art/show.jpg"
    assert show.new_url == "https://new.ferns.example/feed.xml"
    assert show.podcast_guid == "917393e3-1b1e-5cef-ace4-edaa54e1f810"
    assert show.locked is True
    assert show.persons == (Person("Ann Frond", href="https://ferns.example/ann"),)
    assert show.warnings == ()


def test_keeps_all_that_the_feed_says_of_an_episode() -> None:
    assert everything().episodes[0] == FoundEpisode(
        guid="ferns-2",
        title="Spores, part two",
        published=datetime(2026, 3, 3, 5, 30, tzinfo=UTC),
        link="https://ferns.example/episodes/2",
        summary="Longer notes on spores. one two",
        enclosures=(
            Enclosure("https://cdn.ferns.example/2.mp3?sig=a&b=c", "audio/mpeg", 43_200_000),
            Enclosure("https://cdn.ferns.example/2.opus", "audio/opus", 21_000),
        ),
        alternates=(
            AlternateEnclosure(
                sources=("https://cdn.ferns.example/2-small.opus", "ipfs://fern"),
                type="audio/opus",
                length=5_400_000,
                bitrate=16_000.5,
                title="Small",
                language="en",
                is_default=True,
            ),
        ),
        transcripts=(
            TranscriptOffer("https://ferns.example/pod/t/2.vtt", "text/vtt", "en", "captions"),
            TranscriptOffer("https://ferns.example/t/2.json", "application/json"),
            TranscriptOffer("https://ferns.example/t/2.html", "text/html"),
        ),
        persons=(
            Person("Cy Prothallus", role="guest", img="https://ferns.example/cy.jpg"),
            Person("Di Indusium", role="author", group="writing"),
        ),
        soundbites=(Soundbite(73.5, 60.0, "The tall one"),),
        chapters_url="https://ferns.example/c/2.json",
        chapters_type="application/json+chapters",
        duration=3_723.0,
        season=3,
        number=2.5,
        episode_type="full",
        explicit=True,
        image="https://ferns.example/art/2.jpg",
        author="Ben Rhizome",
    )


def test_an_episode_that_names_nobody_has_the_shows_persons() -> None:
    second = everything().episodes[1]
    assert second.persons == (Person("Ann Frond", href="https://ferns.example/ann"),)
    assert (second.season, second.number, second.title) == (3, 1, "Spores begin")


def test_an_episode_without_guid_is_known_by_its_enclosure() -> None:
    assert everything().episodes[1].guid == "https://cdn.ferns.example/1.mp3"
    assert episode("<guid> </guid><link>https://x.example/1</link>").guid == "https://x.example/1"


def test_an_episode_without_anything_is_known_by_its_content() -> None:
    one, other = feed("<item><title>A</title></item><item><title>B</title></item>").episodes
    assert one.guid != other.guid
    assert one == episode("<title>A</title>")


def test_a_live_item_is_no_episode() -> None:
    assert [found.guid for found in everything().episodes] == ["ferns-2", "https://cdn.ferns.example/1.mp3"]


def test_the_same_guid_twice_is_one_episode() -> None:
    update = feed("<item><guid>1</guid><title>a</title></item><item><guid>1</guid><title>b</title></item>")
    assert [found.title for found in update.episodes] == ["a"]
    assert update.warnings == ("1 items repeat the guid of another one and were left out.",)


def test_reads_atom() -> None:
    show = read_feed((DATA / "show.atom").read_bytes(), url="https://elsewhere.example/")
    two, one = show.episodes
    assert (show.title, show.link, show.language, show.author) == (
        "Mos & meer",
        "https://mos.example/",
        "nl",
        "Mia Mos",
    )
    assert (show.description, show.image) == ("Over mos", "https://mos.example/pod/mos.png")
    assert (two.guid, two.link) == ("tag:mos.example,2026:2", "https://mos.example/pod/two/page.html")
    assert two.published == datetime(2026, 2, 1, 8, 0, tzinfo=UTC)
    assert two.enclosures == (Enclosure("https://mos.example/pod/two/two.mp3", "audio/mpeg", 77),)
    assert two.summary == "Een mossoort. Nog een."
    assert one.published == datetime(2026, 1, 1, tzinfo=UTC)


def test_reads_rdf() -> None:
    show = read_feed((DATA / "show.rdf").read_bytes(), url="https://old.example/rdf")
    (first,) = show.episodes
    assert (show.title, show.language, show.image) == ("Old radio", "fr", "https://old.example/logo.gif")
    assert first.enclosures == (Enclosure("https://old.example/1.mp3", "audio/mpeg", 12),)
    assert (first.author, first.published) == ("Odd Elder", datetime(2004, 5, 6, 8, 8, 9, tzinfo=UTC))


@pytest.mark.parametrize(
    "uri",
    [
        "https://podcastindex.org/namespace/1.0",
        "http://podcastindex.org/namespace/1.0/",
        "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md",
        "https://example.com/mistyped",
    ],
)
def test_knows_the_podcast_namespace_by_all_its_addresses(uri: str) -> None:
    item = '<item><podcast:transcript url="a.vtt" type="text/vtt"/></item>'
    body = f'<rss xmlns:podcast="{uri}"><channel>{item}</channel></rss>'
    (found,) = read_feed(body.encode(), url=URL).episodes
    assert found.transcripts == (TranscriptOffer("https://ferns.example/pod/a.vtt", "text/vtt"),)


def test_reads_prefixes_that_were_never_declared() -> None:
    found = episode("<itunes:duration>62:03</itunes:duration><podcast:person role='host'>Ann</podcast:person>")
    assert (found.duration, found.persons) == (3_723.0, (Person("Ann"),))


def test_finds_items_at_an_odd_place() -> None:
    update = read_feed(b"<rss><channel><category><item><guid>1</guid></item></channel></rss>", url=URL)
    assert [found.guid for found in update.episodes] == ["1"]


def test_takes_audio_from_media_rss_where_nothing_is_enclosed() -> None:
    media = 'xmlns:media="http://search.yahoo.com/mrss/"'
    found = episode(
        f'<media:group {media}><media:content url="a.mp3" type="audio/mpeg" fileSize="5"/>'
        f'<media:content url="a.jpg" type="image/jpeg"/><media:thumbnail url="t.jpg"/></media:group>'
        f'<media:content {media} url="b.mp4" medium="video" duration="90"/>'
    )
    assert [enclosure.url.rpartition("/")[2] for enclosure in found.enclosures] == ["b.mp4", "a.mp3"]
    assert found.duration == 90.0
    assert found.image == "https://ferns.example/pod/t.jpg"


def test_a_permalink_serves_as_the_page() -> None:
    assert episode("<guid>https://x.example/1</guid>").link == "https://x.example/1"
    assert episode('<guid isPermaLink="false">https://x.example/1</guid>').link is None


def test_no_link_leads_out_of_the_web() -> None:
    found = episode('<link>javascript:alert(1)</link><itunes:image href="data:image/png,x"/>')
    assert (found.link, found.image) == (None, None)


def test_wrapped_and_bare_addresses_are_made_whole() -> None:
    found = episode('<link>www.x.example/1</link><enclosure url=" https://x.example/\n   a.mp3 "/>')
    assert (found.link, found.enclosures[0].url) == ("https://www.x.example/1", "https://x.example/a.mp3")


def test_what_has_no_title_is_named_after_its_address() -> None:
    update = feed('<item><enclosure url="https://x.example/a/mosses%20rise.mp3"/></item>', top="")
    assert (update.title, update.episodes[0].title) == ("ferns.example", "mosses rise")


def test_an_old_redirect_element_names_the_new_address() -> None:
    body = b"<rss><redirect><newLocation> https://new.example/rss </newLocation></redirect></rss>"
    assert read_feed(body, url=URL).new_url == "https://new.example/rss"


@settings(max_examples=60)
@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"))))
def test_any_title_comes_back_as_one_line(title: str) -> None:
    escaped = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    found = episode(f"<guid>1</guid><title>{escaped}</title>").title
    assert found == " ".join(found.split())


@settings(max_examples=60)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(rest: bytes) -> None:
    try:
        update = read_feed(b"<rss><channel><title>t</title>" + rest + b"</channel></rss>", url=URL, cpu_seconds=1)
    except FeedUnreadable:
        return
    assert isinstance(update, FeedUpdate)
