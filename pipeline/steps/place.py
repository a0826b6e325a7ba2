"""Look up in the transcripts who said what was found, and when."""

import asyncio
from dataclasses import replace
from typing import Protocol

from pipeline.domain.passage import SearchResult
from pipeline.domain.talk.placing import placed
from pipeline.domain.transcript import Transcript


class Transcripts(Protocol):
    """Where transcripts are read."""

    async def load(self, episode_id: str) -> Transcript | None:
        """The episode's transcript, None when there is none (any more)."""
        ...


class ReadOnce:
    """The transcripts that one question needs: each is loaded once, however often it is looked into."""

    def __init__(self, transcripts: Transcripts) -> None:
        self._transcripts = transcripts
        self._read: dict[str, Transcript | None] = {}

    async def load(self, episode_id: str) -> Transcript | None:
        """See Transcripts."""
        if episode_id not in self._read:
            self._read[episode_id] = await self._transcripts.load(episode_id)
        return self._read[episode_id]


async def place_passages(found: SearchResult, *, transcripts: Transcripts) -> SearchResult:
    """The passages found, with the voices and the seconds of their transcripts, in the same order."""
    there = list(found.passages)
    for episode_id in dict.fromkeys(passage.episode_id for passage in found.passages):
        transcript = await transcripts.load(episode_id)
        if transcript is None:
            continue
        places = [place for place, passage in enumerate(there) if passage.episode_id == episode_id]
        exact = await asyncio.to_thread(placed, [there[place] for place in places], transcript)
        for place, passage in zip(places, exact, strict=True):
            there[place] = passage
    return replace(found, passages=tuple(there))
