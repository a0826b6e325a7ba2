import asyncio
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.adapters.transcripts import PublishedTranscripts
from pipeline.domain.audience import LOCAL, PUBLIC, Audience
from pipeline.domain.episode import Episode
from pipeline.domain.errors import NoTranscript, TooSlow
from pipeline.domain.feed import FoundEpisode, TranscriptOffer
from pipeline.domain.intake.whose_words import Sibling
from pipeline.domain.transcript import Basis, Transcript
from pipeline.ports import Fetched, TranscriptReader
from tests.peers.fake_fetcher import Answer, FakeFetcher
from tests.peers.fake_keys import FakeKeys

HOST = "https://cdn.example/"
ENGLISH = "This is what we know of the bread and it is not that much but you have to like it so we are just on with it"
GERMAN = "Das ist nicht so wie wir es auch noch haben und ich sage dass die Leute aber dann auf der Straße sind für uns"
SRT = b"1\n00:00:01,000 --> 00:00:02,000\nHi."
TYPES = {
    "vtt": "text/vtt",
    "srt": "application/x-subrip",
    "json": "application/json",
    "html": "text/html",
    "txt": "text/plain",
}


def vtt(words: str = "Hi there.", *, cues: int = 1, every: float = 5) -> bytes:
    starts = [int(n * every) for n in range(cues)]
    lines = [f"{s // 60:02}:{s % 60:02}.000 --> {s // 60:02}:{s % 60:02}.900\n<v Ann>{words}" for s in starts]
    return ("WEBVTT\n\n" + "\n\n".join(lines)).encode()


def offer(
    name: str, *, language: str | None = None, rel: str | None = None, kind: str | None = None
) -> TranscriptOffer:
    named = TYPES.get(name.rsplit(".", maxsplit=1)[-1], "")
    return TranscriptOffer(HOST + name, named if kind is None else kind, language, rel)


def episode(*offers: TranscriptOffer, duration: float | None = None, summary: str = "") -> Episode:
    found = FoundEpisode("g1", "Bread", summary=summary, transcripts=offers, duration=duration)
    seen = datetime(2024, 5, 5, tzinfo=UTC)
    return Episode("e1", "f1", "https://feed.example/", "Food", PUBLIC, found, seen)


async def read(answers: Mapping[str, Answer], of: Episode) -> tuple[Transcript, list[str]]:
    fetcher = FakeFetcher({HOST + name: answer for name, answer in answers.items()})
    reader: TranscriptReader = PublishedTranscripts(fetcher, keys=FakeKeys())
    return await reader.read(of), [url.removeprefix(HOST) for url in fetcher.asked]


async def refusal(answer: Answer, **of: Any) -> str:
    name = of.pop("name", "a.vtt")
    with pytest.raises(NoTranscript) as refused:
        await read({name: answer}, episode(offer(name), **of))
    assert len(refused.value.reasons) == 1
    return refused.value.reasons[0]


async def test_the_best_kind_is_read_and_nothing_else_fetched() -> None:
    offers = [offer(name) for name in ("a.txt", "a.html", "a.srt", "a.json", "a.vtt")]

    transcript, asked = await read({"a.vtt": vtt()}, episode(*offers))

    assert asked == ["a.vtt"]
    assert (transcript.basis, transcript.format, transcript.is_timed) == (Basis.PUBLISHED, "vtt", True)
    assert transcript.segments[0].speaker == "Ann"


async def test_fault_43_it_falls_back_in_the_order_of_quality() -> None:
    offers = [offer(name) for name in ("a.txt", "a.html", "a.srt", "a.json", "a.vtt")]

    transcript, asked = await read({"a.txt": b"Hi.", "a.json": b"{", "a.html": b"<h1>404</h1>"}, episode(*offers))

    assert asked == ["a.vtt", "a.json", "a.srt", "a.html", "a.txt"]
    assert (transcript.format, transcript.is_timed) == ("text", False)


async def test_fault_43_a_later_timed_offer_is_better_than_an_untimed_one() -> None:
    answers = {"a.vtt": b"Plain words, mislabelled.", "b.txt": b"1\n00:00:01,000 --> 00:00:02,000\nHi."}

    transcript, _ = await read(answers, episode(offer("a.vtt"), offer("b.txt")))

    assert (transcript.format, transcript.is_timed) == ("srt", True)


async def test_the_first_of_several_untimed_ones_is_taken() -> None:
    transcript, asked = await read({"a.txt": b"First.", "b.txt": b"Second."}, episode(offer("a.txt"), offer("b.txt")))

    assert (transcript.segments[0].text, asked) == ("First.", ["a.txt", "b.txt"])


