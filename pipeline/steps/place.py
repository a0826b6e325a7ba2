"""Look up in the transcripts who said what was found, and when."""

import asyncio
from dataclasses import replace

from pipeline.domain.passage import SearchResult
from pipeline.domain.talk.placing import placed
from pipeline.ports import TranscriptStore


async def place_passages(found: SearchResult, *, transcripts: TranscriptStore) -> SearchResult:
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
