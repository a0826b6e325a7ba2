"""One episode: the insights it gave, and what did not pass the gate."""

from typing import Any, Final

from bot.app import App
from bot.handover import Report
from bot.operations.outcome import Member, Outcome
from bot.shapes.insights import EpisodeInsightsShape, FoundInsightShape, RejectedShape
from bot.texts.insight_replies import episode_insights_reply
from bot.texts.wording import NOT_FOUND
from pipeline.domain.episode import Episode
from pipeline.domain.errors import BadInput, UnknownEpisode
from pipeline.domain.insight import Insight

_LOOKED_THROUGH: Final = 500
"""Episodes of each show whose titles are searched, the newest first."""
_NAMED: Final = 6


async def insights(app: App, member: Member, arguments: dict[str, Any], _report: Report) -> Outcome:
    """What an episode gave. Arguments: episode (its id or a part of its title), rejected (bool, for the owner)."""
    episode = await _meant(app, member, str(arguments["episode"]).strip())
    if arguments.get("rejected") and not member.is_owner:
        raise BadInput("What was rejected is shown to whoever runs Podsift, on its own machine.")
    found = await app.evidence.insights(episode.id, workspace=member.workspace)
    rejected = await app.pipeline.rejections.of(episode.id) if arguments.get("rejected") else ()
    data = EpisodeInsightsShape(
        episode=episode.id,
        feed_title=episode.feed_title,
        title=episode.title,
        published=episode.when,
        state=episode.state.value,
        insights=tuple(_shape(one, episode) for one in found),
        rejected=tuple(
            RejectedShape(headline=r.headline, body=r.body, quote=r.quote, reason=r.reason, detail=r.detail)
            for r in rejected
        ),
    )
    message = episode_insights_reply(data, with_rejected=bool(arguments.get("rejected")))
    return Outcome(data, message, 0 if found or rejected else NOT_FOUND)


async def _meant(app: App, member: Member, name: str) -> Episode:
    """The one episode with this id, or with these words in its title. Raises UnknownEpisode or BadInput."""
    try:
        return await app.library.episode(name, workspace=member.workspace)
    except UnknownEpisode:
        fitting = await _titled(app, member, name)
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        raise UnknownEpisode(name)
    named = "; ".join(f"“{one.title}” ({one.id})" for one in fitting[:_NAMED])
    raise BadInput(f"“{name}” may mean {len(fitting)} episodes: {named}. Give one's id.")


async def _titled(app: App, member: Member, name: str) -> list[Episode]:
    wanted, fitting = name.casefold(), []
    for followed in await app.library.feeds(workspace=member.workspace):
        episodes = await app.library.episodes(followed.feed.id, workspace=member.workspace, limit=_LOOKED_THROUGH)
        fitting += [episode for episode in episodes if wanted and wanted in episode.title.casefold()]
    exact = [episode for episode in fitting if episode.title.casefold() == wanted]
    return exact or fitting


def _shape(insight: Insight, episode: Episode) -> FoundInsightShape:
    return FoundInsightShape(
        id=insight.id,
        headline=insight.headline,
        body=insight.body,
        quote=insight.quote,
        speaker=insight.speaker,
        kind=insight.kind.value,
        author=insight.author.value,
        topics=insight.topics,
        start=insight.start,
        url=episode.moment_url(insight.start),
        evidence=insight.evidence,
    )