async def test_the_address_tells_the_kind_where_the_type_does_not() -> None:
    offers = (offer("a.html"), offer("b.srt?key=1", kind="text/plain"), offer("c.vtt", kind=""))

    _, asked = await read({"a.html": b"<cite>A</cite><p>x</p>"}, episode(*offers))

    assert asked == ["c.vtt", "b.srt?key=1", "a.html"]


async def test_the_language_of_the_notes_goes_before_the_kind() -> None:
    offers = (offer("de.vtt", language="de"), offer("en.srt", language="en-GB"), offer("fr.json", language="fr"))
    srt = b"1\n00:00:01,000 --> 00:00:02,000\nHi."

    transcript, asked = await read({"en.srt": srt}, episode(*offers, summary=ENGLISH))

    assert (asked, transcript.language) == (["en.srt"], "en-GB")


async def test_captions_come_after_a_transcript_of_the_same_kind() -> None:
    offers = (offer("captions.vtt", rel="captions"), offer("full.vtt"), offer("captions.vtt"))

    _, asked = await read({"captions.vtt": vtt()}, episode(*offers))

    assert asked == ["full.vtt", "captions.vtt"]


async def test_the_language_is_heard_from_the_words() -> None:
    transcript, _ = await read({"a.vtt": vtt(GERMAN)}, episode(offer("a.vtt", language="en")))

    assert transcript.language == "de"


async def test_nothing_offered_is_said_so() -> None:
    with pytest.raises(NoTranscript, match="offers no transcript"):
        await read({}, episode())


async def test_fault_43_each_try_has_its_reason() -> None:
    slow = TooSlow(HOST + "b.srt", "not done within 60 s")

    with pytest.raises(NoTranscript) as refused:
        await read({"b.srt": slow}, episode(offer("a.vtt?token=secret"), offer("b.srt"), offer("c", kind="x/y")))

    assert refused.value.reasons == (
        "The WebVTT file from cdn.example cannot be used: the server answered 404.",
        "The SRT file from cdn.example cannot be used: not done within 60 s.",
        "The file from cdn.example cannot be used: the server answered 404.",
    )


async def test_fault_43_a_file_above_the_cap_is_refused() -> None:
    assert "more than 15000000 bytes" in await refusal(b" " * 15_000_001)


async def test_an_empty_file_is_refused() -> None:
    assert "it is empty" in await refusal(b"")


async def test_captions_without_a_word_are_refused() -> None:
    assert "it holds no words" in await refusal("WEBVTT\n\n00:01.000 --> 00:02.000\n♪♪".encode())


async def test_fault_43_a_page_in_place_of_the_file_is_refused() -> None:
    assert "sign-in page" in await refusal(b"<html><title>Sign in</title><input type=password></html>")


async def test_far_too_few_words_are_refused() -> None:
    assert "only 20 words for 60 minutes" in await refusal(vtt(cues=10, every=300), duration=3600)


async def test_far_too_many_words_are_refused() -> None:
    assert "do not fit" in await refusal(vtt(ENGLISH, cues=200, every=2), duration=600)


async def test_fault_43_a_transcript_that_goes_on_after_the_end_is_another_episodes() -> None:
    assert "goes on to minute 50 of 10" in await refusal(vtt(ENGLISH, cues=101, every=30), duration=600)


async def test_a_transcript_that_stops_early_is_refused() -> None:
    assert "ends in minute 7 of 60" in await refusal(vtt(ENGLISH, cues=90, every=5), duration=3600)


async def test_a_transcript_that_fits_the_duration_is_taken() -> None:
    transcript, _ = await read({"a.vtt": vtt(ENGLISH, cues=120, every=5)}, episode(offer("a.vtt"), duration=600))

    assert transcript.duration == 595.9


async def test_words_are_counted_in_scripts_without_spaces() -> None:
    transcript, _ = await read(
        {"a.vtt": vtt("今日はとても良い天気ですね。" * 3, cues=60, every=10)}, episode(offer("a.vtt"), duration=600)
    )

    assert transcript.language == "ja"


async def test_fault_43_another_language_than_the_episodes_is_refused() -> None:
    assert "another language (de) than the episode (en)" in await refusal(vtt(GERMAN, cues=9), summary=ENGLISH)


async def test_a_declared_language_is_believed_where_nothing_else_is_offered() -> None:
    only = episode(offer("a.vtt", language="de-AT"), summary=ENGLISH)

    transcript, _ = await read({"a.vtt": vtt(GERMAN, cues=9)}, only)

    assert transcript.language == "de"


