"""The models on other people's servers, as the settings name them: they are paid from one purse."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from pydantic import SecretStr

from bot.settings import Settings
from pipeline.adapters.catalog import CatalogDb, SqlReplyStore, SqlSpendingLedger
from pipeline.adapters.openai_model import (
    HostedEar,
    HostedModel,
    LanguageModel,
    ModelEmbedder,
    ModelServer,
    Purse,
    open_ear,
    open_embedder,
    open_model,
)
from pipeline.domain.spending import Caps, Prices
from pipeline.ports import Clock


@dataclass(frozen=True, slots=True)
class Hosted:
    """Each is None where the settings name none."""

    model: LanguageModel | None
    ear: HostedEar | None
    embedder: ModelEmbedder | None
    purse: Purse

    @property
    def names(self) -> tuple[str, ...]:
        """The models that are called."""
        chat = () if self.model is None else (self.model.server.model,)
        return (*chat, *(one.model.name for one in (self.ear, self.embedder) if one is not None))

    @property
    def problem(self) -> str:
        """Why one of them is not called now, one sentence; empty when all are."""
        parts = (self.model, self.ear, self.embedder, self.purse)
        return next((one.problem for one in parts if one is not None and one.problem), "")


@asynccontextmanager
async def open_hosted(settings: Settings, *, db: CatalogDb, clock: Clock) -> AsyncIterator[Hosted]:
    """The models; nothing is sent before there is something to ask."""
    ledger = SqlSpendingLedger(db)
    purse = Purse(Caps(settings.openai_daily_cap, settings.openai_monthly_cap), ledger=ledger, clock=clock)
    async with AsyncExitStack() as stack:
        model = ear = embedder = None
        if settings.openai_model:
            replies = SqlReplyStore(db, clock=clock)
            opened = open_model(_server(settings), ledger=ledger, replies=replies, clock=clock, purse=purse)
            model = await stack.enter_async_context(opened)
        if settings.openai_transcription_model:
            price = settings.openai_transcription_price
            ear = await stack.enter_async_context(open_ear(_ear(settings), price=price, purse=purse, clock=clock))
        if settings.openai_embedding_model:
            embedder = await stack.enter_async_context(
                open_embedder(
                    _embedding(settings),
                    dimensions=settings.openai_embedding_dimensions,
                    price=settings.openai_embedding_price,
                    purse=purse,
                    clock=clock,
                )
            )
        yield Hosted(model, ear, embedder, purse)


def _server(settings: Settings) -> ModelServer:
    return ModelServer(
        model=settings.openai_model,
        judge=settings.openai_judge_model,
        base_url=settings.openai_base_url,
        api_key=_secret(settings.openai_api_key),
        window_tokens=settings.openai_window_tokens,
        prices=Prices(settings.openai_price_in, settings.openai_price_out),
        judge_prices=Prices(settings.openai_judge_price_in, settings.openai_judge_price_out),
        caps=Caps(settings.openai_daily_cap, settings.openai_monthly_cap),
    )


def _ear(settings: Settings) -> HostedModel:
    own = settings.openai_transcription_base_url
    return _placed(settings, settings.openai_transcription_model, own, settings.openai_transcription_api_key)


def _embedding(settings: Settings) -> HostedModel:
    own = settings.openai_embedding_base_url
    return _placed(settings, settings.openai_embedding_model, own, settings.openai_embedding_api_key)


def _placed(settings: Settings, name: str, own: str, key: SecretStr | None) -> HostedModel:
    """The key of one server is not told to another."""
    if own:
        return HostedModel(name, own, _secret(key))
    return HostedModel(name, settings.openai_base_url, _secret(key or settings.openai_api_key))


def _secret(value: SecretStr | None) -> str:
    return "" if value is None else value.get_secret_value()
