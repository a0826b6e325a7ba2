"""Texts become vectors at any server that speaks OpenAI's embeddings."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pipeline.adapters.openai_model.breaker import Breaker
from pipeline.adapters.openai_model.patience import Patience
from pipeline.adapters.openai_model.purse import Purse
from pipeline.adapters.openai_model.retries import Retries, Timing
from pipeline.adapters.openai_model.server import EMBEDDING, HostedModel
from pipeline.domain.errors import IndexUnavailable, ModelBusy, ModelError
from pipeline.domain.spending import Prices, Purpose, Spending, token_estimate
from pipeline.ports import Clock, Vectors

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_BATCH: Final = 32
"""Texts in one request: what the smallest of servers take."""
_AT_WORK: Final = Patience(tries=2, seconds=120.0)
_AT_A_QUESTION: Final = Patience(tries=1, seconds=8.0)
"""A single text may be a question that somebody waits for: words then answer alone."""
_SECONDS: Final = 30.0
_SECONDS_OF_A_QUESTION: Final = 8.0
_LEFT_ALONE: Final = 10.0
_SUBJECT: Final = "index"


class ModelEmbedder:
    """Embedder by a hosted model. Make it with `open_embedder`.

    A text without any words gives a row of zeros, which is near to nothing, as with the shipped table.
    """

    def __init__(
        self,
        client: "AsyncOpenAI",
        model: HostedModel,
        *,
        dimensions: int | None,
        price: float,
        purse: Purse,
        clock: Clock,
        timing: Timing,
    ) -> None:
        self.model = model
        self._client = client
        self._dimensions = dimensions
        self._prices = Prices(price)
        self._purse = purse
        self._clock = clock
        breaker = Breaker(timing.monotonic, what="the embedding service", failures=2, pause=_LEFT_ALONE)
        self._retries = Retries.of(breaker, timing)
        self._length = dimensions

    @property
    def problem(self) -> str:
        """Why the server is left alone now, one sentence; empty when it is not."""
        return self._retries.problem

    @property
    def version(self) -> str:
        """See Embedder: the model's name, and how long its vectors are to be."""
        return self.model.name if self._dimensions is None else f"{self.model.name}-{self._dimensions}"

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """See Embedder. Raises IndexUnavailable, whatever is wrong: the index waits, and words answer alone."""
        meant = [i for i, text in enumerate(texts) if text.strip()]
        rows = []
        for start in range(0, len(meant), _BATCH):
            batch = [texts[i] for i in meant[start : start + _BATCH]]
            try:
                rows.append(await self._paid(batch, is_hurried=len(texts) == 1))
            except ModelError as error:
                raise IndexUnavailable(str(error)) from error
        units = np.zeros((len(texts), self._length or 1), dtype=np.float32)
        if rows:
            units[meant] = np.concatenate(rows)
        return units

    async def _paid(self, texts: list[str], *, is_hurried: bool) -> Vectors:
        tokens = sum(map(token_estimate, texts))
        reserved = await self._purse.reserve(self._prices.micros(tokens, 0))
        patience = _AT_A_QUESTION if is_hurried else _AT_WORK
        seconds = _SECONDS_OF_A_QUESTION if is_hurried else _SECONDS
        try:
            reply = await self._retries.call(lambda: self._once(texts, seconds), patience=patience)
            await self._record(_tokens(reply) or tokens)
        finally:
            self._purse.release(reserved)
        return self._rows(reply, len(texts))

    async def _once(self, texts: list[str], seconds: float) -> dict[str, Any]:
        import openai

        from pipeline.adapters.openai_model.faults import explained, not_compatible

        size: dict[str, Any] = {} if self._dimensions is None else {"dimensions": self._dimensions}
        try:
            async with asyncio.timeout(seconds):
                # Said outright: the client would ask for base64, which not every server knows.
                reply: object = await self._client.embeddings.create(
                    input=texts, model=self.model.name, encoding_format="float", timeout=seconds, **size
                )
        except (openai.OpenAIError, TimeoutError, json.JSONDecodeError, ValueError) as error:
            raise explained(
                error, model=self.model.name, host=self.model.host, seconds=seconds, service=EMBEDDING
            ) from error
        if not isinstance(reply, openai.types.CreateEmbeddingResponse):
            raise not_compatible(self.model.host, service=EMBEDDING)
        return reply.model_dump(warnings=False)

    async def _record(self, tokens: int) -> None:
        # A row for every question is worth it only where it costs something.
        micros = self._prices.micros(tokens, 0)
        if micros:
            await self._purse.record(
                Spending(self._clock.now(), Purpose.EMBED, _SUBJECT, self.model.name, tokens, 0, micros)
            )

    def _rows(self, reply: dict[str, Any], count: int) -> Vectors:
        """Unit rows in the order of the texts. Raises ModelError for anything else."""
        data = reply.get("data")
        try:
            ordered = sorted(data or (), key=lambda one: int(one["index"]))
            rows = np.array([one["embedding"] for one in ordered], dtype=np.float32)
        except (TypeError, ValueError, KeyError) as error:
            raise self._unusable("they are no vectors.") from error
        if rows.ndim != 2 or len(rows) != count or not np.isfinite(rows).all():  # noqa: PLR2004 - a table
            raise self._unusable("they are no vectors, or not one for each text.")
        self._length = self._length or rows.shape[1]
        if rows.shape[1] != self._length:
            raise self._unusable(
                f"they have {rows.shape[1]} numbers instead of {self._length}. "
                "Is PODSIFT_OPENAI_EMBEDDING_DIMENSIONS right?"
            )
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        units: Vectors = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
        return units

    def _unusable(self, why: str) -> ModelError:
        return ModelBusy(f"The vectors that {self.model.host} sent cannot be used: {why}")


@asynccontextmanager
async def open_embedder(
    model: HostedModel,
    *,
    dimensions: int | None,
    price: float,
    purse: Purse,
    clock: Clock,
    timing: Timing | None = None,
) -> AsyncIterator[ModelEmbedder]:
    """The embedder; nothing is sent before the first text. `price` is in dollars for a million tokens."""
    from openai import AsyncOpenAI

    async with AsyncOpenAI(api_key=model.api_key or "none", base_url=model.base_url, max_retries=0) as client:
        yield ModelEmbedder(
            client,
            model,
            dimensions=dimensions,
            price=price,
            purse=purse,
            clock=clock,
            timing=timing or Timing(),
        )


def _tokens(reply: dict[str, Any]) -> int | None:
    usage = reply.get("usage")
    tokens = usage.get("prompt_tokens") if isinstance(usage, dict) else None
    return tokens if isinstance(tokens, int) and tokens > 0 else None
