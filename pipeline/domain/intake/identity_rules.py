"""Which episode is it? Matching what a feed tells now with the episodes we know.

A guid is the feed's own identity, but feeds give one guid twice, use it again for another episode, or change all of
them when they move to another host. An episode must be posted once whatever they do, and none may get lost.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from pipeline.domain.episode import episode_id
from pipeline.domain.feed import FoundEpisode

_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_A_LIST: Final = 3
_NEARLY_A_DAY: Final = timedelta(hours=20)


@dataclass(frozen=True, slots=True)
class Traits:
    """What tells an episode apart when its guid does not.

    `title` is without case and extra space; `enclosure` is the address without scheme, query and fragment, because
    hosts put tokens there; `duration` in seconds.
    """

    title: str
    enclosure: str | None
    published: datetime | None
    duration: float | None


@dataclass(frozen=True, slots=True)
class Known:
    """An episode in the catalogue with all the identities (see `identity_of`) it was ever found under."""

    episode_id: str
    identities: frozenset[str]
    traits: Traits


@dataclass(frozen=True, slots=True)
class Match:
    """A found episode and the id under which it is kept."""

    episode_id: str
    found: FoundEpisode
    is_new: bool


@dataclass(frozen=True, slots=True)
class Matching:
    """One match for each episode, in the order of the feed; `identities` are those to remember: identity → episode."""

    matches: tuple[Match, ...]
    identities: tuple[tuple[str, str], ...]


def match_episodes(
    feed: str, found: Sequence[FoundEpisode], known: Iterable[Known], *, unchanged: Collection[str] = ()
) -> Matching:
    """Say for each found episode which known one it is, or that it is new.

    1. The same guid is the same episode, unless title, enclosure and published time all differ (or enclosure, day
       and length): then the feed used the guid again.
    2. Equal title, enclosure and time are one episode offered under two guids.
    3. A known episode that is missing now and resembles exactly one unknown one (see `_is_moved`) got a new guid.
       Where no known one is left at all, the feed went to another host, which may have given everything a new date.

    `unchanged` are ids of known episodes that are in the feed as they were and therefore not among `found`.
    """
    known = tuple(known)
    by_identity = {identity: (k.episode_id, k.traits) for k in known for identity in k.identities}
    placed: list[tuple[str, FoundEpisode, str | None]] = []
    seen: set[str] = set()
    for item in found:
        traits = traits_of(item)
        identity = _identity_in(feed, item, traits, by_identity)
        owner, _ = by_identity.get(identity, ("", traits))
        if identity not in seen:
            # What follows under this guid is compared with what the feed says now, as it will be next time.
            seen.add(identity)
            by_identity[identity] = (owner, traits)
        placed.append((identity, item, owner or None))
    present = {owner for _, _, owner in placed if owner is not None} | set(unchanged)
    moved = _find_moved([(i, traits_of(f)) for i, f, owner in placed if owner is None], known, present)
    return _collect(placed, moved, {k.episode_id for k in known})


def identity_of(feed: str, guid: str) -> str:
    """The key under which a guid of a feed is remembered; it also is the id of an episode first found under it."""
    return episode_id(feed, guid)


def traits_of(found: FoundEpisode) -> Traits:
    """What identifies a found episode apart from its guid."""
    first = found.enclosures[0].url if found.enclosures else None
    return make_traits(found.title, enclosure=first, published=found.published, duration=found.duration)


def make_traits(title: str, *, enclosure: str | None, published: datetime | None, duration: float | None) -> Traits:
    """Traits of raw values; traits of values taken from traits are the same again."""
    return Traits(" ".join(title.casefold().split()), bare_address(enclosure), published, duration)


def bare_address(url: str | None) -> str | None:
    """Host and path: what stays of an address when its tokens change."""
    if url is None:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return f"{parts.netloc.lower()}{parts.path}" or url


def _identity_in(feed: str, item: FoundEpisode, traits: Traits, by_identity: dict[str, tuple[str, Traits]]) -> str:
    plain, special = identity_of(feed, item.guid), identity_of(feed, f"{item.guid}\n{traits.enclosure}")
    if special in by_identity:
        return special
    _, there = by_identity.get(plain, ("", traits))
    return special if _is_another(traits, there) else plain


def _is_another(a: Traits, b: Traits) -> bool:
    """Whether two with one guid are two episodes: nothing is the same and nothing is missing.

    Bulletins keep their guid and title: theirs are two when they are a day apart and not equally long.
    """
    if a.enclosure is None or b.enclosure is None or a.published is None or b.published is None:
        return False
    if a.enclosure == b.enclosure or a.published == b.published:
        return False
    return a.title != b.title or (_is_as_long(a, b) is False and not _is_within(_NEARLY_A_DAY, a, b))


def _find_moved(
    unknown: Sequence[tuple[str, Traits]],
    known: Sequence[Known],
    present: set[str],
) -> dict[str, str]:
    """Identity → episode for the unknown ones that are a known episode, or another unknown one, after all."""
    lookup = _Lookup(known)
    result: dict[str, str] = {}
    proposals: dict[str, str] = {}
    namesakes: dict[str, str] = {}
    for identity, traits in dict(reversed(unknown)).items():
        twin = lookup.twin(traits)
        if twin is not None:
            result[identity] = twin
            continue
        near, alike = lookup.similar(traits) - present, lookup.namesakes(traits)
        if len(near) == 1:
            proposals[identity] = near.pop()
        elif not near and len(alike) == 1:
            namesakes[identity] = alike.pop()
        lookup.add_unknown(identity, traits)
    # One of the same name may be tomorrow's bulletin; a whole list of them is the show at another host.
    if not present and len(set(namesakes.values())) >= _A_LIST:
        proposals |= namesakes
    wanted = Counter(proposals.values())
    result |= {identity: owner for identity, owner in proposals.items() if wanted[owner] == 1}
    # A twin of an unknown one follows it to wherever that one went.
    return {identity: result.get(owner, owner) for identity, owner in result.items()}


class _Lookup:
    """Episodes by every pair of traits that `_is_moved` asks for: a feed of thousands is matched in one pass."""

    def __init__(self, known: Iterable[Known]) -> None:
        self._places: defaultdict[tuple[object, ...], list[tuple[str, Traits]]] = defaultdict(list)
        self._unknown: set[str] = set()
        for k in known:
            self._add(k.episode_id, k.traits)

    def add_unknown(self, identity: str, traits: Traits) -> None:
        """Let later ones find this one as their twin."""
        self._unknown.add(identity)
        self._add(identity, traits)

    def twin(self, traits: Traits) -> str | None:
        """The first episode with equal title, enclosure and time."""
        if traits.enclosure is None:
            return None
        same = self._places.get((traits.title, traits.enclosure), ())
        return next((owner for owner, there in same if _is_within(_HOUR, traits, there)), None)

    def similar(self, traits: Traits) -> set[str]:
        """The known episodes that may be this one under another guid."""
        places = [p for days in (-1, 0, 1) for p in _places_of(traits, days=days)]
        there = (entry for place in places for entry in self._places.get(place, ()))
        return {owner for owner, other in there if owner not in self._unknown and _is_moved(traits, other)}

    def namesakes(self, traits: Traits) -> set[str]:
        """The known episodes of that title and length, whatever their date."""
        there = self._places.get(("namesake", traits.title), ()) if traits.title else ()
        return {owner for owner, other in there if owner not in self._unknown and _is_as_long(traits, other) is True}

    def _add(self, owner: str, traits: Traits) -> None:
        for place in (*_places_of(traits, days=0), ("namesake", traits.title)):
            self._places[place].append((owner, traits))


def _places_of(traits: Traits, *, days: int) -> tuple[tuple[object, ...], ...]:
    places: list[tuple[object, ...]] = []
    if traits.published is not None:
        day = traits.published.toordinal() + days
        places += [("title", traits.title, day), ("enclosure", traits.enclosure, day)]
    if days == 0:
        places.append((traits.title, traits.enclosure))
    return tuple(places)


def _is_moved(a: Traits, b: Traits) -> bool:
    """Whether two with different guids are one episode.

    The enclosure alone is not enough: news shows keep one address for every day. The title alone is not enough:
    some shows give all episodes the same. The length decides what a re-dated copy is.
    """
    same_title = bool(a.title) and a.title == b.title
    same_enclosure = a.enclosure is not None and a.enclosure == b.enclosure
    is_as_long = _is_as_long(a, b)
    if is_as_long is False:
        return False
    if _is_within(_HOUR, a, b):
        return same_title or same_enclosure
    has_both_dates = a.published is not None and b.published is not None
    if same_title and same_enclosure:
        return is_as_long is True or not has_both_dates
    return same_title and is_as_long is True and _is_within(_DAY, a, b)


def _is_as_long(a: Traits, b: Traits) -> bool | None:
    """Whether both last about equally long, None when one does not say."""
    if not a.duration or not b.duration:
        return None
    return abs(a.duration - b.duration) <= max(10.0, 0.05 * max(a.duration, b.duration))


def _is_within(span: timedelta, a: Traits, b: Traits) -> bool:
    return a.published is not None and b.published is not None and abs(a.published - b.published) < span


def _collect(
    placed: Sequence[tuple[str, FoundEpisode, str | None]], moved: dict[str, str], known: set[str]
) -> Matching:
    matches: dict[str, Match] = {}
    identities: dict[str, str] = {}
    for identity, item, owner in placed:
        episode = owner or moved.get(identity, identity)
        if owner is None:
            identities[identity] = episode
        matches.setdefault(episode, Match(episode, item, is_new=episode not in known))
    return Matching(tuple(matches.values()), tuple(identities.items()))
