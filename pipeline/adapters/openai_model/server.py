"""Which server and which models: everything about them that is set, not found out."""

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
        parts = urlsplit(self.base_url)
        return parts.netloc.rpartition("@")[2] or self.base_url

    def prices_of(self, model: str) -> Prices:
        """What a model costs."""
        return self.prices if model == self.model else self.judge_prices
