"""What calls in tokens cost: set aside before one is made, written down after."""

from dataclasses import dataclass

from pipeline.adapters.openai_model.purse import Purse
from pipeline.adapters.openai_model.server import ModelServer
from pipeline.adapters.openai_model.wire import Call, Completion
from pipeline.domain.spending import Purpose, Spending, token_estimate
from pipeline.ports import Clock


@dataclass(frozen=True, slots=True)
class Subject:
    """What a call is for: the purpose and the id of the episode or question."""

    purpose: Purpose
    id: str


class Meter:
    """Counts the tokens of a server's calls, which are paid from the purse."""

    def __init__(self, server: ModelServer, *, purse: Purse, clock: Clock) -> None:
        self._server = server
        self._purse = purse
        self._clock = clock

    @property
    def problem(self) -> str:
        """Which cap stopped the last call, one sentence; empty when none did."""
        return self._purse.problem

    async def reserve(self, call: Call, *, most_out: int) -> int:
        """Set aside the most that the call may cost, in micros. Raises ModelQuota when a cap would be passed."""
        tokens_in = sum(token_estimate(turn.text) for turn in call.turns)
        return await self._purse.reserve(self._server.prices_of(call.model).micros(tokens_in, most_out))

    def release(self, reserved: int) -> None:
        """The call is over."""
        self._purse.release(reserved)

    async def record(self, call: Call, completion: Completion, *, subject: Subject) -> None:
        """Write down what the call took; estimated where the server does not say."""
        tokens_in, tokens_out = completion.tokens_in, completion.tokens_out
        if tokens_in is None:
            tokens_in = sum(token_estimate(turn.text) for turn in call.turns)
        if tokens_out is None:
            tokens_out = token_estimate(completion.text)
        await self._purse.record(
            Spending(
                at=self._clock.now(),
                purpose=subject.purpose,
                subject=subject.id,
                model=call.model,
                tokens_in=tokens_in,
                tokens_out=tokens_out,
                micros=self._server.prices_of(call.model).micros(tokens_in, tokens_out),
            )
        )
