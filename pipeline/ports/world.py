"""The outside world: time, addresses, feeds, transcripts, audio."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from pipeline.domain.audio import HeardChunk
from pipeline.domain.episode import Episode
from pipeline.domain.feed import FeedUpdate, SeenItem, Validators
from pipeline.domain.intake.finding import FoundShow, OnApple
from pipeline.domain.intake.whose_words import Sibling
from pipeline.domain.talk.advert_marks import Chapter
from pipeline.domain.transcript import Transcript


class Clock(Protocol):
    """The time, so that tests may choose it."""

    def now(self) -> datetime:
        """The aware UTC time."""
        ...


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave. With `not_modified` the body is empty and the validators are the old ones.

    `url` is where the body came from after redirects; `moved_to` is set when every hop was permanent (301, 308).
    `max_age` in seconds is how long the server asks us to wait, None when it does not say.
    """

    url: str
    body: bytes
    content_type: str = ""
    validators: Validators = field(default_factory=Validators)
    not_modified: bool = False
    moved_to: str | None = None
    max_age: float | None = None


class Fetcher(Protocol):
    """Bytes from a public address, within caps on size, time and redirects."""

    async def fetch(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        max_bytes: int = 25_000_000,
        credentials: str | None = None,
    ) -> Fetched:
        """The body at `url`. `credentials` is `user:password` or a bearer token, sent to that origin only.

        Raises FetchError.
        """
        ...


class FeedParser(Protocol):
    """Feed bytes become a FeedUpdate, off the event loop and in bounded time."""

    async def parse(self, body: bytes, *, url: str, known: Sequence[SeenItem] = ()) -> FeedUpdate:
        """All that the feed says; relative addresses are resolved against `url`. Raises FeedUnreadable.

        With `known`, the items of the last reading, episodes that did not change may be left out of the result.
        """
        ...


class ShowDirectory(Protocol):
    """A directory of shows: from a name or a number at Apple Podcasts to the address of the feed."""

    async def search(self, name: str, *, limit: int = 10) -> tuple[FoundShow, ...]:
        """The shows that a name may mean, best first, each address once. Raises DirectoryUnavailable."""
        ...

    async def lookup(self, apple: OnApple) -> FoundShow | None:
        """The show with this number, None when it has no public feed. Raises DirectoryUnavailable."""
        ...


class ChapterReader(Protocol):
    """The publisher's own chapters."""

    async def chapters(self, episode: Episode) -> tuple[Chapter, ...]:
        """The chapters in order, each up to the next; empty when there are none or they cannot be had."""
        ...

    async def starts(self, episode: Episode) -> tuple[float, ...]:
        """The seconds at which chapters begin, in order; empty when there are none or they cannot be had."""
        ...


class TranscriptReader(Protocol):
    """The publisher's own transcript."""

    async def read(self, episode: Episode, *, siblings: Sequence[Sibling] = ()) -> Transcript:
        """The best of the offered formats that can be used. Raises NoTranscript with the reason of each try.

        The `siblings` in its feed tell what is another episode's transcript.
        """
        ...


class Transcriber(Protocol):
    """Our own transcript, from the audio."""

    async def transcribe(self, episode: Episode) -> Transcript:
        """What is said in the episode's audio.

        Raises FetchError, AudioUnreadable or NoTranscript; DiskNearlyFull; ModelError where somebody else's model
        listens.
        """
        ...

    async def forget(self, episode: Episode) -> None:
        """Drop what was kept on the way to the episode's transcript: it is stored. A second time does nothing."""
        ...


class ChunkStore(Protocol):
    """Finished chunks of a transcript on its way, under (hash of the audio, model, number of the chunk)."""

    async def load(self, audio: str, *, model: str, number: int) -> HeardChunk | None:
        """The chunk, None when it is not there or cannot be read."""
        ...

    async def save(self, audio: str, chunk: HeardChunk, *, model: str, number: int) -> None:
        """Keep the chunk; it outlives this process."""
        ...

    async def forget(self, audio: str) -> None:
        """Drop all chunks of this audio: its transcript is stored."""
        ...

    async def sweep(self) -> int:
        """Drop what nobody has gone on with for a month; returns how many audios that were."""
        ...
