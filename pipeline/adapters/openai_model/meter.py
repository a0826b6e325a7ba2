"""What calls cost: asked before one is made, written down after."""

import logging
from dataclasses import dataclass

from pipeline.adapters.openai_model.server import ModelServer
from pipeline.adapters.openai_model.wire import Call, Completion
from pipeline.domain.errors import ModelQuota
from pipeline.domain.spending import Purpose, Spending, cap_reached, day_start, month_start, token_estimate
from pipeline.ports import Clock, SpendingLedger

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a call is for: the purpose and the id of the episode or question."""

    purpose: Purpose
    id: str


class Meter:
    """Keeps spending under the caps, calls under way included."""

    def __init__(self, server: ModelServer, *, ledger: SpendingLedger, clock: Clock) -> None:
        self._server = server
        self._ledger = ledger
        self._clock = clock
        self._under_way = 0
        self._problem = ""

    @property
    def problem(self) -> str:
        """Which cap stopped the last call, one sentence; empty when none did."""
        return self._problem

    async def reserve(self, call: Call, *, most_out: int) -> int:
        """Set aside the most that the call may cost, in micros. Raises ModelQuota when a cap would be passed."""
        tokens_in = sum(token_estimate(turn.text) for turn in call.turns)
        most = self._server.prices_of(call.model).micros(tokens_in, most_out)
        caps = self._server.caps
        if most and (caps.daily is not None or caps.monthly is not None):
            now = self._clock.now()
            # Reserved before asking the ledger: a call that asks at the same time must see it.
            self._under_way += most
            try:
                today = await self._ledger.total(since=day_start(now))
                month = await self._ledger.total(since=month_start(now))
                reached = cap_reached(caps, today=today.micros, month=month.micros, more=self._under_way)
            except BaseException:
                self._under_way -= most
                raise
            self._note(reached)
            if reached is not None:
                self._under_way -= most
                raise ModelQuota(f"{reached} Raise PODSIFT_OPENAI_DAILY_CAP or PODSIFT_OPENAI_MONTHLY_CAP, or wait.")
            return most
        return 0

    def _note(self, reached: str | None) -> None:
        # Said once when it begins, not at every call that is not made.
        if reached is not None and not self._problem:
            _log.error("Calls of the language model are paused.", extra={"reason": reached})
        self._problem = reached or ""

    def release(self, reserved: int) -> None:
        """The call is over."""
        self._under_way -= reserved

    async def record(self, call: Call, completion: Completion, *, subject: Subject) -> None:
        """Write down what the call took; estimated where the server does not say."""
        tokens_in, tokens_out = completion.tokens_in, completion.tokens_out
        if tokens_in is None:
            tokens_in = sum(token_estimate(turn.text) for turn in call.turns)
        if tokens_out is None:
            tokens_out = token_estimate(completion.text)
        await self._ledger.record(
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
