"""Topics: what a channel reads more of, less of and nothing of."""

from typing import Any, Final

from bot.app import App
from bot.handover import Report
from bot.operations.outcome import Member, Outcome
from bot.shapes.topics import TopicsShape
from bot.texts.topic_replies import changed_topics_reply, reset_topics_reply, topics_reply
from pipeline.domain.channel import Channel
from pipeline.domain.choice.wishes import Want
from pipeline.domain.choice.wishing import topic_named, want_of, with_wish, without_wish, without_wishes
from pipeline.domain.errors import BadInput

_WANTS: Final = {"more": Want.MORE, "less": Want.LESS, "mute": Want.MUTED}


async def topics(app: App, member: Member, arguments: dict[str, Any], _report: Report) -> Outcome:
    """Show or change the topics of the member's channel; only curators change them.

    Arguments: action (more, less, mute, drop or reset; nothing only shows them), topic (for all but reset).
    """
    channel = await app.pipeline.channels.get(member.channel_id, workspace=member.workspace)
    action = arguments.get("action")
    if not action:
        data = _shape(channel)
        return Outcome(data, topics_reply(data))
    if not member.is_curator:
        raise BadInput("Curators change the topics; ask one of them. “topics” shows them to everybody.")
    if action == "reset":
        after = without_wishes(channel)
        await app.channels.save(after, workspace=member.workspace)
        return Outcome(_shape(after), reset_topics_reply(_shape(channel)))
    return await _change(app, channel, str(action), str(arguments.get("topic") or ""))


async def _change(app: App, channel: Channel, action: str, said: str) -> Outcome:
    topic = topic_named(said)
    before = want_of(channel, topic)
    if action == "drop":
        after = without_wish(channel, topic)
    elif action in _WANTS:
        after = with_wish(channel, topic, _WANTS[action])
    else:
        raise BadInput(f"“{action}” is nothing that topics take; they take more, less, mute, drop and reset.")
    await app.channels.save(after, workspace=channel.workspace)
    return Outcome(_shape(after), changed_topics_reply(topic, before=before, now=want_of(after, topic)))


def _shape(channel: Channel) -> TopicsShape:
    return TopicsShape(channel=channel.id, more=channel.more, less=channel.less, muted=channel.muted)
