import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.intake.keyed_address import holds_a_key, page_to_show, take_credentials, without_keys


@pytest.mark.parametrize(
    "url",
    [
        "https://ada:s3cret@ferns.example/feed.xml",
        "https://www.patreon.com/rss/ferns?auth=AbC",
        "https://ferns.example/feed.xml?access_token=1",
        "https://ferns.example/feed?x-api-key=1",
        "https://feeds.buzzsprout.example/private/1a2b.rss",
        "https://ferns.supercast.tech/rss/1",
        "https://ferns.example/content/eyJhbGciOiJIUzI1NiIsInR5cCI6.rss",
        "https://ferns.example/feed?x=q7Rk2Lw9Zt4Xc8Vb1Nm6Hg3Jf5",
    ],
)
def test_an_address_that_opens_a_members_feed_is_known(url: str) -> None:
    assert holds_a_key(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://feeds.megaphone.example/VMP5705694065",
        "https://feeds.acast.example/public/shows/60e6a7b2c7b0d40012f5e1b5aa11bb22",
        "https://feeds.acast.example/shows/60e6a7b2c7b0d40012f5e1b5",
        "https://omny.example/d/playlist/4b5f9d6d-9214-48cb-8455-a73200038129/podcast.rss",
        "https://ferns.example/the-2-hosts-of-the-long-running-fern-show.xml",
        "https://feeds.feedburner.example/ferns?format=xml&id=12",
        "https://ferns.example/",
    ],
)
def test_public_feeds_stay_public(url: str) -> None:
    assert not holds_a_key(url)


def test_the_sign_in_is_taken_out_of_an_address() -> None:
    assert take_credentials("https://ada:p%40ss@ferns.example:8443/f?x=1") == (
        "https://ferns.example:8443/f?x=1",
        "ada:p@ss",
    )
    assert take_credentials("https://ada@ferns.example/") == ("https://ferns.example/", "ada:")
    assert take_credentials("https://ferns.example/f") == ("https://ferns.example/f", None)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            "https://ada:pw@ferns.example/tidewell-staff-room/feed.xml",
            "https://ferns.example/tidewell-staff-room/feed.xml",
        ),
        ("https://www.patreon.com/rss/ferns?auth=AbC", "https://www.patreon.com/rss/ferns"),
        ("https://ferns.example/content/eyJhbGciOiJI.rss", "https://ferns.example/content/…"),
        ("https://ferns.example/4b5f9d6d-9214-48cb-8455-a73200038129/rss", "https://ferns.example/…/rss"),
        ("http://[bad", "…"),
    ],
)
def test_a_private_address_is_shown_without_what_opens_it(url: str, shown: str) -> None:
    assert without_keys(url) == shown


@given(st.from_regex(r"[a-z0-9]{6}[A-Z0-9]{20}[a-z][0-9]", fullmatch=True))
def test_no_long_token_is_ever_shown(token: str) -> None:
    for url in (
        f"https://a.example/{token}",
        f"https://a.example/?k={token}",
        f"https://u:{token}@a.example/{token}.xml",
    ):
        assert token not in without_keys(url)


@pytest.mark.parametrize(
    "page",
    [
        "https://www.patreon.com/posts/incident-41-104233871",
        "https://members.ferns.example/premium/incident-41",
        "https://ferns.example/2026/11/22/why-the-clock-ran-backwards",
        "https://ferns.example/episodes/4b5f9d6d-9214-48cb-8455-a73200038129",
        "https://ferns.example/?p=4711",
    ],
)
def test_the_page_of_a_private_episode_is_shown_wherever_it_is(page: str) -> None:
    assert page_to_show(page) == page


@pytest.mark.parametrize(
    "page",
    [
        "https://ferns.example/incident-41?auth=AbC",
        "https://ferns.example/listen/q7Rk2Lw9Zt4Xc8Vb1Nm6Hg3Jf5/41",
        "https://ann:secret@ferns.example/41",
        "http://[bad",
    ],
)
def test_a_page_whose_address_may_be_somebodys_own_is_not_shown(page: str) -> None:
    assert page_to_show(page) is None
