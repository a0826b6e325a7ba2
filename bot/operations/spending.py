"""What the language model cost, and what reading older episodes would cost."""

from collections.abc import Sequence

from bot.app import App
from bot.shapes import SpendingShape
from pipeline.domain.episode import Episode
from pipeline.domain.spending import MICROS, Purpose, backfill_estimate, day_start, month_start


async def spending(app: App) -> SpendingShape | None:
    """This day's and this month's account, None without a language model."""
    if app.model is None:
        return None
    now, server = app.clock.now(), app.model.server
    today = await app.spending.total(since=day_start(now))
    month = await app.spending.total(since=month_start(now))
    read = await app.spending.total(since=month_start(now), purpose=Purpose.EXTRACT)
    return SpendingShape(
        model=server.model,
        today=today.dollars,
        month=month.dollars,
        daily_cap=server.caps.daily,
        monthly_cap=server.caps.monthly,
        episodes=read.subjects,
        an_episode=read.dollars_each,
        tokens=month.tokens_in + month.tokens_out,
        problem=app.model.problem,
    )


async def reading_cost(app: App, episodes: Sequence[Episode]) -> float | None:
    """About how many dollars the language model takes to read these, None without a model."""
    if app.model is None:
        return None
    server = app.model.server
    micros = backfill_estimate(
        [episode.found.duration for episode in episodes],
        measured=await app.spending.total(since=month_start(app.clock.now()), purpose=Purpose.EXTRACT),
        propose=server.prices,
        judge=server.prices_of(server.judge_model),
    )
    return micros / MICROS
