"""Everything that can go wrong, as one tree.

PodsiftError
├── BadInput                what somebody typed or uploaded cannot be used
│   ├── NotAFeed            the address answers, but not with a feed
│   ├── UnknownFeed         no feed of that name or address is followed here
│   ├── UnknownEpisode      no such episode here
│   └── UnknownChannel      no such channel here
├── FetchError              an outside address gave nothing
│   ├── AddressRefused      not a public address, or a port or scheme we do not speak
│   ├── TooLarge            more bytes than the cap
│   ├── TooSlow             not done within the total time            (retryable)
│   ├── HttpStatus          the server said no (retryable for 429 and 5xx)
│   └── Unreachable         no connection, broken TLS, cut body       (retryable)
├── DirectoryUnavailable    no directory of shows can be asked
├── FeedUnreadable          bytes that are no feed, or hostile ones
├── FeedDeadly              a feed whose reading ends the process that does it
├── TranscriptUnreadable    a transcript that cannot be used, and why
├── NoTranscript            neither published nor transcribed, and why (retryable when a server was down)
├── AudioUnreadable         audio that cannot be decoded, and why
├── ModelError              the language model gave nothing usable
│   ├── ModelBusy           rate limit, overload, time-out            (retryable)
│   ├── ModelQuota          no credit or over our own cap
│   └── ModelRefused        it declined, or its text could not be used
├── IndexUnavailable        the index does not answer                 (retryable)
├── CatalogUnavailable      the database does not answer or takes nothing
│   └── CatalogDamaged      what it holds is damaged
├── DataFolderBusy          another process owns the data folder
├── DiskNearlyFull          less of the disk is free than is to stay free
├── SettingsError           a setting is unknown or wrong
└── DeliveryError           a message did not reach its channel
    ├── DeliveryDelayed     try again after a pause                   (retryable)
    ├── DeliveryUnknown     nobody can say whether it arrived: look before sending again
    └── DestinationGone     the channel or the permission is gone

`str(error)` is one plain sentence without secrets; the facts are attributes.
"""

from http import HTTPStatus as _Status
from typing import ClassVar


class PodsiftError(Exception):
    """The root. `retryable` says whether the same call may go well later."""

    retryable: bool = False


class BadInput(PodsiftError):
    """What somebody typed or uploaded cannot be used."""


class NotAFeed(BadInput):
    """The address answers, but not with a feed; `what` says what came instead."""

    def __init__(self, url: str, what: str) -> None:
        self.url = url
        self.what = what
        super().__init__(f"{url} is not a podcast feed: {what}")


class _Unknown(BadInput):
    noun: ClassVar[str]

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"There is no {self.noun} “{name}” here.")


class UnknownFeed(_Unknown):
    """No feed of that name or address is followed here."""

    noun = "feed"


class UnknownEpisode(_Unknown):
    """No such episode here."""

    noun = "episode"


class UnknownChannel(_Unknown):
    """No such channel here."""

    noun = "channel"


class FetchError(PodsiftError):
    """An outside address gave nothing. `url` is without userinfo and query."""

    def __init__(self, url: str, problem: str) -> None:
        self.url = url
        self.problem = problem
        super().__init__(f"{url}: {problem}")


class AddressRefused(FetchError):
    """Not a public address, or a port or scheme we do not speak."""


class TooLarge(FetchError):
    """More bytes than the cap."""


class TooSlow(FetchError):
    """Not done within the total time."""

    retryable = True


class Unreachable(FetchError):
    """No connection, broken TLS, cut body."""

    retryable = True


class HttpStatus(FetchError):
    """The server said no; `retry_after` in seconds when it named a time."""

    def __init__(self, url: str, status: int, *, retry_after: float | None = None) -> None:
        self.status = status
        self.retry_after = retry_after
        self.retryable = status == _Status.TOO_MANY_REQUESTS or status >= _Status.INTERNAL_SERVER_ERROR
        super().__init__(url, f"the server answered {status}")


class DirectoryUnavailable(PodsiftError):
    """No directory of shows can be asked; addresses of feeds work all the same."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(
            f"Shows are looked up on the internet, and that does not work now ({problem}). "
            "The address of the show's feed works without it."
        )


class FeedUnreadable(PodsiftError):
    """Bytes that are no feed, or hostile ones; `reason` completes the sentence «it is …».

    `feed_urls` are the feeds that a web page names, where the bytes are one.
    """

    def __init__(self, reason: str, *, feed_urls: tuple[str, ...] = ()) -> None:
        self.reason = reason
        self.feed_urls = feed_urls
        super().__init__(f"The feed cannot be read: {reason}")


class FeedDeadly(PodsiftError):
    """A feed whose reading ends the process that does it."""

    def __init__(self) -> None:
        super().__init__("Reading it stopped Podsift three times, and then a process of its own.")


class TranscriptUnreadable(PodsiftError):
    """A transcript that cannot be used, and why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The transcript cannot be used: {reason}")


class NoTranscript(PodsiftError):
    """Neither published nor transcribed; `reasons` has one sentence for each try.

    `retryable` is set when one of the tries may go well later (the server was down).
    """

    def __init__(self, reasons: tuple[str, ...], *, retryable: bool = False) -> None:
        self.reasons = reasons
        self.retryable = retryable
        super().__init__(" ".join(reasons) or "The publisher offers no transcript.")


class AudioUnreadable(PodsiftError):
    """Audio that cannot be decoded, and why."""


class ModelError(PodsiftError):
    """The language model gave nothing usable."""


class ModelBusy(ModelError):
    """Rate limit, overload or time-out; `retry_after` in seconds when the server named a time."""

    retryable = True

    def __init__(self, problem: str, *, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(problem)


class ModelQuota(ModelError):
    """No credit, or over our own cap."""


class ModelRefused(ModelError):
    """It declined, or its text could not be used."""


class IndexUnavailable(PodsiftError):
    """The index does not answer."""

    retryable = True


class IndexBusy(IndexUnavailable):
    """Another process fills or rebuilds the index just now."""


class CatalogUnavailable(PodsiftError):
    """The database does not answer or takes nothing; `retryable` when it is only busy, full or away for a moment."""

    def __init__(self, problem: str, *, retryable: bool = False) -> None:
        self.retryable = retryable
        super().__init__(problem)


class CatalogDamaged(CatalogUnavailable):
    """What the database holds is damaged: only a backup helps."""


class DataFolderBusy(PodsiftError):
    """Another process owns the data folder."""


class DiskNearlyFull(PodsiftError):
    """Less of the disk is free than is to stay free (`reserve` bytes): what fills it waits until there is room."""

    def __init__(self, *, reserve: int) -> None:
        self.reserve = reserve
        super().__init__(
            f"Less than {reserve / 1e9:.3g} GB of the disk is free: nothing more is read or indexed until there is "
            "room again."
        )


class SettingsError(PodsiftError):
    """A setting is unknown or wrong."""


class DeliveryError(PodsiftError):
    """A message did not reach its channel."""


class DeliveryDelayed(DeliveryError):
    """Try again after a pause of `retry_after` seconds."""

    retryable = True

    def __init__(self, problem: str, *, retry_after: float = 30.0) -> None:
        self.retry_after = retry_after
        super().__init__(problem)


class DeliveryUnknown(DeliveryError):
    """Nobody can say whether it arrived: look before sending again."""


class DestinationGone(DeliveryError):
    """The channel or the permission is gone."""
