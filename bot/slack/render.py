"""Messages for Slack: pure, within every limit, and nothing of anybody's text is a mention, a link or markup."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from bot.slack.blocks import Json, slack_blocks
from bot.slack.inert import escaped, first_piece, unmarked
from bot.texts.message import Block, Bullets, Heading, Message, Paragraph, Quote, Small, Span, Text, plain
from bot.texts.reading import shortened

MOST_BLOCKS: Final = 50
MOST_VIEW_BLOCKS: Final = 100
LONGEST_JSON: Final = 12_000
"""Characters of a message's blocks as JSON. Slack refuses somewhere above 13,000 and documents nothing."""
LONGEST_TEXT: Final = 3_000
_LONGEST_PLAIN: Final = 3_900
"""An update takes 4,000 characters."""
_SHORTER: Final = (600, 300, 150, 80, 40)


@dataclass(frozen=True, slots=True)
class Payload:
    """What one message is in Slack. `text` is the notification, or the whole message where there are no blocks."""

    text: str
    blocks: tuple[Json, ...] = ()

    def arguments(self) -> dict[str, Any]:
        """As arguments of chat.postMessage and its kin."""
        body: dict[str, Any] = {"text": self.text, "unfurl_links": False, "unfurl_media": False}
        return {**body, "blocks": list(self.blocks)} if self.blocks else {**body, "mrkdwn": False}


def render(message: Message) -> tuple[Payload, ...]:
    """The message, as several payloads where one would exceed a limit; nothing is lost."""
    pages: list[list[Json]] = [[]]
    used = 2
    for block in _all_blocks(message):
        size = json_length(block) + 2
        if len(pages[-1]) == MOST_BLOCKS or used + size > LONGEST_JSON:
            pages.append([])
            used = 2
        if block["type"] != "divider" or pages[-1]:
            pages[-1].append(block)
            used += size
    text = _notification(message)
    return tuple(Payload(text, tuple(page)) for page in pages if page) or (Payload(text),)


def render_one(message: Message) -> Payload:
    """The message as exactly one payload. Where it is too long for one, its longest texts and then links give way."""
    tries: list[Callable[[Span], Span]] = [lambda span: span]
    tries += [_cut_to(longest) for longest in _SHORTER]
    tries += [_without_link]
    for change in tries:
        pages = render(replace(message, blocks=tuple(_changed(block, change) for block in message.blocks)))
        if len(pages) == 1:
            return pages[0]
    return pages[0]


def render_plain(message: Message) -> Payload:
    """The words alone, for the case that Slack refuses our blocks: not even an update finds markup in them."""
    words = "\n".join(map(unmarked, first_piece(plain(message), _LONGEST_PLAIN).splitlines()))
    return Payload(words or _notification(message))


def render_view(message: Message) -> Json:
    """The message as the content of the home tab."""
    return {"type": "home", "blocks": _all_blocks(message)[:MOST_VIEW_BLOCKS]}


def json_length(value: Any) -> int:
    """Characters of the value as JSON, in UTF-16 as Slack counts."""
    return len(json.dumps(value, ensure_ascii=False).encode("utf-16-le", "surrogatepass")) // 2


def _all_blocks(message: Message) -> list[Json]:
    return [made for block in message.blocks for made in slack_blocks(block)]


def _notification(message: Message) -> str:
    """Never empty: Slack refuses a message without text, and a screen reader reads this."""
    words = unmarked(first_piece(message.fallback.strip(), LONGEST_TEXT))
    return words or escaped(first_piece(plain(message).strip(), LONGEST_TEXT)) or "Podsift"


def _cut_to(longest: int) -> Callable[[Span], Span]:
    return lambda span: replace(span, text=shortened(span.text, longest) if len(span.text) > longest else span.text)


def _without_link(span: Span) -> Span:
    return replace(span, text=shortened(span.text, _SHORTER[-1]), href=None)


def _changed(block: Block, change: Callable[[Span], Span]) -> Block:
    match block:
        case Bullets(items):
            return Bullets(tuple(_changed_text(item, change) for item in items))
        case Heading(spans):
            return Heading(_changed_text(spans, change))
        case Paragraph(spans):
            return Paragraph(_changed_text(spans, change))
        case Quote(spans):
            return Quote(_changed_text(spans, change))
        case Small(spans):
            return Small(_changed_text(spans, change))
        case _:
            return block


def _changed_text(spans: Text, change: Callable[[Span], Span]) -> Text:
    return tuple(change(span) for span in spans)
