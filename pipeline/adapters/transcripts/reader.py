"""The publisher's own transcript: the best offer that can be used."""

import asyncio
from collections.abc import Sequence
from email.message import Message
from typing import Final
from urllib.parse import urlsplit

from pipeline.adapters.transcripts.fitness import spoken, why_unfit
from pipeline.adapters.transcripts.html import parse_html
from pipeline.adapters.transcripts.language import guess_language
from pipeline.adapters.transcripts.offers import offered_format, ranked
from pipeline.adapters.transcripts.plain import parse_plain
from pipeline.adapters.transcripts.podcast_json import parse_podcast_json
from pipeline.adapters.transcripts.sniff import Format, decoded, format_of
from pipeline.adapters.transcripts.srt import parse_srt
from pipeline.adapters.transcripts.vtt import parse_vtt
from pipeline.adapters.turnstile import Turnstile
from pipeline.domain.episode import Episode
from pipeline.domain.errors import FetchError, NoTranscript, TranscriptUnreadable
from pipeline.domain.feed import TranscriptOffer
from pipeline.domain.intake.whose_words import Sibling, why_anothers
from pipeline.domain.transcript import Basis, Segment, Transcript
from pipeline.ports import FeedKeys, Fetched, Fetcher

_MAX_BYTES: Final = 15_000_000
_MOST_CHARACTERS: Final = 4_000_000
"""Of prose: three hours of fast talk are a tenth of it. Timed formats may repeat themselves and have the byte cap."""
_MOST_OFFERS: Final = 12
_PARSERS: Final = {
    Format.VTT: parse_vtt,
    Format.SRT: parse_srt,
    Format.JSON: parse_podcast_json,
    Format.HTML: parse_html,
    Format.TEXT: parse_plain,
}
_NAMES: Final = {
    Format.VTT: "The WebVTT file",
    Format.SRT: "The SRT file",
    Format.JSON: "The JSON file",
    Format.HTML: "The HTML page",
    Format.TEXT: "The text file",
    None: "The file",
}


class PublishedTranscripts:
    """Reads what `podcast:transcript` offers (a ports.TranscriptReader), one file at a time: one serves all."""

    def __init__(self, fetcher: Fetcher, *, keys: FeedKeys, max_bytes: int = _MAX_BYTES) -> None:
        self._fetcher = fetcher
        self._keys = keys
        self._max_bytes = max_bytes
        # Two at once are no quicker in Python, but twice as much to remember, and in the way of whoever asks.
        self._turn = Turnstile()

    async def read(self, episode: Episode, *, siblings: Sequence[Sibling] = ()) -> Transcript:
        """The first timed transcript that can be used, in the order of quality; an untimed one if there is no timed.

        Raises NoTranscript with one sentence for each offer that was tried, retryable when a server did not give one
        of them just now.
        """
        reasons: list[str] = []
        later = False
        untimed: Transcript | None = None
        for offer in ranked(episode)[:_MOST_OFFERS]:
            try:
                transcript = await self._read_offer(offer, episode, siblings)
            except FetchError as error:
                reasons.append(_sentence(offer, error.problem))
                later = later or error.retryable
            except TranscriptUnreadable as error:
                reasons.append(_sentence(offer, error.reason))
            else:
                if transcript.is_timed:
                    return transcript
                untimed = untimed or transcript
        if untimed is None:
            raise NoTranscript(tuple(reasons), retryable=later)
        return untimed

    async def _read_offer(self, offer: TranscriptOffer, episode: Episode, siblings: Sequence[Sibling]) -> Transcript:
        private = not episode.audience.is_public and _origin(offer.url) == _origin(episode.feed_url)
        credentials = await self._keys.get(episode.feed_id) if private else None
        fetched = await self._fetcher.fetch(offer.url, max_bytes=self._max_bytes, credentials=credentials)
        async with self._turn.taken(is_urgent=not episode.backfill):
            return await asyncio.to_thread(_transcript, fetched, offer, episode, siblings)


def parse_transcript(body: bytes, *, content_type: str = "") -> tuple[Format, tuple[Segment, ...]]:
    """What `body` really is, and its segments; the label only helps with the encoding. Raises TranscriptUnreadable."""
    label = Message()
    label["Content-Type"] = content_type
    text = decoded(body, charset=label.get_content_charset())
    kind = format_of(text)
    if kind in {Format.HTML, Format.TEXT} and len(text) > _MOST_CHARACTERS:
        raise TranscriptUnreadable("it is too large to be what one episode says")
    return kind, _PARSERS[kind](text)


def _transcript(fetched: Fetched, offer: TranscriptOffer, episode: Episode, siblings: Sequence[Sibling]) -> Transcript:
    kind, segments = parse_transcript(fetched.body, content_type=fetched.content_type)
    problem = why_unfit(segments, episode, offer)
    if problem is not None:
        raise TranscriptUnreadable(problem)
    text = spoken(segments)
    language = guess_language(text) or offer.language
    transcript = Transcript(segments=segments, basis=Basis.PUBLISHED, language=language, format=kind.value)
    problem = why_anothers(text, episode.found, siblings, content=transcript.hash)
    if problem is not None:
        raise TranscriptUnreadable(problem)
    return transcript


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.rpartition("@")[2]


def _sentence(offer: TranscriptOffer, problem: str) -> str:
    """Names the host only: a private feed's addresses are its subscriber's key."""
    host = urlsplit(offer.url).hostname or "an unknown host"
    return f"{_NAMES[offered_format(offer)]} from {host} cannot be used: {problem.rstrip('.')}."
