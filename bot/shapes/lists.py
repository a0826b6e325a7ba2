"""The documented shapes of finding, importing, exporting and taking up old episodes; see `shapes.py`."""

from datetime import datetime
from typing import Literal

from bot.shapes.commands import AddedShape, ErrorShape, FeedFailureShape, Shape


class FoundShowShape(Shape):
    """A show that may be meant; `url` is the address of its feed, `episodes` how many it is said to have."""

    title: str
    author: str
    url: str
    episodes: int | None


class ChoiceShape(ErrorShape):
    """`podsift add NAME` when several shows have the name: nothing was added, one of `shows` has to be chosen."""

    shows: tuple[FoundShowShape, ...]


class SeveralAddedShape(Shape):
    """`podsift add` with several addresses: what became of each."""

    added: tuple[AddedShape, ...]
    failed: tuple[FeedFailureShape, ...]


class ListedShape(Shape):
    """A show of a list. A private feed's `url` is shown without what opens it."""

    title: str
    url: str
    audience: Literal["public", "private"]


class ImportShape(Shape):
    """`podsift import`. With `dry_run` nothing was stored, and `new` could be added."""

    dry_run: bool
    new: tuple[ListedShape, ...]
    duplicate: tuple[ListedShape, ...]
    unreachable: tuple[FeedFailureShape, ...]


class ExportShape(Shape):
    """`podsift export`: `opml` is the document; `left_out` counts the private feeds that are not in it."""

    shows: tuple[ListedShape, ...]
    left_out: int
    opml: str


class BackfillShape(Shape):
    """`podsift backfill`: what the newest `episodes` of `held` mean; nothing happens before `started`.

    `published` of them have a transcript of their publisher, `to_transcribe` are `hours` of audio (null: unknown) and
    `unreadable` have neither a transcript nor something that could transcribe them. `dollars` is what the language
    model may cost, 0 without one, null when it cannot be told.
    """

    title: str
    held: int
    episodes: int
    oldest: datetime | None
    published: int
    to_transcribe: int
    hours: float | None
    unreadable: int
    dollars: float | None
    started: bool
    hosted: str = ""
    """The hosted model that would transcribe; empty: this machine does."""
