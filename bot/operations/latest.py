"""Which digest a member means who names none: today's, or before it is there the last one's."""

from datetime import timedelta
from typing import Final

from bot.app import App
from pipeline.domain.channel import Channel
from pipeline.domain.digest import Digest

_WEEK: Final = 7
"""Days: nobody means an older post without saying so."""


async def latest_digest(app: App, channel: Channel) -> Digest | None:
    """The channel's latest digest of this week that holds anything."""
    today = channel.local_date(app.clock.now())
    for back in range(_WEEK):
        built = await app.pipeline.digests.load(channel.id, today - timedelta(days=back), workspace=channel.workspace)
        if built is not None and built[0].picks:
            return built[0]
    return None
