"""Finding the show that somebody means: an address, a web page that names its feed, an Apple link, or a name."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.app import App
from bot.operations.outcome import Outcome
from bot.shapes.lists import ChoiceShape, FoundShowShape
from bot.texts.list_replies import choice_reply
from bot.texts.wording import WRONG_INPUT
from pipeline.domain.errors import BadInput, FeedUnreadable, FetchError, NotAFeed
from pipeline.domain.feed import FeedUpdate
from pipeline.domain.intake.finding import AtAddress, FoundShow, OnApple, choose_show, what_is_meant
from pipeline.domain.intake.keyed_address import holds_a_key, without_keys

_CHOICES: Final = 3
_FEEDS_OF_A_PAGE: Final = 6


@dataclass(frozen=True, slots=True)
class Choice:
    """Several shows that may be meant by `name`, the likeliest first."""

    name: str
    shows: tuple[FoundShow, ...]

    def outcome(self) -> Outcome:
        """The question which of them it is."""
        data = ChoiceShape(
            kind="SeveralShows",
            sentence=f"Several shows may be meant by “{self.name}”:",
            hint="Add the one you mean by the address behind it.",
            mends_itself=False,
            shows=tuple(
                FoundShowShape(title=s.title, author=s.author, url=s.url, episodes=s.episodes) for s in self.shows
            ),
        )
        return Outcome(data, choice_reply(data), WRONG_INPUT)


async def find_address(app: App, text: str, *, has_sign_in: bool) -> str | Choice:
    """Where the feed, or a page that names it, is to be found. Raises BadInput or DirectoryUnavailable."""
    meant = what_is_meant(text)
    if isinstance(meant, AtAddress):
        return meant.url
    if has_sign_in:
        raise BadInput("A sign-in is sent to the feed's own address only; give that address.")
    if isinstance(meant, OnApple):
        show = await app.directory.lookup(meant)
        if show is None:
            raise BadInput(
                "Apple lists no public feed for this show. If it is for members, add the address they gave you."
            )
        return show.url
    return _one_of(meant.name, await app.directory.search(meant.name))


async def find_on_page(app: App, url: str, error: FeedUnreadable, *, has_sign_in: bool) -> str | Choice:
    """The feed with episodes that the page at `url` names. Raises NotAFeed when there is none."""
    named = () if has_sign_in else error.feed_urls[:_FEEDS_OF_A_PAGE]
    async with asyncio.TaskGroup() as group:
        readings = [group.create_task(_show_at(app, address)) for address in named]
    shows = [show for reading in readings if (show := reading.result()) is not None]
    if not shows:
        what = "a web page whose feeds have no episodes" if named else error.reason
        raise NotAFeed(without_keys(url) if holds_a_key(url) else url, what) from error
    return shows[0].url if len(shows) == 1 else Choice(url, tuple(shows[:_CHOICES]))


async def try_reading(app: App, url: str, *, credentials: str | None = None) -> tuple[str, FeedUpdate]:
    """Where the feed at `url` is and what it says; nothing is stored. Raises FetchError or FeedUnreadable."""
    fetched = await app.pipeline.fetcher.fetch(url, credentials=credentials)
    return fetched.url, await app.pipeline.parser.parse(fetched.body, url=fetched.url)


def _one_of(name: str, shows: Sequence[FoundShow]) -> str | Choice:
    if not shows:
        raise BadInput(f"No directory knows a show called “{name}”. The address of its feed or its web page works too.")
    clear = choose_show(name, shows)
    return Choice(name, tuple(shows[:_CHOICES])) if clear is None else clear.url


async def _show_at(app: App, url: str) -> FoundShow | None:
    """The show at an address; None when it cannot be read or has nothing to listen to or to read."""
    try:
        _, update = await try_reading(app, url)
    except (FetchError, FeedUnreadable):
        return None
    if not any(episode.enclosures or episode.transcripts for episode in update.episodes):
        return None
    return FoundShow(update.title, url, update.author or "", len(update.episodes))
