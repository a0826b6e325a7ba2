"""When an episode that was tried goes again by itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pipeline.domain.feed import FoundEpisode, TranscriptOffer
from pipeline.domain.intake.identity_rules import bare_address, traits_of

PAUSES: Final = tuple(timedelta(hours=hours) for hours in (1, 2, 4, 8, 16, 24))
"""What is waited before each try after the first: two days and seven hours in all."""

FIRST_DAY: Final = timedelta(days=1)
"""So long after an episode came out, what its feed names may not be there yet: feeds are often ahead of their files."""

_NOT_YET: Final = frozenset({403, 404, 425})
"""Forbidden, not found, too early: what servers answer until the file is there."""

LATE_TRANSCRIPT: Final = timedelta(hours=48)
"""So long after it was found, an episode takes a transcript that its publisher adds in place of ours."""


@dataclass(frozen=True, slots=True)
class GivenUp:
    """What becomes of an episode whose stage failed: a sentence for people, and when it goes again (None: never)."""

    reason: str
    retry_at: datetime | None = None


def after_giving_up(problem: str, *, may_go_well_later: bool, retries: int, now: datetime) -> GivenUp:
    """`retries` is how often it already went again by itself."""
    sentence = problem if problem.endswith((".", "!", "?")) else f"{problem}."
    if not may_go_well_later:
        return GivenUp(sentence)
    if retries >= len(PAUSES):
        return GivenUp(f"{sentence} It was tried {retries + 1} times; a retry lets it go again.")
    return GivenUp(f"{sentence} It is tried again by itself.", now + PAUSES[retries])


def may_still_come(came_out: datetime, *, now: datetime, status: int | None = None) -> bool:
    """Whether a file that could not be had may yet be there: the episode is in its first day.

    `status` is what the server answered, None where it gave something that cannot be used, as a page that says so.
    """
    return now - came_out < FIRST_DAY and (status is None or status in _NOT_YET)


def offers_more(now: FoundEpisode, before: FoundEpisode) -> bool:
    """Whether there is a transcript or audio that was not there before. Other tokens in an address do not count."""
    return offers_new_words(now, before) or _is_other_audio(now, before)


def offers_new_words(now: FoundEpisode, before: FoundEpisode) -> bool:
    """Whether there is a transcript that was not there before."""
    had = {_key(offer) for offer in before.transcripts}
    return any(_key(offer) not in had for offer in now.transcripts)


def _is_other_audio(now: FoundEpisode, before: FoundEpisode) -> bool:
    return bool(now.enclosures) and traits_of(now).enclosure != traits_of(before).enclosure


def _key(offer: TranscriptOffer) -> tuple[str | None, str]:
    return bare_address(offer.url), offer.type
