"""A feed's XML, read with lxml in one pass: every episode as it ends, the show last."""

import io
import re
from dataclasses import dataclass, field, replace
from typing import Final

from lxml import etree

from pipeline.adapters.feeds.channel import described_show
from pipeline.adapters.feeds.item import found_episode
from pipeline.adapters.feeds.names import Names
from pipeline.adapters.feeds.node import Node, based, named_after
from pipeline.domain.errors import FeedUnreadable
from pipeline.domain.feed import FeedUpdate, FoundEpisode

MOST_TAGS: Final = 800_000
"""Tags outside of CDATA that are read: ten thousand episodes have fewer."""

MOST_EPISODES: Final = 10_000
"""Episodes of one feed that are read; the rest is left out, with a warning."""

_ITEMS: Final = ("item", "{*}item", "entry", "{*}entry", "rss:item", "atom:entry")
_EPISODES: Final = frozenset({"item", "entry"})
# An item may stand in any odd place (a category that was never closed), but not in one of these.
_NO_PLACE: Final = _EPISODES | {"podcast:liveitem", "description", "summary", "content", "content:encoded"}
_FEEDS: Final = frozenset({"rss", "feed", "rdf:rdf", "rdf", "channel"})
_OPENED: Final = re.compile(rb"<(?:[A-Za-z]{1,10}:)?(?:item|entry)[\s>]", re.IGNORECASE)
_CDATA: Final = re.compile(rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL)
_HARMLESS: Final = frozenset({"NS_ERR_UNDEFINED_NAMESPACE", "WAR_NS_URI", "WAR_NS_URI_RELATIVE"})


@dataclass(frozen=True, slots=True)
class Reading:
    """What one pass found. `root` is the name of the first element, empty when there is none.

    `update` is None when the document is no feed. `has_faults` says that it is not well-formed, `is_short` that
    more episodes begin in the bytes than were read.
    """

    root: str
    update: FeedUpdate | None
    has_faults: bool
    is_short: bool = False


@dataclass(slots=True)
class _Pass:
    """The state of one pass over a document."""

    url: str
    names: Names = field(default_factory=Names)
    episodes: list[FoundEpisode] = field(default_factory=list)
    base: str | None = None
    root: etree._Element | None = None
    is_full: bool = False
    is_broken: bool = False


def read_document(body: bytes, *, url: str) -> Reading:
    """Read UTF-8 bytes; nothing outside of them is loaded, entities are not expanded, faults are skipped.

    Raises FeedUnreadable for more tags than a feed can have.
    """
    if body.count(b"<") > MOST_TAGS and _without_cdata(body).count(b"<") > MOST_TAGS:
        raise FeedUnreadable("a document with too many elements")
    events = etree.iterparse(
        io.BytesIO(body),
        events=("end",),
        tag=_ITEMS,
        encoding="utf-8",
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    state = _Pass(url)
    _take_items(events, state)
    has_faults = state.is_broken or any(entry.type_name not in _HARMLESS for entry in events.error_log)
    # Names in capitals are other names to XML, and what feedparser is for.
    has_faults = has_faults or (not state.episodes and bool(_opened(body)))
    # The parser names the root only at the end, which we do not wait for in an overfull feed.
    return _reading(body, events.root if state.root is None else state.root, state, has_faults=has_faults)


def _reading(body: bytes, root: etree._Element | None, state: _Pass, *, has_faults: bool) -> Reading:
    if root is None:
        return Reading("", None, has_faults=True)
    name = state.names.of(root)
    if name not in _FEEDS:
        return Reading(name, None, has_faults=has_faults)
    is_short = has_faults and not state.is_full and _opened(body) > len(state.episodes)
    is_cut = has_faults and not state.is_full and _is_cut(body, name)
    if is_cut and state.episodes and _is_cut_inside_an_item(body):
        state.episodes.pop()
    try:
        update = _update(root, state, is_cut=is_cut)
    except UnicodeDecodeError:
        return Reading(name, None, has_faults=True)
    update = replace(update, is_whole=not (is_cut or is_short or state.is_full))
    return Reading(name, update, has_faults=has_faults, is_short=is_short)


def _take_items(events: "etree.iterparse[tuple[str, etree._Element]]", state: _Pass) -> None:
    """Turn each item into an episode and free it, until the end, the limit, or where the parser gives up."""
    try:
        for _, element in events:
            if not _is_episode(element, state.names):
                continue
            if len(state.episodes) >= MOST_EPISODES:
                state.is_full = True
                state.root = element.getroottree().getroot()
                break
            _take(element, state)
            element.clear()
    except etree.LxmlError:
        state.is_broken = True


def _take(element: etree._Element, state: _Pass) -> None:
    try:
        state.episodes.append(found_episode(Node(element, names=state.names, base=_base(element, state))))
    except UnicodeDecodeError:  # the number of a character that does not exist; the mended text has none
        state.is_broken = True


def _is_episode(element: etree._Element, names: Names) -> bool:
    if names.of(element) not in _EPISODES or element.getparent() is None:
        return False
    return not any(names.of(ancestor) in _NO_PLACE for ancestor in element.iterancestors())


def _base(item: etree._Element, state: _Pass) -> str:
    """The address that the items' relative ones are relative to; the first item settles it for all."""
    if state.base is None:
        state.base = state.url
        for element in reversed(list(item.iterancestors())):
            state.base = based(state.base, element)
    return state.base


def _opened(body: bytes) -> int:
    """How many items begin in the bytes."""
    return sum(1 for _ in _OPENED.finditer(_without_cdata(body)))


def _without_cdata(body: bytes) -> bytes:
    return _CDATA.sub(b"", body)


def _is_cut(body: bytes, root: str) -> bool:
    """Whether the end of the document is missing."""
    closing = rb"</(?:\w{1,10}:)?" + re.escape(root.rpartition(":")[2].encode()) + rb"\s*>"
    return re.search(closing, body[-2_000:], re.IGNORECASE) is None


def _is_cut_inside_an_item(body: bytes) -> bool:
    return any(body.rfind(b"<" + name) > body.rfind(b"</" + name) for name in (b"item", b"entry"))


def _update(root: etree._Element, state: _Pass, *, is_cut: bool) -> FeedUpdate:
    show = _show(root, state)
    if not show.title:
        show = replace(show, title=named_after(state.url))
    episodes, warnings = _each_once(state.episodes)
    if is_cut:
        warnings.append("The feed was cut off before its end; the episodes before the cut were read.")
    if state.is_full:
        warnings.append(f"The feed has more than {MOST_EPISODES:,} episodes; the others were left out.")
    if show.persons:
        episodes = [e if e.persons else replace(e, persons=show.persons) for e in episodes]
    return replace(show, episodes=tuple(episodes), warnings=tuple(warnings))


def _show(root: etree._Element, state: _Pass) -> FeedUpdate:
    top = Node(root, names=state.names, base=state.url)
    channel = next(top.all("channel"), top)
    show = described_show(channel)
    if channel is top or show.image:
        return show
    # RDF keeps the image beside the channel.
    return replace(show, image=described_show(top).image)


def _each_once(found: list[FoundEpisode]) -> tuple[list[FoundEpisode], list[str]]:
    """The first episode of each guid, and a warning about the others."""
    by_guid: dict[str, FoundEpisode] = {}
    for episode in found:
        by_guid.setdefault(episode.guid, episode)
    doubles = len(found) - len(by_guid)
    warnings = [f"{doubles} items repeat the guid of another one and were left out."] if doubles else []
    return list(by_guid.values()), warnings
