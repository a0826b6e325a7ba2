"""One block of a message as Slack's blocks, each within Slack's limits.

Running text becomes rich text: its parts are data, so nothing in them is ever read as markup. Small text has no such
form and is escaped instead.
"""

from collections.abc import Iterator
from typing import Any, Final

from bot.slack.inert import first_piece, literal, marked, parts_of, weight
from bot.texts.message import Block, Bullets, Button, Buttons, Divider, Heading, Paragraph, Quote, Small, Span, Text

Json = dict[str, Any]

LONGEST_HEADER: Final = 150
LONGEST_LABEL: Final = 75
LONGEST_SMALL: Final = 2_000
LONGEST_TEXT: Final = 2_500
"""Characters of running text in one block: Slack allows a section 3,000."""
BUTTONS_IN_A_ROW: Final = 5
_EACH_SPAN: Final = 60
"""What the JSON around a span weighs."""
_LONGEST_LIST_JSON: Final = 4_000
_LONGEST_HREF: Final = 1_200
"""By weight; a longer address is left out rather than let it crowd out the words."""


def slack_blocks(block: Block) -> list[Json]:  # noqa: PLR0911  one return for each kind
    """The block for Slack; several where it is long, none where it is empty."""
    match block:
        case Heading(spans):
            return _heading(spans)
        case Paragraph(spans):
            return [_rich("rich_text_section", part) for part in _parts(spans)]
        case Quote(spans):
            return [_rich("rich_text_quote", part) for part in _parts(spans)]
        case Bullets(items):
            return _bullets(items)
        case Small(spans):
            return _small(spans)
        case Buttons(buttons):
            return _rows(buttons)
        case Divider():
            return [{"type": "divider"}]


def _heading(spans: Text) -> list[Json]:
    title = literal("".join(span.text for span in spans)).strip()
    if not title:
        return []
    if weight(title) > LONGEST_HEADER:
        return [_rich("rich_text_section", part) for part in _parts(tuple(_emboldened(span) for span in spans))]
    return [{"type": "header", "text": {"type": "plain_text", "text": title, "emoji": False}}]


def _emboldened(span: Span) -> Span:
    return Span(span.text, bold=True, italic=span.italic, code=span.code, href=span.href)


def _parts(spans: Text) -> Iterator[Text]:
    return parts_of(_seen(spans), most=LONGEST_TEXT, each=_EACH_SPAN)


def _seen(spans: Text) -> Text:
    """Without spans that show nothing; empty when all are blank."""
    kept = tuple(span if weight(span.href or "") <= _LONGEST_HREF else _unlinked(span) for span in spans if span.text)
    return kept if any(span.text.strip() for span in kept) else ()


def _rich(kind: str, spans: Text) -> Json:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": [_element(span) for span in spans]}]}


def _element(span: Span) -> Json:
    element: Json = {"type": "text", "text": literal(span.text)}
    if span.href:
        element = {"type": "link", "url": span.href, "text": literal(span.text)}
    style = {name: True for name in ("bold", "italic", "code") if getattr(span, name)}
    return {**element, "style": style} if style else element


def _bullets(items: tuple[Text, ...]) -> list[Json]:
    """Lists of as many items as fit one block; an item that fits none goes on as further items."""
    rows = [part for item in items for part in _parts(item)]
    blocks: list[Json] = []
    words = others = 0
    for row in rows:
        needed = sum(weight(span.text) for span in row)
        besides = sum(_EACH_SPAN + weight(span.href or "") for span in row) + _EACH_SPAN
        if not blocks or words + needed > LONGEST_TEXT or others + besides > _LONGEST_LIST_JSON:
            blocks.append({"type": "rich_text", "elements": [_empty_list()]})
            words = others = 0
        section = {"type": "rich_text_section", "elements": [_element(span) for span in row]}
        blocks[-1]["elements"][0]["elements"].append(section)
        words, others = words + needed, others + besides
    return blocks


def _empty_list() -> Json:
    return {"type": "rich_text_list", "style": "bullet", "indent": 0, "elements": []}


def _small(spans: Text) -> list[Json]:
    return [
        {"type": "context", "elements": [{"type": "mrkdwn", "text": words, "verbatim": True}]}
        for words in map(marked, parts_of(_seen(spans), most=LONGEST_SMALL - 100, each=6))
        if words.strip()
    ]


def _unlinked(span: Span) -> Span:
    return Span(span.text, bold=span.bold, italic=span.italic, code=span.code)


def _rows(buttons: tuple[Button, ...]) -> list[Json]:
    rows = [buttons[start : start + BUTTONS_IN_A_ROW] for start in range(0, len(buttons), BUTTONS_IN_A_ROW)]
    return [{"type": "actions", "elements": [_button(number, one) for number, one in enumerate(row)]} for row in rows]


def _button(number: int, button: Button) -> Json:
    """The value says what to do; the id only has to differ from its neighbours'."""
    label = first_piece(literal(button.label).strip(), LONGEST_LABEL) or "…"
    return {
        "type": "button",
        "text": {"type": "plain_text", "text": label, "emoji": True},
        "action_id": f"{button.action}#{number}",
        "value": button.action,
    }
