"""Chapters of the publisher: only what is surely a beginning counts, and nothing wrong with them does harm."""

import json
from dataclasses import replace

import pytest

from pipeline.adapters.chapters import PublishedChapters
from pipeline.domain.audience import Audience, WorkspaceId
from pipeline.domain.episode import Episode
from pipeline.domain.errors import FetchError, Unreachable
from pipeline.domain.feed import Validators
from pipeline.domain.talk.windows import borders_at
from pipeline.ports import Fetched
from tests.peers.made_talk import talk, talk_episode

URL = "https://forgetting.example/1.chapters.json"


class OneAddress:
    """A Fetcher that gives this body, or this error."""

    def __init__(self, body: bytes, *, error: FetchError | None = None) -> None:
        self.body = body
        self.error = error
        self.asked: list[str] = []

    async def fetch(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        max_bytes: int = 25_000_000,
        credentials: str | None = None,
    ) -> Fetched:
        """The body."""
        assert validators is None
        assert credentials is None
        assert max_bytes <= 1_000_000
        self.asked.append(url)
        if self.error is not None:
            raise self.error
        return Fetched(url, self.body)


def episode(url: str | None = URL) -> Episode:
    of = talk_episode()
    return replace(of, found=replace(of.found, chapters_url=url))


async def starts(document: object) -> tuple[float, ...]:
    return await PublishedChapters(OneAddress(json.dumps(document).encode())).starts(episode())


async def test_chapters_begin_where_the_publisher_says() -> None:
    chapters = [{"startTime": 60.5}, {"startTime": 0}, {"startTime": 140, "toc": False}, {"startTime": 120}]
    assert await starts({"version": "1.2.0", "chapters": chapters}) == (0.0, 60.5, 120.0)


@pytest.mark.parametrize(
    "document", [[], {}, {"chapters": "no"}, {"chapters": [None, 7, {}, {"startTime": "1"}, {"startTime": -4}]}]
)
async def test_what_is_no_chapter_is_left_out(document: object) -> None:
    assert await starts(document) == ()


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"\xff\xfe\x00", b"[" * 100_000, b'{"chapters": [{"startTime": NaN}]}']
)
async def test_bytes_that_are_no_chapters_give_none(body: bytes) -> None:
    assert await PublishedChapters(OneAddress(body)).starts(episode()) == ()


async def test_a_server_that_is_down_gives_none() -> None:
    fetcher = OneAddress(b"", error=Unreachable(URL, "no connection"))
    assert await PublishedChapters(fetcher).starts(episode()) == ()


async def test_nothing_is_fetched_without_an_address_or_for_a_private_show() -> None:
    fetcher = OneAddress(b"{}")
    reader = PublishedChapters(fetcher)
    private = replace(episode(), audience=Audience(WorkspaceId("slack:T1")))
    assert await reader.starts(episode(None)) == await reader.starts(private) == ()
    assert fetcher.asked == []


def test_a_chapter_is_a_border_of_the_transcript() -> None:
    assert borders_at(talk(), (0.0, 60.5, 140.0, 9_999.0)) == {4, 7}
    bare = replace(talk(), segments=tuple(replace(s, start=None, end=None) for s in talk().segments))
    assert borders_at(bare, (60.0,)) == frozenset()


async def test_chapters_have_their_names_and_end_where_the_next_begins() -> None:
    body = {
        "chapters": [
            {"startTime": 60, "title": "Sponsor", "endTime": 90.5},
            {"startTime": 0, "title": "Tides"},
            {"startTime": 120, "title": 7, "endTime": 100},
        ]
    }
    chapters = await PublishedChapters(OneAddress(json.dumps(body).encode())).chapters(episode())
    assert [(one.title, one.start, one.end) for one in chapters] == [
        ("Tides", 0.0, 60.0),
        ("Sponsor", 60.0, 90.5),
        ("", 120.0, None),
    ]
