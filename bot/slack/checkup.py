"""What `podsift doctor` says of Slack: whether it takes our tokens, and what it does not let us do."""

from typing import Final

from bot.shapes.commands import CheckShape
from bot.slack.faults import SlackGone
from bot.slack.scopes import INDISPENSABLE, NEEDED, how_to_add, lacking
from bot.slack.web import SlackWeb
from pipeline.domain.errors import DeliveryError

_NAME: Final = "Slack"
_HOW: Final = "bot/slack/README.md shows where each token is found."


async def check_slack(web: SlackWeb, *, app_token: str) -> CheckShape:
    """One workspace by its bot's token, and by its app-level token where that is set. Nothing is changed."""
    try:
        team, granted = await web.identity()
    except DeliveryError as error:
        return _problem("PODSIFT_SLACK_BOT_TOKEN", error)
    if app_token:
        try:
            await web.with_token(app_token).write("apps.connections.open")
        except DeliveryError as error:
            return _problem("PODSIFT_SLACK_APP_TOKEN", error)
    missing = lacking(granted)
    fatal = [scope for scope in missing if scope in INDISPENSABLE]
    if fatal:
        detail = f"in “{team}” without {', '.join(fatal)}."
        return CheckShape(name=_NAME, state="problem", detail=detail, help=how_to_add(fatal[0]))
    if not missing:
        return CheckShape(name=_NAME, state="ok", detail=f"in “{team}”, with every permission.", help="")
    left_out = "; ".join(f"{scope} ({NEEDED[scope]})" for scope in missing)
    detail = f"in “{team}”. Left out: {left_out}."
    return CheckShape(name=_NAME, state="ok", detail=detail, help="")


def _problem(setting: str, error: DeliveryError) -> CheckShape:
    detail = f"{setting} does not work: {error}" if isinstance(error, SlackGone) else str(error)
    return CheckShape(name=_NAME, state="problem", detail=detail, help=_HOW)
