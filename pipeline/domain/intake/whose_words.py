"""Whether a transcript is that of another episode: feeds sometimes name the file of the episode before.

A right transcript must never be refused, so that only two clear signs count.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.domain.feed import FoundEpisode

_WORD: Final = re.compile(r"[^\W\d_]{4,}")
_ADDRESS: Final = re.compile(r"\S*(?:://|www\.)\S*")
_OWN_AT_MOST: Final = 0.25
"""So much of what only its own notes name is said in a wrong transcript; in right ones it was 0.43 and more."""
_OTHERS_AT_LEAST: Final = 0.4
_TELLING: Final = 6
"""So many such words are the least that tell anything."""
_TWICE: Final = 2.0
_AS_LONG_SECONDS: Final = 60.0
_AS_LONG_SHARE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another episode of the feed; `transcript` is the hash of the transcript stored under `episode_id`, if any is."""

    found: FoundEpisode
    transcript: str | None = None
    episode_id: str = ""


def why_anothers(text: str, found: FoundEpisode, siblings: Sequence[Sibling], *, content: str) -> str | None:
    """A clause that completes «it cannot be used: …», None where nothing speaks against this transcript of `found`.

    `text` is all that is said, `content` the transcript's hash.
    """
    for sibling in siblings:
        if sibling.transcript == content and _is_another_length(found, sibling.found):
            return f"it is word for word the one of “{sibling.found.title}”"
    other = _told_of(text, found, [sibling.found for sibling in siblings])
    return None if other is None else f"it speaks of what the notes of “{other.title}” tell, and not of this episode's"


def _is_another_length(one: FoundEpisode, other: FoundEpisode) -> bool:
    """Whether both say how long they last, and differ: what is as long may be the same talk, published once more."""
    if not one.duration or not other.duration:
        return False
    most = max(_AS_LONG_SECONDS, _AS_LONG_SHARE * max(one.duration, other.duration))
    return abs(one.duration - other.duration) > most


def _told_of(text: str, found: FoundEpisode, others: Sequence[FoundEpisode]) -> FoundEpisode | None:
    """The other episode whose notes this is about, None unless the episode's own notes are about something else."""
    if len(others) < 2:  # noqa: PLR2004  with one alone, what both notes have in common cannot be told
        return None
    notes = [_words(f"{each.title} {each.summary}") for each in (found, *others)]
    spread = Counter(word for words in notes for word in words)
    said = _words(text)
    own, *shares = (_share_said({word for word in words if spread[word] == 1}, said) for words in notes)
    if own is None or own > _OWN_AT_MOST:
        return None
    share, best = max(((share or 0.0, number) for number, share in enumerate(shares)), default=(0.0, 0))
    return others[best] if share >= max(_OTHERS_AT_LEAST, _TWICE * own) else None


def _share_said(words: set[str], said: set[str]) -> float | None:
    return len(words & said) / len(words) if len(words) >= _TELLING else None


def _words(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(_ADDRESS.sub(" ", text))}
