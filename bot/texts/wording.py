"""What members read when something goes wrong or changes: what happened, whether it mends itself, what to do."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from bot.shapes.commands import ErrorShape
from pipeline.domain import errors
from pipeline.domain.errors import PodsiftError
from pipeline.domain.overview import Opening

_HINTS: Final[tuple[tuple[type[PodsiftError], str], ...]] = (
    (errors.NotAFeed, "Give the address of the feed itself; a show's own page often links it as “RSS”."),
    (errors.UnknownFeed, "See what is followed with “list”."),
    (errors.UnknownEpisode, "See what waits and what failed with “status”."),
    (errors.UnknownChannel, "See the channels with “status”."),
    (
        errors.AddressRefused,
        "Only public web addresses are fetched. Allow a network of your own in PODSIFT_ALLOW_NETWORKS.",
    ),
    (errors.TooLarge, "Nothing was stored. Tell the publisher, or follow another feed of the show."),
    (errors.Unreachable, "Nothing was stored. Check the address, or try again in a few minutes."),
    (errors.TooSlow, "Nothing was stored. Try again in a few minutes."),
    (errors.FeedUnreadable, "Check the address in a browser; it must show the feed, not a web page."),
    (errors.ModelQuota, "Raise the credit or the cap; what waits for it goes on within an hour."),
    (errors.ModelBusy, "Try it again in a few minutes."),
    (errors.ModelError, "See “doctor” for the model's settings."),
    (errors.CatalogDamaged, "Stop the service, keep a copy of the data folder and restore your last backup."),
    (errors.SettingsError, "Every setting is explained in .env.example; “podsift doctor” shows what is in force."),
    (errors.DestinationGone, "Invite the app to the channel again, or choose another channel."),
)
_STATUS_HINTS: Final = {
    401: "The show needs a sign-in: add it with “--sign-in”, or with the address its members are given.",
    403: "Its server turns us away. If the show is for members, add the address they are given, or “--sign-in”.",
    404: "There is nothing at this address: check it, or find the show by its name.",
    410: "The publisher took this feed down for good; find the show's new address by its name.",
    429: "Its server is asked too often just now. Nothing was stored: try again in a few minutes.",
}
_IN_TROUBLE: Final = "Its server is in trouble. Nothing was stored: try again in a few minutes."
_REFUSED: Final = "Check the address in a browser."
_WHEN_MENDED: Final = "Try it again when that is mended."
_SERVICE_GOES_ON: Final = f"{_WHEN_MENDED} A running service goes on by itself."
_LATER: Final = "Try it again in a few minutes."
_DONE_BY: Final = {
    "scan": "Podsift last looked for feeds and episodes to read",
    "post": "Podsift last looked for posts that are due",
    "forget": "Podsift last looked for old words to forget",
}
_CLOSED: Final = {
    Opening.ALL: "",
    Opening.SOME: "Some of what is stored of private shows and Slack installations was sealed with another key.",
    Opening.NONE: "What is stored of private shows and Slack installations was sealed with another key.",
}
CLOSED_HELP: Final = (
    "Until you restore that PODSIFT_SECRET_KEY or file secret.key, the same for all processes, it stays closed; if the "
    "key is lost, remove these shows and add them again."
)

WRONG_INPUT: Final = 2
NOT_FOUND: Final = 3
UNAVAILABLE: Final = 4
FAILED: Final = 1


def explain(error: PodsiftError) -> ErrorShape:
    """The error as members and programs read it. What was asked for is never tried again by itself."""
    return ErrorShape(
        kind=type(error).__name__,
        sentence=_full_stop(str(error)),
        hint=_hint(error),
        mends_itself=error.retryable,
    )


def _hint(error: PodsiftError) -> str:
    if isinstance(error, errors.HttpStatus):
        in_trouble = error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        return _IN_TROUBLE if in_trouble else _STATUS_HINTS.get(error.status, _REFUSED)
    for kind, words in _HINTS:
        if isinstance(error, kind):
            return words
    if isinstance(error, errors.CatalogUnavailable | errors.IndexUnavailable):
        return _SERVICE_GOES_ON if error.retryable else _WHEN_MENDED
    return _LATER if error.retryable else ""


def unexpected(error: Exception) -> ErrorShape:
    """A bug as members read it: nothing of its inside."""
    return ErrorShape(
        kind="Unexpected",
        sentence=f"Something unexpected went wrong ({type(error).__name__}).",
        hint="It is in the log. Nothing that was stored is lost; please report it.",
        mends_itself=False,
    )


def pause_sentence(reason: str, *, episodes: int, until: datetime) -> str:
    """Why episodes wait for a part of ours, and when it is tried again."""
    waiting = "One episode waits" if episodes == 1 else f"{episodes} episodes wait"
    return f"{_full_stop(reason)} {waiting}; it is tried again at {until.astimezone(UTC):%H:%M} UTC."


def overdue_sentence(tick: str, *, seconds: float) -> str:
    """What has not been done for so long, whether it mends itself, and what to do."""
    return (
        f"{_DONE_BY[tick]} {round(seconds / 60)} minutes ago; the log says why. "
        "What fails is tried again by itself; what hangs goes on when you restart Podsift."
    )


def closed_sentence(opening: Opening) -> str:
    """What our key does not open, empty where it opens all; CLOSED_HELP says what to do."""
    return _CLOSED[opening]


def exit_code(error: PodsiftError) -> int:
    """What a command's exit code says: 2 wrong input or setting, 4 not available now, 1 anything else."""
    if isinstance(error, errors.BadInput | errors.SettingsError | errors.AddressRefused):
        return WRONG_INPUT
    if error.retryable or isinstance(
        error,
        errors.DataFolderBusy
        | errors.DiskNearlyFull
        | errors.IndexUnavailable
        | errors.CatalogUnavailable
        | errors.DirectoryUnavailable,
    ):
        return UNAVAILABLE
    return FAILED


def _full_stop(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."
