"""When a channel gets its digest: schedule, pause, resume."""

from dataclasses import replace
from datetime import time
from typing import Any
from zoneinfo import available_timezones

from bot.app import App
from bot.handover import Report
from bot.operations.outcome import Member, Outcome
from bot.operations.shaping import channel_shape
from bot.texts.replies import schedule_reply
from pipeline.domain.channel import Channel
from pipeline.domain.errors import BadInput


async def schedule(app: App, member: Member, arguments: dict[str, Any], _report: Report) -> Outcome:
    """Show or set the channel's wall time (`at`, HH:MM) and `zone` (an IANA name)."""
    channel = await _own_channel(app, member)
    if not any(arguments.values()):
        return _shown(app, channel)
    zone = arguments.get("zone") or channel.zone
    if zone not in available_timezones():
        raise BadInput(f"“{zone}” is no time zone; name one like Europe/Berlin.")
    at = time.fromisoformat(arguments["at"]) if arguments.get("at") else channel.at
    return await _save(app, replace(channel, at=at, zone=zone))


async def pause(app: App, member: Member, _arguments: dict[str, Any], _report: Report) -> Outcome:
    """Stop the channel's daily post."""
    return await _save(app, replace(await _own_channel(app, member), paused=True))


async def resume(app: App, member: Member, _arguments: dict[str, Any], _report: Report) -> Outcome:
    """Start the channel's daily post again."""
    return await _save(app, replace(await _own_channel(app, member), paused=False))


async def _own_channel(app: App, member: Member) -> Channel:
    return await app.pipeline.channels.get(member.channel_id, workspace=member.workspace)


async def _save(app: App, channel: Channel) -> Outcome:
    await app.channels.save(channel, workspace=channel.workspace)
    return _shown(app, channel)


def _shown(app: App, channel: Channel) -> Outcome:
    data = channel_shape(channel, app.clock)
    return Outcome(data, schedule_reply(data))
