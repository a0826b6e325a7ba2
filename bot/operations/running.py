"""Running Podsift: status, retry, reindex, doctor, help."""

from typing import Any

from bot.app import App
from bot.handover import Progress, Report
from bot.operations.outcome import Member, Outcome
from bot.operations.pauses import pauses
from bot.operations.shaping import channel_shape, episode_failure, feed_failure
from bot.operations.spending import spending
from bot.shapes.commands import DoctorShape, ReindexShape, RetryShape, TextShape
from bot.shapes.status import StatusShape
from bot.texts.message import plain
from bot.texts.replies import doctor_reply, help_reply, reindex_reply, retry_reply, status_reply
from bot.texts.wording import FAILED, closed_sentence, overdue_sentence
from bot.upkeep.examination import examine
from pipeline.domain.feed import FeedState


async def status(app: App, member: Member, _arguments: dict[str, Any], _report: Report) -> Outcome:
    """What waits, what runs, what failed and why. A member sees the own workspace, the owner everything."""
    followed = await app.library.feeds(workspace=member.workspace)
    stock = await app.library.stock(workspace=member.workspace)
    ids = {each.feed.id for each in followed}
    failed = [episode for episode in await app.desk.failed() if member.is_owner or episode.feed_id in ids]
    counts = await app.index.counts()
    processes = await app.engine.processes() if member.is_owner else ()
    data = StatusShape(
        feeds=stock.feeds,
        unread_feeds=tuple(feed_failure(f.feed) for f in followed if f.feed.state is not FeedState.ACTIVE),
        ready=stock.episodes.ready,
        waiting=stock.episodes.waiting,
        held=stock.episodes.held,
        failed=tuple(map(episode_failure, failed)),
        insights=stock.insights,
        indexed_episodes=counts.episodes,
        passages=counts.chunks,
        index_problem=app.index.problem if member.is_owner else "",
        channels=tuple(channel_shape(c, app.clock) for c in await app.channels.of(workspace=member.workspace)),
        service=app.engine.is_running or bool(processes),
        processes=processes,
        paused=await pauses(app) if member.is_owner else (),
        spending=await spending(app) if member.is_owner else None,
        keep_days=app.settings.keep_days,
        forgotten=stock.episodes.forgotten,
        key_problem=closed_sentence(await app.desk.opening()) if member.is_owner else "",
        overdue=_overdue(app) if member.is_owner else (),
    )
    return Outcome(data, status_reply(data, shows_service=member.is_owner))


def _overdue(app: App) -> tuple[str, ...]:
    beats = app.engine.pulse.beats()
    return tuple(overdue_sentence(name, seconds=tick.age) for name, tick in beats.items() if tick.is_late)


async def retry(app: App, _member: Member, arguments: dict[str, Any], _report: Report) -> Outcome:
    """Let one episode (argument `episode`, an id) or every failed one go again, and whatever is paused."""
    if app.hosted.model is not None:
        app.hosted.model.end_pause()
    resumed = await (await app.engine.get()).go_on() if app.engine.is_running else 0
    ids = await app.desk.retry(arguments.get("episode"))
    titles = [(await app.pipeline.episodes.get(episode_id)).title for episode_id in ids]
    if app.engine.is_running:
        await app.worker.start_waiting(await app.engine.get())
    data = RetryShape(episodes=tuple(titles), resumed=resumed)
    return Outcome(data, retry_reply(data))


async def reindex(app: App, _member: Member, _arguments: dict[str, Any], report: Report) -> Outcome:
    """Build the index anew from the catalogue; searches go on meanwhile."""
    episodes = await app.rebuild_index(lambda done, total, title: report(Progress(done, total, title)))
    counts = await app.index.counts()
    data = ReindexShape(episodes=episodes, passages=counts.chunks)
    return Outcome(data, reindex_reply(data))


async def doctor(app: App, _member: Member, _arguments: dict[str, Any], _report: Report) -> Outcome:
    """Look at every setting and part: what is configured, what works, what is missing and how to get it."""
    data = DoctorShape(checks=await examine(app))
    return Outcome(data, doctor_reply(data), FAILED if any(c.state == "problem" for c in data.checks) else 0)


async def show_help(_app: App, _member: Member, _arguments: dict[str, Any], _report: Report) -> Outcome:
    """All commands."""
    message = help_reply()
    return Outcome(TextShape(text=plain(message)), message)
