"""What hosted models cost, and what reading older episodes would cost."""

from collections.abc import Sequence

from bot.app import App
from bot.shapes.status import SpendingShape
from pipeline.domain.episode import Episode
from pipeline.domain.spending import (
    MICROS,
    USUAL_SECONDS,
    Purpose,
    backfill_estimate,
    day_start,
    minutes_price,
    month_start,
)


async def spending(app: App) -> SpendingShape | None:
    """This day's and this month's account, None without a hosted model."""
    if not app.hosted.names:
        return None
    now = app.clock.now()
    today = await app.spending.total(since=day_start(now))
    month = await app.spending.total(since=month_start(now))
    read = await app.spending.total(since=month_start(now), purpose=Purpose.EXTRACT)
    return SpendingShape(
        model=", ".join(app.hosted.names),
        today=today.dollars,
        month=month.dollars,
        daily_cap=app.settings.openai_daily_cap,
        monthly_cap=app.settings.openai_monthly_cap,
        episodes=read.subjects,
        an_episode=read.dollars_each,
        tokens=month.tokens_in + month.tokens_out,
        problem=app.hosted.problem,
    )


async def reading_cost(app: App, episodes: Sequence[Episode]) -> float | None:
    """About how many dollars the language model takes to read these, None without a model."""
    if app.hosted.model is None:
        return None
    server = app.hosted.model.server
    micros = backfill_estimate(
        [episode.found.duration for episode in episodes],
        measured=await app.spending.total(since=month_start(app.clock.now()), purpose=Purpose.EXTRACT),
        propose=server.prices,
        judge=server.prices_of(server.judge_model),
    )
    return micros / MICROS


def hearing_cost(app: App, episodes: Sequence[Episode]) -> float:
    """About how many dollars a hosted model takes to write down what is said in these; nothing on this machine."""
    if app.hosted.ear is None:
        return 0.0
    seconds = sum(episode.found.duration or USUAL_SECONDS for episode in episodes)
    return minutes_price(seconds, app.hosted.ear.price) / MICROS
