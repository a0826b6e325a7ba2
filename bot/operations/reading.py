"""Reading: the day's insights, answers, passages."""

from datetime import UTC, date, datetime, time
from typing import Any

from bot.app import App
from bot.conversation import meaning_of
from bot.handover import Progress, Report
from bot.operations.latest import latest_digest
from bot.operations.outcome import Member, Outcome
from bot.operations.shaping import answer_shape, digest_shape, passage_shape
from bot.shapes.commands import SearchShape
from bot.texts import phrases
from bot.texts.answers import answer_post, growing_post, search_post
from bot.texts.message_json import to_json
from bot.texts.posts import digest_post, explained_digest
from bot.texts.replies import nothing_followed_reply
from bot.texts.wording import NOT_FOUND
from pipeline import flows
from pipeline.domain.answer import Answer, Grade, Question
from pipeline.domain.channel import Channel
from pipeline.domain.digest import Delivery, Digest
from pipeline.domain.errors import BadInput
from pipeline.domain.passage import Query

_MOST_PASSAGES = 50


async def digest(app: App, member: Member, arguments: dict[str, Any], _report: Report) -> Outcome:
    """The day's digest of a channel, posted there unless it was, or only tried out.

    Arguments: channel (the member's own when absent), date (ISO, today when absent), dry_run, explain.
    """
    channel = await _channel(app, member, arguments.get("channel"))
    day = _day(arguments.get("date")) or channel.local_date(app.clock.now())
    delivery: Delivery | None = None
    if arguments.get("dry_run"):
        built = await flows.digest(channel.id, day, app.pipeline, workspace=channel.workspace, keep=False)
    else:
        built, delivery = await app.worker.post_digest(channel, day)
    data = digest_shape(built, delivery)
    hint = phrases.TYPE_OR_ASK if member.is_owner else phrases.PRESS_OR_ASK
    message = explained_digest(built) if arguments.get("explain") else digest_post(built, hint=hint)
    return Outcome(data, message, 0 if built.picks else NOT_FOUND)


async def ask(app: App, member: Member, arguments: dict[str, Any], report: Report) -> Outcome:
    """Answer a question from the shows that the member's channel follows; `report` gets the answer while it grows.

    Where the channel follows none, the reply says so.

    Arguments: question, earlier (the member's previous questions in the thread), under (the platform's name of the
    message under which it is asked: below a day's post «no. 3» means that day's), date (ISO, in place of `under`).
    """
    text = str(arguments["question"]).strip()
    if not text:
        raise BadInput("Say what you want to know.")
    meaning = meaning_of(
        text, digest=await _digest_meant(app, member, arguments), earlier=tuple(arguments.get("earlier") or ())
    )
    question = Question(
        text,
        member.workspace,
        context=meaning.context,
        feeds=await _followed(app, member, None),
        about=meaning.about,
    )

    def told(answer: Answer) -> None:
        report(Progress(len(answer.statements), 0, "", to_json(growing_post(answer))))

    answer = await flows.answer(question, app.pipeline, told=told)
    # Without shows an insight that was posted here can still be asked about.
    message = answer_post(answer) if question.feeds or answer.citations else nothing_followed_reply()
    return Outcome(answer_shape(answer), message, NOT_FOUND if answer.grade is Grade.NOT_FOUND else 0)


async def search(app: App, member: Member, arguments: dict[str, Any], _report: Report) -> Outcome:
    """Find passages.

    Arguments: query, k (how many, 8), show (a followed show's name), since (ISO date).
    """
    limit = int(arguments.get("k") or 8)
    if not 1 <= limit <= _MOST_PASSAGES:
        raise BadInput(f"Ask for 1 to {_MOST_PASSAGES} passages.")
    since = _day(arguments.get("since"))
    query = Query(
        str(arguments["query"]),
        member.workspace,
        feeds=await _followed(app, member, arguments.get("show")),
        since=None if since is None else datetime.combine(since, time(), tzinfo=UTC),
        limit=limit,
    )
    found = await app.index.search(query)
    data = SearchShape(
        query=query.text,
        passages=tuple(map(passage_shape, found.passages)),
        searched=found.searched,
        degraded=found.degraded,
    )
    message = search_post(query.text, found) if query.feeds else nothing_followed_reply()
    return Outcome(data, message, 0 if found.passages else NOT_FOUND)


async def _digest_meant(app: App, member: Member, arguments: dict[str, Any]) -> Digest | None:
    """The digest of the post whose thread this is; elsewhere the latest of this week."""
    channel = await _channel(app, member, None)
    day = _day(arguments.get("date"))
    if day is None and arguments.get("under"):
        day = await app.posted_days.day_of(channel.id, str(arguments["under"]), workspace=member.workspace)
    if day is None:
        return await latest_digest(app, channel)
    built = await app.pipeline.digests.load(channel.id, day, workspace=member.workspace)
    return built[0] if built is not None and built[0].picks else None


async def _channel(app: App, member: Member, channel_id: str | None) -> Channel:
    return await app.pipeline.channels.get(channel_id or member.channel_id, workspace=member.workspace)


async def _followed(app: App, member: Member, show: str | None) -> tuple[str, ...]:
    """The ids of the feeds that the member's channel follows, or of the one that is named."""
    if show:
        named = await app.library.find_feed(show, workspace=member.workspace, channel_id=member.channel_id)
        return (named.feed.id,)
    followed = await app.library.feeds(workspace=member.workspace, channel_id=member.channel_id)
    return tuple(each.feed.id for each in followed)


def _day(value: str | None) -> date | None:
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise BadInput(f"“{value}” is not a date; write it like 2026-11-22.") from error
