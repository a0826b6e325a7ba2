"""Which language an episode is transcribed in: what is heard, or what the feed says."""

import pytest

from pipeline.domain.audio import language_code, settle_language


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("EN_us", "en"),
        (" fr ", "fr"),
        ("nb-NO", "no"),
        ("iw", "he"),
        ("yue", "yue"),
        ("german", None),
        ("mul", None),
        ("en, de", None),
        ("x", None),
        ("", None),
        (None, None),
    ],
)
def test_a_feeds_tag_becomes_the_code_of_its_language(tag: str | None, code: str | None) -> None:
    assert language_code(tag) == code


def test_what_is_clearly_heard_is_right_whatever_the_feed_says() -> None:
    assert settle_language("en", 0.9, hint="de", chance=0.08) == "en"


def test_where_the_sound_leaves_it_open_the_feed_decides() -> None:
    assert settle_language("nl", 0.45, hint="de", chance=0.4) == "de"
    assert settle_language("nl", 0.45, hint=None, chance=0.0) == "nl"


def test_a_stated_language_that_the_sound_speaks_against_is_not_followed() -> None:
    assert settle_language("de", 0.6, hint="en", chance=0.01) == "de"
