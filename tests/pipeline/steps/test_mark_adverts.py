"""Adverts that only the chapters and the show's other episodes tell are marked before a transcript is stored."""

from pipeline.domain.episode import Episode
from pipeline.domain.talk.advert_marks import Chapter
from pipeline.domain.transcript import Transcript
from pipeline.steps.mark_adverts import mark_adverts
from tests.peers.catalog import Stores, found, transcript

PITCH = (
    "Northwind keeps your servers warm in winter and cool in summer without anybody having to think about it at all, "
    "and listeners of every show get thirty percent off when they use the code COLD for their first three months."
)


class SetChapters:
    """A ChapterReader that gives these."""

    def __init__(self, *chapters: Chapter) -> None:
        self._chapters = chapters

    async def chapters(self, _episode: Episode) -> tuple[Chapter, ...]:
        return self._chapters

    async def starts(self, _episode: Episode) -> tuple[float, ...]:
        return tuple(chapter.start for chapter in self._chapters)


async def marked(stores: Stores, heard: Transcript, *chapters: Chapter) -> list[int]:
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, (found(1), found(2, days_old=1)))
    new, old = await stores.episodes.waiting(feed.id)
    await stores.transcripts.save(old.id, transcript("Bread now.", PITCH, "More of bread."))
    result = await mark_adverts(
        new, heard, chapters=SetChapters(*chapters), siblings=stores.siblings, transcripts=stores.transcripts
    )
    await stores.transcripts.save(new.id, result)
    stored = await stores.transcripts.load(new.id)
    assert stored is not None
    return [number for number, segment in enumerate(stored.segments) if segment.advert]


async def test_what_another_episode_pitches_word_for_word_is_marked_and_stays_so_in_the_store(stores: Stores) -> None:
    assert await marked(stores, transcript("Of tides.", "And coasts.", PITCH)) == [2]


async def test_what_a_chapter_calls_an_advert_is_marked(stores: Stores) -> None:
    chapters = (Chapter("Tides", 0, 10), Chapter("Sponsor: Northwind", 10, 20), Chapter("Coasts", 20))
    assert await marked(stores, transcript("Of tides.", "Buy warmth.", "And coasts."), *chapters) == [1]


async def test_an_episode_without_either_is_stored_as_it_is(stores: Stores) -> None:
    assert await marked(stores, transcript("Of tides.", "And coasts.")) == []
