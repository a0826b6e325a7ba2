"""A language model for tests: the real client and adapter against the loopback peer, with a clock that jumps."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from pipeline.adapters.openai_model import LanguageModel, ModelServer, open_model
from tests.peers.catalog import SetClock
from tests.peers.openai_peer import OpenAIPeer
from tests.peers.spending_book import MemoryReplies, SpendingBook

SERVER = ModelServer(model="small", judge="large", api_key="sk-test")


@dataclass
class JumpingTime:
    """A pause is over at once and kept in `pauses`."""

    now: float = 1_000.0
    pauses: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@dataclass
class Bench:
    """A model, the server it speaks to, and what surrounds them."""

    model: LanguageModel
    peer: OpenAIPeer
    book: SpendingBook
    time: JumpingTime
    clock: SetClock


@asynccontextmanager
async def model_bench(server: ModelServer = SERVER, *, book: SpendingBook | None = None) -> AsyncIterator[Bench]:
    """The model of `server`, but on the peer's address."""
    spent, time, clock = book or SpendingBook(), JumpingTime(), SetClock()
    async with (
        OpenAIPeer() as peer,
        open_model(
            replace(server, base_url=peer.base_url),
            ledger=spent,
            replies=MemoryReplies(),
            clock=clock,
            chance=lambda: 0.5,
            sleep=time.sleep,
            monotonic=time,
        ) as model,
    ):
        yield Bench(model, peer, spent, time, clock)
