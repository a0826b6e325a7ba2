"""Which servers and which models: everything about them that is set, not found out."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from pipeline.domain.spending import Caps, Prices

OPENAI: Final = "https://api.openai.com/v1"


@dataclass(frozen=True, slots=True)
class ModelServer:
    """An endpoint that speaks OpenAI's chat completions, and the two models on it.

    `model` proposes insights and writes answers; `judge` chooses among the proposals (empty: the same model).
    `window_tokens` is how much of a transcript one request holds. Prices are in dollars for a million tokens.
    """

    model: str
    judge: str = ""
    base_url: str = OPENAI
    api_key: str = field(default="", repr=False)
    window_tokens: int = 8_000
    prices: Prices = field(default_factory=Prices)
    judge_prices: Prices = field(default_factory=Prices)
    caps: Caps = field(default_factory=Caps)

    @property
    def judge_model(self) -> str:
        """The model that judges."""
        return self.judge or self.model

    @property
    def host(self) -> str:
        """The server's name for people: without path, user and password."""
        return host_of(self.base_url)

    def prices_of(self, model: str) -> Prices:
        """What a model costs."""
        return self.prices if model == self.model else self.judge_prices


@dataclass(frozen=True, slots=True)
class HostedModel:
    """One model of another kind, on a server that speaks OpenAI's interface for it."""

    name: str
    base_url: str = OPENAI
    api_key: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        """The server's name for people."""
        return host_of(self.base_url)


@dataclass(frozen=True, slots=True)
class Service:
    """What people call a kind of model, and the settings that decide which one it is."""

    noun: str
    address: str
    key: str
    model: str


CHAT: Final = Service(
    noun="The language model",
    address="PODSIFT_OPENAI_BASE_URL",
    key="PODSIFT_OPENAI_API_KEY",
    model="PODSIFT_OPENAI_MODEL and PODSIFT_OPENAI_JUDGE_MODEL",
)
TRANSCRIPTION: Final = Service(
    noun="The transcription service",
    address="PODSIFT_OPENAI_TRANSCRIPTION_BASE_URL",
    key="PODSIFT_OPENAI_TRANSCRIPTION_API_KEY",
    model="PODSIFT_OPENAI_TRANSCRIPTION_MODEL",
)
EMBEDDING: Final = Service(
    noun="The embedding service",
    address="PODSIFT_OPENAI_EMBEDDING_BASE_URL",
    key="PODSIFT_OPENAI_EMBEDDING_API_KEY",
    model="PODSIFT_OPENAI_EMBEDDING_MODEL",
)


def host_of(url: str) -> str:
    """A server's name for people: without path, user and password."""
    return urlsplit(url).netloc.rpartition("@")[2] or url
