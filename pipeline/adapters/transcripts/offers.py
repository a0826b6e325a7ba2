"""In which order the offered transcripts are tried."""

from pathlib import PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from pipeline.adapters.transcripts.fitness import described_language
from pipeline.adapters.transcripts.language import same_language
from pipeline.adapters.transcripts.sniff import Format
from pipeline.domain.episode import Episode
from pipeline.domain.feed import TranscriptOffer

_BY_TYPE: Final = {
    "text/vtt": Format.VTT,
    "application/json": Format.JSON,
    "application/x-json": Format.JSON,
    "text/json": Format.JSON,
    "application/srt": Format.SRT,
    "application/x-srt": Format.SRT,
    "application/x-subrip": Format.SRT,
    "text/srt": Format.SRT,
    "text/html": Format.HTML,
    "application/xhtml+xml": Format.HTML,
    "text/plain": Format.TEXT,
}
_BY_SUFFIX: Final = {
    ".vtt": Format.VTT,
    ".json": Format.JSON,
    ".srt": Format.SRT,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".txt": Format.TEXT,
}
# Whole sentences and voices first, then fields for speakers, then captions that name them in the text; what may be
# anything stands before the two that seldom have times.
_QUALITY: Final = (Format.VTT, Format.JSON, Format.SRT, None, Format.HTML, Format.TEXT)


def ranked(episode: Episode) -> tuple[TranscriptOffer, ...]:
    """The offers, each address once: the episode's language first, then the best kind, then the feed's own order."""
    offers = tuple({offer.url: offer for offer in reversed(episode.found.transcripts)}.values())[::-1]
    expected = described_language(episode)
    return tuple(sorted(offers, key=lambda offer: _rank(offer, expected)))


def offered_format(offer: TranscriptOffer) -> Format | None:
    """The kind that the offer's type names, or its address where the type says little; None for neither."""
    by_type = _BY_TYPE.get(offer.type.split(";")[0].strip().lower())
    by_suffix = _BY_SUFFIX.get(PurePosixPath(urlsplit(offer.url).path).suffix.lower())
    return by_suffix or by_type if by_type in (None, Format.TEXT) else by_type


def _rank(offer: TranscriptOffer, expected: str | None) -> tuple[bool, int, bool]:
    # Without a language the namespace means that of the feed, which is the episode's.
    is_foreign = bool(offer.language and expected and not same_language(offer.language, expected))
    return is_foreign, _QUALITY.index(offered_format(offer)), offer.rel == "captions"
