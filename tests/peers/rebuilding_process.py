"""A process that begins to rebuild a shared index and says so; it waits in the middle, to be killed."""

import asyncio
import sys
from pathlib import Path

from tests.peers.made_episodes import BREAD, episode, transcript
from tests.peers.memory_index import LetterEmbedder
from vectorstore.opening import open_index


async def main(folder: str, chroma_url: str, database_url: str) -> None:
    """Print a line once the new build is half there."""
    opening = open_index(Path(folder), embedder=LetterEmbedder(), chroma_url=chroma_url, database_url=database_url)
    async with opening as index, index.rebuilding() as beside:
        await beside.add(episode("bread", show="bread"), transcript(BREAD), ())
        print("half", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
