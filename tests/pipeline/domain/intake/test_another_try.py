"""When an episode goes again by itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.domain.feed import Enclosure, FoundEpisode, TranscriptOffer
from pipeline.domain.intake.another_try import PAUSES, after_giving_up, offers_more, offers_new_words

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BEFORE = FoundEpisode("g", "Tides", enclosures=(Enclosure("https://cdn.example/1.mp3?t=1"),))


def offering(*urls: str, kind: str = "text/vtt") -> FoundEpisode:
    return replace(BEFORE, transcripts=tuple(TranscriptOffer(url, kind) for url in urls))


def test_the_pauses_grow_from_an_hour_to_a_day_and_end() -> None:
    found = [after_giving_up("No.", may_go_well_later=True, retries=n, now=NOW).retry_at for n in range(8)]
    hours = [None if at is None else (at - NOW) / timedelta(hours=1) for at in found]
    assert hours == [1, 2, 4, 8, 16, 24, None, None]
    assert sum(PAUSES, timedelta(0)) == timedelta(days=2, hours=7)


def test_the_sentence_says_what_will_happen() -> None:
    first = after_giving_up("The server is down", may_go_well_later=True, retries=0, now=NOW)
    assert first.reason == "The server is down. It is tried again by itself."
    last = after_giving_up("The server is down.", may_go_well_later=True, retries=6, now=NOW)
    assert last.reason == "The server is down. It was tried 7 times; a retry lets it go again."


def test_what_no_try_can_mend_is_left_alone() -> None:
    given_up = after_giving_up("It has no audio.", may_go_well_later=False, retries=0, now=NOW)
    assert (given_up.reason, given_up.retry_at) == ("It has no audio.", None)


@pytest.mark.parametrize(
    ("now", "is_more"),
    [
        (offering("https://a.example/t.vtt"), True),
        (offering("https://a.example/1.vtt?token=2"), False),
        (offering("https://a.example/1.vtt", "https://a.example/1.srt"), True),
        (offering("https://a.example/1.vtt", kind="application/json"), True),
        (offering(), False),
    ],
)
def test_a_transcript_at_another_address_or_in_another_format_is_new(now: FoundEpisode, is_more: bool) -> None:
    assert offers_new_words(now, offering("https://a.example/1.vtt?token=1")) is is_more
    assert offers_more(now, offering("https://a.example/1.vtt?token=1")) is is_more


def test_other_audio_is_more_and_another_token_or_none_is_not() -> None:
    assert offers_more(replace(BEFORE, enclosures=(Enclosure("https://cdn.example/2.mp3"),)), BEFORE)
    assert not offers_more(replace(BEFORE, enclosures=(Enclosure("https://cdn.example/1.mp3?t=2"),)), BEFORE)
    assert not offers_more(replace(BEFORE, enclosures=()), BEFORE)
