"""A publisher's transcript that comes late takes the place of ours (fault 32)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from pipeline.domain.episode import Episode
from pipeline.domain.errors import AudioUnreadable, HttpStatus, NoTranscript, PodsiftError
from pipeline.domain.feed import TranscriptOffer
from pipeline.domain.insight import Author, Insight, Proposal
from pipeline.domain.intake.whose_words import Sibling
from pipeline.domain.talk.advert_marks import Chapter
from pipeline.domain.talk.evidence import judge
from pipeline.domain.transcript import Basis, Segment, Transcript
from pipeline.ports import Transcriber
from pipeline.steps.better_transcript import take_better_transcript
from pipeline.steps.transcribe import fetch_published_transcript, transcribe_audio
from tests.peers.catalog import SetClock
from tests.peers.fake_transcriber import SetTranscriber
from tests.peers.made_episodes import episode as made_episode
from tests.peers.memory_stores import MemoryEpisodes, MemoryInsights, MemoryTranscripts, SetProposer

TIDES = "The moon pulls the sea towards it twice on every single day of the year"
WAVES = "Waves are made by wind that blows over the open water for many hours"
BODY = (
    "The moon pulls the sea towards it twice on every single day of the year. "
    "Waves are made by wind that blows over the open water for many hours, and people on the coast know it well too."
)
OFFER = TranscriptOffer("https://pods.example/1.vtt", "text/vtt")


def said(*texts: str, basis: Basis, timed: bool = True) -> Transcript:
    segments = (Segment(t, 10.0 * n if timed else None, 10.0 * n + 9 if timed else None) for n, t in enumerate(texts))
    return Transcript(tuple(segments), basis, language="en")


OURS = said(f"{TIDES}.", f"{WAVES}.", "And that is all for to day.", basis=Basis.TRANSCRIBED)
THEIRS = said("Welcome to the show.", f"{TIDES}.", f"{WAVES}.", "And that is all for today.", basis=Basis.PUBLISHED)


@dataclass
class SetReader:
    """A TranscriptReader that gives this."""

    answer: Transcript | NoTranscript
    asked: int = 0

    async def read(self, _episode: Episode, *, siblings: Sequence[Sibling] = ()) -> Transcript:
        del siblings
        self.asked += 1
        if isinstance(self.answer, NoTranscript):
            raise self.answer
        return self.answer


class NoSiblings:
    """Siblings of a feed with one episode."""

    async def around(self, _of: Episode, *, limit: int = 30) -> tuple[Sibling, ...]:
        del limit
        return ()


class NoChapters:
    """A ChapterReader of an episode without chapters."""

    async def chapters(self, _episode: Episode) -> tuple[Chapter, ...]:
        return ()

    async def starts(self, _episode: Episode) -> tuple[float, ...]:
        return ()


@dataclass
class Bench:
    """One episode with our transcript and the insights that rest on it."""

    episode: Episode
    transcripts: MemoryTranscripts = field(default_factory=MemoryTranscripts)
    insights: MemoryInsights = field(default_factory=MemoryInsights)
    proposer: SetProposer = field(default_factory=SetProposer)

    def __post_init__(self) -> None:
        self.episodes = MemoryEpisodes({self.episode.id: self.episode})
        self.transcripts.stored[self.episode.id] = OURS
        self.proposer.proposals = (
            Proposal("The moon pulls the sea twice every day", BODY, TIDES, 0, 0),
            Proposal("Wind over open water makes the waves", BODY, WAVES, 1, 1),
        )

    async def extract(self) -> None:
        """Read the episode unless this transcript was read before, as the extraction does."""
        stored, version = self.transcripts.stored[self.episode.id], self.proposer.version
        if await self.insights.load(self.episode.id, source=stored.hash, version=version) is not None:
            return
        proposals = await self.proposer.propose(self.episode, stored)
        judged = [judge(p, episode=self.episode, transcript=stored, adverts=(), author=Author.MODEL) for p in proposals]
        kept = [one for one in judged if isinstance(one, Insight)]
        await self.insights.save(self.episode.id, kept, source=stored.hash, version=version, rejected={})

    async def current(self) -> tuple[Insight, ...]:
        return await self.insights.current(self.episode.id)

    async def listen(self, transcriber: Transcriber, *, hours_old: float = 100) -> None:
        clock = SetClock(self.episode.when + timedelta(hours=hours_old))
        await transcribe_audio(
            self.episode.id,
            episodes=self.episodes,
            transcripts=self.transcripts,
            transcriber=transcriber,
            siblings=NoSiblings(),
            chapters=NoChapters(),
            clock=clock,
        )

    async def take(self, answer: Transcript | NoTranscript) -> bool:
        return await take_better_transcript(
            self.episode.id,
            episodes=self.episodes,
            transcripts=self.transcripts,
            insights=self.insights,
            reader=SetReader(answer),
            siblings=NoSiblings(),
            chapters=NoChapters(),
            proposer=self.proposer,
        )


@pytest.fixture
async def bench() -> Bench:
    one = made_episode("The sea")
    made = Bench(replace(one, found=replace(one.found, transcripts=(OFFER,))))
    await made.extract()
    assert len(await made.current()) == 2
    return made


async def test_insights_are_checked_against_it_keep_their_ids_and_are_not_proposed_again(bench: Bench) -> None:
    before = await bench.current()
    assert await bench.take(THEIRS)
    await bench.extract()
    after = await bench.current()
    assert await bench.transcripts.load(bench.episode.id) == THEIRS
    assert [i.id for i in after] == [i.id for i in before]
    assert [i.start for i in after] == [10.0, 20.0]
    assert bench.proposer.calls == 1


async def test_an_insight_that_it_does_not_support_falls(bench: Bench) -> None:
    other = said(
        f"{TIDES}.", "What waves are made of nobody can say for sure today.", "Bye now.", basis=Basis.PUBLISHED
    )
    first, _ = await bench.current()
    bench.proposer.proposals = ()
    assert await bench.take(other)
    after = await bench.current()
    assert [i.id for i in after] == [first.id]
    assert bench.insights.rejected[bench.episode.id] == {"not in the publisher's transcript": 1}


async def test_when_most_insights_fall_the_episode_is_read_anew(bench: Bench) -> None:
    other = said(*["Something else was said here for a long while."] * 4, basis=Basis.PUBLISHED)
    assert await bench.take(other)
    await bench.extract()
    assert bench.proposer.calls == 2


@pytest.mark.parametrize(
    "answer",
    [
        said(f"{TIDES}.", f"{WAVES}.", "And that is all for today.", basis=Basis.PUBLISHED, timed=False),
        said("Welcome to the show.", basis=Basis.PUBLISHED),
        NoTranscript(("The page is gone.",)),
        NoTranscript(("The server is down.",), retryable=True),
    ],
)
async def test_what_is_no_better_leaves_ours(bench: Bench, answer: Transcript | NoTranscript) -> None:
    assert not await bench.take(answer)
    assert await bench.transcripts.load(bench.episode.id) == OURS


async def test_nothing_is_fetched_where_nothing_can_be_better(bench: Bench) -> None:
    bench.episodes.episodes[bench.episode.id] = replace(
        bench.episode, found=replace(bench.episode.found, transcripts=())
    )
    assert not await bench.take(THEIRS)
    bench.transcripts.stored[bench.episode.id] = THEIRS
    assert not await bench.take(said("Other words.", basis=Basis.PUBLISHED))
    del bench.transcripts.stored[bench.episode.id]
    assert not await bench.take(THEIRS)


async def test_one_that_comes_while_we_listen_is_not_overwritten(bench: Bench) -> None:
    del bench.transcripts.stored[bench.episode.id]
    transcriber = SetTranscriber(OURS, bench.transcripts, meanwhile=THEIRS)
    await bench.listen(transcriber)
    assert await bench.transcripts.load(bench.episode.id) == THEIRS


async def test_what_was_kept_while_listening_is_dropped_only_when_the_transcript_is_stored(bench: Bench) -> None:
    del bench.transcripts.stored[bench.episode.id]
    deaf = SetTranscriber(NoTranscript(("Nobody can hear it.",)))
    with pytest.raises(NoTranscript):
        await bench.listen(deaf)
    assert deaf.forgotten == []
    first, after_a_crash = SetTranscriber(OURS), SetTranscriber(OURS)
    for transcriber in (first, after_a_crash):
        await bench.listen(transcriber)
        assert transcriber.forgotten == [bench.episode.id]


async def test_our_own_is_kept_when_nobody_was_faster(bench: Bench) -> None:
    del bench.transcripts.stored[bench.episode.id]
    for _ in range(2):
        transcriber = SetTranscriber(OURS, bench.transcripts)
        await bench.listen(transcriber)
    assert await bench.transcripts.load(bench.episode.id) == OURS


async def test_a_server_that_stays_down_is_waited_for_three_times_and_then_the_audio_serves(bench: Bench) -> None:
    del bench.transcripts.stored[bench.episode.id]
    down = SetReader(NoTranscript(("The server is down.",), retryable=True))
    for retries in range(3):
        bench.episodes.episodes[bench.episode.id] = replace(bench.episode, retries=retries)
        with pytest.raises(NoTranscript):
            await fetch_published_transcript(
                bench.episode.id,
                episodes=bench.episodes,
                transcripts=bench.transcripts,
                reader=down,
                siblings=NoSiblings(),
                chapters=NoChapters(),
            )
    bench.episodes.episodes[bench.episode.id] = replace(bench.episode, retries=3)
    missing = await fetch_published_transcript(
        bench.episode.id,
        episodes=bench.episodes,
        transcripts=bench.transcripts,
        reader=down,
        siblings=NoSiblings(),
        chapters=NoChapters(),
    )
    assert missing is not None
    assert missing.retryable


async def test_the_publishers_own_is_stored_once_and_a_missing_one_is_told(bench: Bench) -> None:
    del bench.transcripts.stored[bench.episode.id]
    gone, there = SetReader(NoTranscript(("The page is gone.",))), SetReader(THEIRS)
    answers = [
        await fetch_published_transcript(
            bench.episode.id,
            episodes=bench.episodes,
            transcripts=bench.transcripts,
            reader=reader,
            siblings=NoSiblings(),
            chapters=NoChapters(),
        )
        for reader in (gone, there, there)
    ]
    assert [None if a is None else a.reasons for a in answers] == [("The page is gone.",), None, None]
    assert there.asked == 1


AUDIO = "https://cdn.example/1.mp3"


@pytest.mark.parametrize(
    ("problem", "hours_old", "is_tried_again"),
    [
        (HttpStatus(AUDIO, 404), 1, True),
        (HttpStatus(AUDIO, 403), 23, True),
        (HttpStatus(AUDIO, 425), 1, True),
        (AudioUnreadable("The audio address gave a web page instead of audio."), 1, True),
        (HttpStatus(AUDIO, 404), 25, False),
        (HttpStatus(AUDIO, 410), 1, False),
        (AudioUnreadable("The audio file is empty."), 25, False),
        (HttpStatus(AUDIO, 503), 1000, True),
    ],
)
async def test_audio_that_is_not_there_on_the_first_day_is_tried_again_later(
    bench: Bench, problem: PodsiftError, hours_old: float, is_tried_again: bool
) -> None:
    del bench.transcripts.stored[bench.episode.id]
    with pytest.raises(type(problem)) as raised:
        await bench.listen(SetTranscriber(problem, bench.transcripts), hours_old=hours_old)
    assert raised.value.retryable is is_tried_again
