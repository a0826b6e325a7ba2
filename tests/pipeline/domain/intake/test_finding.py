import pytest

from pipeline.domain.errors import BadInput
from pipeline.domain.intake.finding import AtAddress, FoundShow, Meant, Named, OnApple, choose_show, what_is_meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("https://ferns.example/feed.xml", AtAddress("https://ferns.example/feed.xml")),
        ("  HTTP://Ferns.example ", AtAddress("HTTP://Ferns.example")),
        ("ferns.example/feed", AtAddress("https://ferns.example/feed")),
        ("ferns.fm", AtAddress("https://ferns.fm")),
        ("127.0.0.1:8000/feed.xml", AtAddress("https://127.0.0.1:8000/feed.xml")),
        ("feed://ferns.example/rss", AtAddress("http://ferns.example/rss")),
        ("pcast:https://ferns.example/rss", AtAddress("https://ferns.example/rss")),
        ("https://podcasts.apple.com/us/podcast/ferns/id1234567890", OnApple(1234567890, "us")),
        ("https://podcasts.apple.com/DE/podcast/id1234567890?i=1000&l=en", OnApple(1234567890, "de")),
        ("podcasts.apple.com/podcast/ferns/id1234567890", OnApple(1234567890)),
        ("https://itunes.apple.com/WebObjects/x.woa/wa/viewPodcast?id=12345", OnApple(12345)),
        ("Ferns", Named("Ferns")),
        ("99% Invisible", Named("99% Invisible")),
        ("Dr. Fern", Named("Dr. Fern")),
        ("this  week: in  ferns", Named("this week: in ferns")),
        ("ferns/moss", Named("ferns/moss")),
    ],
)
def test_what_is_typed_is_an_address_a_number_or_a_name(text: str, meant: Meant) -> None:
    assert what_is_meant(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "https://",
        "ftp://a.example/x",
        "http://[bad",
        "https://a b.example/",
        "https://podcasts.apple.com/us/browse",
    ],
)
def test_what_cannot_be_read_is_answered_with_what_can(text: str) -> None:
    with pytest.raises(BadInput, match=r"https://example\.org|name of a show|/id"):
        what_is_meant(text)


def shows(*titles: str) -> list[FoundShow]:
    return [FoundShow(title, f"https://{number}.example/") for number, title in enumerate(titles)]


@pytest.mark.parametrize(
    ("name", "titles", "chosen"),
    [
        ("the fern hour", ["Fern Hour!", "Fern Hour Extra"], "Fern Hour!"),
        ("ferns", ["Ferns & Moss"], "Ferns & Moss"),
        ("the the", ["The The"], "The The"),
        ("ferns", ["Ferns", "FERNS"], None),
        ("ferns", ["Ferns & Moss", "Ferns Weekly"], None),
        ("ferns moss", ["Ferns"], None),
        ("ferns", [], None),
    ],
)
def test_one_show_is_taken_only_when_it_is_clear(name: str, titles: list[str], chosen: str | None) -> None:
    found = choose_show(name, shows(*titles))

    assert (found and found.title) == chosen
