"""Text, lengths of time, dates, numbers and answers, in the spellings that feeds use."""

from datetime import UTC, datetime

import pytest

from pipeline.adapters.feeds.reader import read_feed
from pipeline.domain.feed import FoundEpisode


def episode(item: str) -> FoundEpisode:
    body = f"<rss><channel><item>{item}</item></channel></rss>"
    (found,) = read_feed(body.encode(), url="https://ferns.example/feed.xml").episodes
    return found


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("AT&amp;amp;T &amp;#8211; live", "AT&T \N{EN DASH} live"),
        ("a &lt; b &amp; c", "a < b & c"),
        ("&lt;p&gt;one&lt;br/&gt;two&lt;/p&gt;three", "one two three"),
        ("caf&eacute; R&D", "café R&D"),
        ("&lt;style&gt;p {}&lt;/style&gt;seen&lt;!-- not --&gt;", "seen"),
        ("<![CDATA[Fish &amp; <b>ch</b>ips]]>", "Fish & chips"),
        ("  many\n\n  lines\u00a0here ", "many lines here"),
        ("&lt;", "<"),
    ],
)
def test_text_is_plain(markup: str, text: str) -> None:
    assert episode(f"<title>{markup}</title>").title == text


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("3723", 3723),
        ("3723.5", 3723.5),
        ("1:02:03", 3723),
        ("01 : 02 : 03", 3723),
        ("62:03", 3723),
        ("00:00:3723", 3723),
        ("1h 2m 3s", 3723),
        ("PT1H2M3S", 3723),
        ("PT1H2M3.5S", 3723.5),
        ("1 hour, 2 minutes and 3 seconds", 3723),
        ("62 min", 3720),
        ("3,723", 3723),
        ("1h02", 3720),
        ("0", None),
        ("00:00:00", None),
        ("", None),
        ("an hour", None),
        ("-5", None),
        ("999:00:00", None),
    ],
)
def test_reads_durations_in_all_spellings(written: str, spoken: float | None) -> None:
    assert episode(f"<itunes:duration>{written}</itunes:duration>").duration == spoken


@pytest.mark.parametrize(
    ("written", "when"),
    [
        ("Wed, 02 Oct 2002 15:00:00 +0200", (2002, 10, 2, 13)),
        ("Fri, 02 Oct 2002 13:00 GMT", (2002, 10, 2, 13)),
        ("2 Oct 02 09:00:00 EDT", (2002, 10, 2, 13)),
        ("Wed, 02 Oct 2002 15:00:00 CEST", (2002, 10, 2, 13)),
        ("Mi, 02 Okt 2002 15:00:00 +0200", (2002, 10, 2, 13)),
        ("mer., 02 août 2002 15:00:00 +0200", (2002, 8, 2, 13)),
        ("Wed, 02 Oct 2002 24:00:00 GMT", (2002, 10, 3, 0)),
        ("2002-10-02T15:00:00.5+02:00", (2002, 10, 2, 13)),
        ("2002-10-02 13:00:00", (2002, 10, 2, 13)),
        ("2002-10-02T13:00Z", (2002, 10, 2, 13)),
        ("2002-10-02T08:00:00-0500", (2002, 10, 2, 13)),
        ("2002-10-02", (2002, 10, 2, 0)),
        ("2002/10/02", (2002, 10, 2, 0)),
        ("1033563600", (2002, 10, 2, 13)),
    ],
)
def test_reads_dates_in_many_spellings(written: str, when: tuple[int, int, int, int]) -> None:
    assert episode(f"<pubDate>{written}</pubDate>").published == datetime(*when, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "soon",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "2002-13-45",
        "Wed, 45 Foo 2002",
        "0000-00-00",
        "9" * 80,
        "1 Jan 99999",
    ],
)
def test_a_date_that_cannot_be_read_is_none(written: str) -> None:
    assert episode(f"<pubDate>{written}</pubDate>").published is None


def test_the_next_date_counts_when_the_first_cannot_be_read() -> None:
    found = episode("<pubDate>soon</pubDate><dc:date>2026-01-02</dc:date>")
    assert found.published == datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("word", "meaning"),
    [("yes", True), ("TRUE", True), ("explicit", True), ("no", False), ("clean", False), ("?", None)],
)
def test_reads_explicit(word: str, meaning: bool | None) -> None:
    assert episode(f"<itunes:explicit>{word}</itunes:explicit>").explicit is meaning


def test_odd_numbers_are_read_or_left_out() -> None:
    found = episode(
        "<itunes:season>Season 4</itunes:season><itunes:episode>#12</itunes:episode>"
        '<enclosure url="a.mp3" length="-1"/><podcast:soundbite startTime="nan" duration="1"/>'
    )
    assert (found.season, found.number) == (4, 12)
    assert found.enclosures[0].length is None
    assert found.soundbites == ()
