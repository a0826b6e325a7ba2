"""Which feed somebody means."""

import pytest

from pipeline.domain.audience import PUBLIC
from pipeline.domain.errors import BadInput, UnknownFeed
from pipeline.domain.feed import Feed
from pipeline.domain.overview import FollowedFeed, Tally, choose_feed

FEEDS = tuple(
    FollowedFeed(Feed(f"id-{n}", f"https://pods.example/{n}/feed.xml", PUBLIC, title=title), Tally())
    for n, title in enumerate(("Ocean Hour", "Ocean Hour Extra", "Night Trains", "99% Sound"), start=1)
)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("2", "Ocean Hour Extra"),
        ("id-3", "Night Trains"),
        ("https://pods.example/3/feed.xml", "Night Trains"),
        ("pods.example/3/feed.xml/", "Night Trains"),
        ("ocean  hour", "Ocean Hour"),
        ("trains", "Night Trains"),
        ("extra", "Ocean Hour Extra"),
        ("99", "99% Sound"),
    ],
)
def test_finds_the_feed_by_number_id_address_or_a_part_of_its_title(name: str, title: str) -> None:
    assert choose_feed(name, FEEDS).feed.title == title


@pytest.mark.parametrize("name", ["", "volcano", "5", "0", "https://pods.example/"])
def test_says_when_no_feed_is_meant(name: str) -> None:
    with pytest.raises(UnknownFeed):
        choose_feed(name, FEEDS)


def test_asks_which_one_when_several_are_meant() -> None:
    with pytest.raises(BadInput, match=r"1\. “Ocean Hour”, 2\. “Ocean Hour Extra”"):
        choose_feed("ocean", FEEDS)


def test_a_tally_adds_up() -> None:
    assert Tally(waiting=1, ready=2, failed=3, held=4).total == 10
