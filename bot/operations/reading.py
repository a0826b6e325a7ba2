"""Reading: the day's insights, answers, passages."""

from datetime import UTC, date, datetime, time
from typing import Any

from bot.app import App
from bot.conversation import meaning_of, missing_number
from bot.handover import Progress, Report
from bot.operations.latest import latest_digest
from bot.operations.outcome import Member, Outcome
from bot.operations.shaping import answer_shape, digest_shape, passage_shape
from bot.shapes.commands import SearchShape
from bot.texts import phrases
from bot.texts.answers import answer_post, growing_post, search_post
from bot.texts.message_json import to_json
from bot.texts.posts import digest_post, explained_digest, unposted_reply
from bot.texts.reading import weekday
from bot.texts.replies import nothing_followed_reply
from bot.texts.wording import NOT_FOUND
from pipeline import flows
from pipeline.domain.answer import Answer, Grade, Question
from pipeline.domain.channel import Channel
from pipeline.domain.digest import Delivery, DeliveryState, Digest
from pipeline.domain.errors import BadInput, UnknownChannel
from pipeline.domain.passage import Query
from pipeline.domain.talk.grading import may_be_about
from pipeline.domain.talk.show_titles import shows_named

_PASSAGES = 8
_MOST_PASSAGES = 50


async def digest(app: App, member: Member, arguments: dict[str, Any], _report: Report) -> Outcome:
    """The day's digest of a channel: today's is posted there unless it was, an earlier one is only shown.

    Arguments: channel (the member's own when absent), date (ISO, today when absent; a day to come is refused), dry_run
    (posts nothing, and builds what an earlier day would have had), explain.
    """
    channel = await _named_channel(app, member, arguments.get("channel"))
    today = channel.local_date(app.clock.now())
    day = _day(arguments.get("date")) or today
    if day > today:
        raise BadInput(f"{weekday(day)} {day.year} has not come yet; its insights are posted on the day itself.")
    delivery: Delivery | None = None
    if arguments.get("dry_run"):
        built = await flows.digest(channel.id, day, app.pipeline, workspace=channel.workspace, keep=False)
    elif day < today:
        built, delivery = await _posted(app, channel, day)
    else:
        built, delivery = await app.worker.post_digest(channel, day)
    data = digest_shape(built, delivery)
    if built.picks:
        hint = phrases.TYPE_OR_ASK if member.is_owner else phrases.PRESS_OR_ASK
        return Outcome(data, explained_digest(built) if arguments.get("explain") else digest_post(built, hint=hint))
    if not await app.library.feeds(workspace=channel.workspace, channel_id=channel.id):
        return Outcome(data, nothing_followed_reply(), NOT_FOUND)
    if day < today and not arguments.get("dry_run"):
        return Outcome(data, unposted_reply(day), NOT_FOUND)
    return Outcome(data, explained_digest(built) if arguments.get("explain") else digest_post(built), NOT_FOUND)


async def ask(app: App, member: Member, arguments: dict[str, Any], report: Report) -> Outcome:
    """Answer a question from the shows that the member's channel follows; `report` gets the answer while it grows.

    Where the channel follows none, the reply says so.

    Arguments: question, earlier (the member's previous questions in the thread), under (the platform's name of the
    message under which it is asked: below a day's post «no. 3» means that day's), date (ISO, in place of `under`).
    """
    text = str(arguments["question"]).strip()
    if not text:
        raise BadInput("Say what you want to know.")
    meant = await _digest_meant(app, member, arguments)
    missing = missing_number(text, digest=meant)
    if missing is not None:
        raise await _no_such_number(app, member, missing, meant)
    meaning = meaning_of(text, digest=meant, earlier=tuple(arguments.get("earlier") or ()))
    followed = await app.library.feeds(workspace=member.workspace, channel_id=member.channel_id)
    named = shows_named(text, {each.feed.id: each.feed.title for each in followed})
    question = Question(
        text,
        member.workspace,
        context=meaning.context,
        feeds=tuple(each.feed.id for each in followed),
        about=meaning.about,
        shows=named.shows,
        subject=named.subject,
    )

    def told(answer: Answer) -> None:
        report(Progress(len(answer.statements), 0, "", to_json(growing_post(answer))))

    answer = await flows.answer(question, app.pipeline, told=told)
    # Without shows an insight that was posted here can still be asked about.
    message = answer_post(answer) if question.feeds or answer.citations else nothing_followed_reply()
    return Outcome(answer_shape(answer), message, NOT_FOUND if answer.grade is Grade.NOT_FOUND else 0)


async def search(app: App, member: Member, arguments: dict[str, Any], _report: Report) -> Outcome:
    """Find passages.

    Where none of them is likely to be about it they are shown as what came closest, and the exit code is NOT_FOUND.

    Arguments: query, k (how many, 8), show (a followed show's name), since (ISO date).
    """
    limit = int(arguments.get("k", _PASSAGES))
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
    found = await flows.search(query, app.pipeline)
    data = SearchShape(
        query=query.text,
        passages=tuple(map(passage_shape, found.passages)),
        searched=found.searched,
        degraded=found.degraded,
    )
    near = may_be_about(query.text, found.passages)
    message = search_post(query.text, found, are_near=near) if query.feeds else nothing_followed_reply()
    return Outcome(data, message, 0 if near else NOT_FOUND)


async def _no_such_number(app: App, member: Member, number: int, meant: Digest | None) -> BadInput:
    """What the post has instead, or when there will be one."""
    if meant is not None:
        return BadInput(phrases.no_such_number(number, count=len(meant.picks), day=meant.day))
    channel = await _channel(app, member, None)
    following = None if channel.paused else channel.next_post(app.clock.now())
    return BadInput(phrases.no_post_yet(following, zone=channel.zone))


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


async def _posted(app: App, channel: Channel, day: date) -> tuple[Digest, Delivery | None]:
    """What was posted on an earlier day; without items when nothing was, or nothing arrived."""
    stored = await app.pipeline.digests.load(channel.id, day, workspace=channel.workspace)
    if stored is not None and stored[1] is not None and stored[1].state is DeliveryState.SENT:
        return stored
    return Digest(channel.id, day, (), (), considered=0, episodes=0), None if stored is None else stored[1]


async def _named_channel(app: App, member: Member, channel_id: str | None) -> Channel:
    """The channel with this id, the member's own when absent. Raises BadInput, which names those that there are."""
    try:
        return await _channel(app, member, channel_id)
    except UnknownChannel as error:
        ids = [channel.id for channel in await app.roster.all() if channel.workspace == member.workspace]
        raise BadInput(f"There is no channel “{channel_id}”. There is: {', '.join(ids)}.") from error


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