async def test_a_big_file_does_not_hold_up_the_loop() -> None:
    threads: set[int] = set()
    body = vtt(ENGLISH, cues=3000)

    async def tick() -> None:
        while True:
            threads.add(threading.active_count())
            await asyncio.sleep(0)

    ticking = asyncio.create_task(tick())
    transcript, _ = await read({"a.vtt": body}, episode(offer("a.vtt")))
    ticking.cancel()

    assert transcript.is_timed
    assert max(threads) > 1


async def test_the_declared_charset_is_used() -> None:
    body = Fetched(HOST + "a.txt", "привет всем".encode("koi8-r"), content_type="text/plain; charset=koi8-r")

    transcript, _ = await read({"a.txt": body}, episode(offer("a.txt")))

    assert transcript.segments[0].text == "привет всем"


async def test_a_private_feeds_key_goes_to_its_own_server_and_to_no_other() -> None:
    own, other = "https://feed.example/a.vtt", HOST + "b.vtt"
    offers = (TranscriptOffer(other, "text/vtt"), TranscriptOffer(own, "text/vtt"))
    private = replace(episode(*offers), audience=Audience(LOCAL))
    fetcher = FakeFetcher({own: vtt()})

    await PublishedTranscripts(fetcher, keys=FakeKeys({"f1": "ann:secret"})).read(private)

    assert fetcher.shown == {other: None, own: "ann:secret"}


async def test_a_server_that_is_down_may_be_asked_again_and_a_missing_page_not() -> None:
    for answer, later in ((TooSlow(HOST, "not done in time"), True), (b"<html>Sign in</html>", False)):
        with pytest.raises(NoTranscript) as missing:
            await read({"a.vtt": answer}, episode(offer("a.vtt")))
        assert missing.value.retryable is later


async def test_fault_43_the_transcript_of_another_episode_is_refused_and_the_next_offer_taken() -> None:
    bread = "sourdough hydration proofing gluten bakery crumbs"
    tides = "gravity harbours mudflats moonlight currents sailors"
    bees = "swarms honeycombs pollen drones queens clusters"
    about = [FoundEpisode(str(n), f"Part {n}", summary=words) for n, words in enumerate((tides, bees))]
    of = episode(offer("a.vtt"), offer("b.srt"), summary=bread)
    srt = f"1\n00:00:01,000 --> 00:00:02,000\n{bread}".encode()
    fetcher = FakeFetcher({HOST + "a.vtt": vtt(tides), HOST + "b.srt": srt})
    reader = PublishedTranscripts(fetcher, keys=FakeKeys())
    transcript = await reader.read(of, siblings=[Sibling(found) for found in about])
    assert transcript.format == "srt"


async def test_fault_43_a_disordered_srt_with_a_mark_of_its_order_is_read_in_time() -> None:
    late, early = (
        "2\r\n00:00:05,000 --> 00:00:06,000\r\nThen bees.",
        "1\r\n00:00:01,000 --> 00:00:02,000\r\nFirst tides.",
    )
    body = b"\xef\xbb\xbf" + f"{late}\r\n\r\n{early}\r\n".encode()

    transcript, _ = await read({"a.srt": body}, episode(offer("a.srt")))

    assert [segment.start for segment in transcript.segments] == [1.0, 5.0]


@pytest.mark.parametrize("body", [b'{"error": "expired"}', b"[1, 2]", b'{"segments": "none"}', b"null"])
async def test_fault_43_json_of_another_schema_gives_way_to_the_next_offer(body: bytes) -> None:
    transcript, asked = await read({"a.json": body, "a.srt": SRT}, episode(offer("a.json"), offer("a.srt")))

    assert (asked, transcript.format) == (["a.json", "a.srt"], "srt")


async def test_fault_43_a_transcript_without_times_is_kept_and_marked() -> None:
    transcript, _ = await read({"a.txt": b"Ann: First tides.\n\nBob: Then bees."}, episode(offer("a.txt")))

    assert not transcript.is_timed
    assert [segment.start for segment in transcript.segments] == [None, None]
    assert [segment.speaker for segment in transcript.segments] == ["Ann", "Bob"]


async def test_what_is_new_is_read_before_old_episodes_that_wait() -> None:
    reader = PublishedTranscripts(FakeFetcher({f"{HOST}a.vtt": vtt()}), keys=FakeKeys())
    read_in_turn: list[str] = []

    async def read_one(name: str, *, backfill: bool) -> None:
        await reader.read(replace(episode(offer("a.vtt")), id=name, backfill=backfill))
        read_in_turn.append(name)

    await asyncio.gather(*(read_one(f"old {n}", backfill=True) for n in range(3)), read_one("new", backfill=False))

    assert read_in_turn == ["old 0", "new", "old 1", "old 2"]
