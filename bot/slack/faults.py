"""What Slack's error codes mean for us: gone, later, nobody knows, or our own mistake."""

from typing import Final

from bot.slack.scopes import how_to_add
from pipeline.domain.errors import DeliveryDelayed, DeliveryError, DeliveryUnknown, DestinationGone

_CHANNEL_GONE: Final = {
    "channel_not_found": "Slack does not know the channel any more, or the app is not in it.",
    "is_archived": "The channel is archived.",
    "channel_is_limited_access": "Only some members may post to the channel.",
    "not_in_channel": "The app is not in the channel.",
    "restricted_action": "The workspace does not let the app post to the channel.",
    "ekm_access_denied": "The workspace's admins have switched messages to the channel off.",
    "no_permission": "The workspace does not let the app post to the channel.",
    "cannot_reply_to_message": "Slack does not allow replies to that message.",
    "messages_tab_disabled": "The app's messages tab is switched off.",
    "user_not_in_channel": "The member is not in the channel.",
}
NOT_THERE: Final = frozenset({"not_in_channel", "channel_not_found"})
"""What Slack says of a channel that we are not in; of a private one it says that there is none."""
_TOKEN_DEAD: Final = {
    "token_revoked": "The app's token was revoked. Install the app again.",
    "token_expired": "The app's token has expired. Install the app again.",
    "account_inactive": "The app was removed from the workspace. Install it again.",
    "invalid_auth": "Slack does not accept the app's token. Copy it again.",
    "not_authed": "Slack does not accept the app's token. Copy it again.",
    "team_access_not_granted": "The app may not act in this workspace.",
    "org_login_required": "The workspace is being moved. Install the app again afterwards.",
}
_LATER: Final = {
    "ratelimited": 30.0,
    "rate_limited": 30.0,
    "message_limit_exceeded": 300.0,
    # The workspace is moving into an organisation; it is back when that is done.
    "team_added_to_org": 300.0,
    # The stream goes on; Slack ends it by itself after five minutes.
    "streaming_state_conflict": 60.0,
}
_AMBIGUOUS: Final = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
_OUR_MISTAKE: Final = frozenset(
    {
        "invalid_blocks", "invalid_blocks_format", "markdown_text_conflict", "msg_blocks_too_long",
        "msg_blocks_too_many", "msg_too_long",
    }
)  # fmt: skip
_SERVER_FAULT: Final = 500


class SlackGone(DestinationGone):
    """The channel, the permission or the token is gone; `is_token` when nothing at all works any more."""

    def __init__(self, sentence: str, *, code: str) -> None:
        self.code = code
        self.is_token = code in _TOKEN_DEAD
        super().__init__(sentence)


class SlackRefused(DeliveryError):
    """Slack said no for another reason, and did nothing."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"Slack refused: {code}.")


class BlocksRefused(SlackRefused):
    """Slack does not take our blocks: a mistake of ours."""


def fault_of(code: str, *, status: int = 200, retry_after: float | None = None, needed: str = "") -> DeliveryError:
    """The error for Slack's code, `status` being that of HTTP."""
    if code in _LATER or retry_after is not None:
        return DeliveryDelayed("Slack asks us to wait.", retry_after=retry_after or _LATER.get(code, 30.0))
    if code in _AMBIGUOUS or status >= _SERVER_FAULT or not code:
        return DeliveryUnknown(f"Slack failed ({code or status}) and does not say whether it did what we asked.")
    if code == "missing_scope":
        return SlackGone(how_to_add(needed), code=code)
    if code.startswith("restricted_action"):
        return SlackGone(_CHANNEL_GONE["restricted_action"], code=code)
    sentence = _CHANNEL_GONE.get(code) or _TOKEN_DEAD.get(code)
    if sentence:
        return SlackGone(sentence, code=code)
    return BlocksRefused(code) if code in _OUR_MISTAKE else SlackRefused(code)
