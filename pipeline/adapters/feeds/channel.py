"""What a feed says about the show itself."""

from pipeline.adapters.feeds import podcast_tags
from pipeline.adapters.feeds.item import author, image, page_link
from pipeline.adapters.feeds.node import Node
from pipeline.adapters.feeds.values import yes_or_no
from pipeline.domain.feed import FeedUpdate

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def described_show(channel: Node) -> FeedUpdate:
    """The show, without its episodes."""
    return FeedUpdate(
        title=channel.plain("title", "itunes:title"),
        link=page_link(channel),
        description=channel.longest("description", "itunes:summary", "subtitle", "tagline", "itunes:subtitle"),
        language=channel.plain("language", "dc:language") or channel.attribute(_LANG) or None,
        author=author(channel),
        image=image(channel),
        explicit=yes_or_no(channel.raw("itunes:explicit", "googleplay:explicit")),
        new_url=channel.page(channel.raw("itunes:new-feed-url")) or _redirected(channel),
        podcast_guid=channel.plain("podcast:guid") or None,
        locked=yes_or_no(channel.raw("podcast:locked")),
        persons=podcast_tags.persons(channel),
    )


def _redirected(channel: Node) -> str | None:
    """An old way to say that the feed has moved."""
    for redirect in channel.all("redirect"):
        return redirect.page(redirect.raw("newlocation"))
    return None
