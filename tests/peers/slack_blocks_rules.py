"""Slack's documented rules for blocks and their elements, written down apart from the renderer.

Each function gives what Slack would refuse, in words; nothing when all is well. Names of fields that Slack does not
know are refused too. Slack counts in UTF-16 units.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

Json = dict[str, Any]

LONGEST_ID: Final = 255
_LONGEST_URL: Final = 3_000
_STYLES: Final = {"bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"}
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_MENTIONS: Final = re.compile(r"<[!@#]")
_LIVE_LINK: Final = re.compile(r"<https?://[^|<>\s]{1,3000}\|[^<>]*>")
_ENTITY: Final = re.compile(r"&(?!(?:amp|lt|gt);)")


def length(words: str) -> int:
    """As Slack counts."""
    return len(words.encode("utf-16-le", "surrogatepass")) // 2


def flaws_of_blocks(blocks: Any, *, most: int, where: str = "message") -> Iterator[str]:
    """What is wrong with a list of blocks in a `message`, `modal` or `home`."""
    if not isinstance(blocks, list) or len(blocks) > most:
        yield f"blocks: {len(blocks) if isinstance(blocks, list) else type(blocks).__name__}, at most {most}"
        return
    ids = [block.get("block_id") for block in blocks if block.get("block_id")]
    if len(ids) != len(set(ids)):
        yield "block_id: twice the same"
    for number, block in enumerate(blocks):
        kind = str(block.get("type"))
        if kind not in _BLOCKS or where not in _PLACES.get(kind, ("message", "modal", "home")):
            yield f"block {number}: no {kind} in a {where}"
            continue
        yield from (f"block {number} ({kind}): {flaw}" for flaw in _flaws_of_block(block))
    markdown = sum(length(str(block.get("text"))) for block in blocks if block.get("type") == "markdown")
    if markdown > 12_000:
        yield "markdown: more than 12,000 in all"
    if sum(block.get("type") == "table" for block in blocks) > 1:
        yield "table: more than one"


def text_flaws(text: Any, most: int, *, kinds: tuple[str, ...] = ("plain_text",), least: int = 1) -> Iterator[str]:
    """What is wrong with a text object."""
    if not isinstance(text, dict) or text.get("type") not in kinds:
        yield f"text: wants {' or '.join(kinds)}, is {text!r:.60}"
        return
    yield from _unknown(text, {"type", "text"} | ({"emoji"} if text["type"] == "plain_text" else {"verbatim"}))
    yield from sized("text", text.get("text"), most, least=least)
    if least and not str(text.get("text")).strip():
        yield "text: blank"
    if text["type"] == "mrkdwn":
        yield from markup_flaws(str(text.get("text")))


def sized(name: str, words: Any, most: int, *, least: int = 1) -> Iterator[str]:
    """Whether it is text of that length, without signs that no reader sees and that turn lines round."""
    if isinstance(words, str) and _CONTROL.search(words):
        yield f"{name}: a control character"
    if not isinstance(words, str) or not least <= length(words) <= most:
        size = length(words) if isinstance(words, str) else type(words).__name__
        yield f"{name}: {size}, wants {least} to {most}"


def markup_flaws(words: str) -> Iterator[str]:
    """Mentions, and signs that are neither escaped nor a link of ours."""
    if _MENTIONS.search(words):
        yield f"a mention: {words!r:.60}"
    rest = _LIVE_LINK.sub("", words)
    if "<" in rest or ">" in rest or _ENTITY.search(rest):
        yield f"not escaped: {rest!r:.60}"


def _flaws_of_block(block: Json) -> Iterator[str]:
    known, check = _BLOCKS[block["type"]]
    yield from _unknown(block, known | {"type", "block_id"})
    if "block_id" in block:
        yield from sized("block_id", block["block_id"], LONGEST_ID)
    yield from check(block)


def _section(block: Json) -> Iterator[str]:
    both = ("plain_text", "mrkdwn")
    if "text" not in block and not block.get("fields"):
        yield "neither text nor fields"
    if "text" in block:
        yield from text_flaws(block["text"], 3_000, kinds=both)
    fields = block.get("fields", [])
    if len(fields) > 10:
        yield "more than 10 fields"
    for one in fields:
        yield from text_flaws(one, 2_000, kinds=both)
    if "accessory" in block:
        yield from element_flaws(block["accessory"], _IN_ACTIONS | {"image"})


def _header(block: Json) -> Iterator[str]:
    yield from text_flaws(block.get("text"), 150)


def _context(block: Json) -> Iterator[str]:
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= 10:
        yield f"{len(elements)} elements, wants 1 to 10"
    for one in elements:
        if one.get("type") == "image":
            yield from element_flaws(one, {"image"})
        else:
            yield from text_flaws(one, 2_000, kinds=("plain_text", "mrkdwn"))


def _actions(block: Json) -> Iterator[str]:
    yield from _elements(block, most=25, kinds=_IN_ACTIONS)


def _context_actions(block: Json) -> Iterator[str]:
    yield from _elements(block, most=5, kinds={"feedback_buttons", "icon_button"})


def _elements(block: Json, *, most: int, kinds: set[str]) -> Iterator[str]:
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= most:
        yield f"{len(elements)} elements, wants 1 to {most}"
    ids = [one.get("action_id") for one in elements if one.get("action_id")]
    if len(ids) != len(set(ids)):
        yield "action_id: twice the same"
    for one in elements:
        yield from element_flaws(one, kinds)


def _input(block: Json) -> Iterator[str]:
    yield from text_flaws(block.get("label"), 2_000)
    if "hint" in block:
        yield from text_flaws(block["hint"], 2_000)
    yield from element_flaws(block.get("element", {}), _IN_INPUT)
    if not block.get("element", {}).get("action_id"):
        yield "element without action_id"


def _image(block: Json) -> Iterator[str]:
    yield from _address("image_url", block.get("image_url"))
    yield from sized("alt_text", block.get("alt_text"), 2_000)
    if "title" in block:
        yield from text_flaws(block["title"], 2_000)


def _markdown(block: Json) -> Iterator[str]:
    yield from sized("text", block.get("text"), 12_000)
    if _MENTIONS.search(str(block.get("text"))):
        yield "a mention"


def _table(block: Json) -> Iterator[str]:
    rows = block.get("rows", [])
    if not 1 <= len(rows) <= 100 or any(len(row) > 20 for row in rows):
        yield "wants at most 100 rows of 20 cells"


def _rich_text(block: Json) -> Iterator[str]:
    parts = block.get("elements", [])
    if not parts:
        yield "no elements"
    for part in parts:
        yield from _rich_part(part)
    if sum(length(str(leaf.get("text", ""))) for part in parts for leaf in _leaves(part)) > 3_000:
        yield "more than 3,000 characters"


def _rich_part(part: Json) -> Iterator[str]:
    kind = part.get("type")
    known = {
        "rich_text_section": set[str](),
        "rich_text_quote": {"border"},
        "rich_text_preformatted": {"border", "language"},
        "rich_text_list": {"style", "indent", "offset", "border"},
    }
    if kind not in known:
        yield f"no {kind} in rich text"
        return
    yield from _unknown(part, known[kind] | {"type", "elements"})
    if not part.get("elements"):
        yield f"{kind} is empty"
    for one in part.get("elements", []):
        if kind != "rich_text_list":
            yield from _leaf(one)
        elif one.get("type") != "rich_text_section":
            yield "a list holds sections only"
        else:
            yield from _rich_part(one)
    if kind == "rich_text_list" and part.get("style") not in {"bullet", "ordered"}:
        yield "a list is bullet or ordered"


def _leaf(leaf: Json) -> Iterator[str]:
    """Text and links: our words never become a mention, an emoji or a date."""
    known = {"text": {"text"}, "link": {"text", "url", "unsafe"}}
    kind = leaf.get("type")
    if kind not in known:
        yield f"a {kind} element"
        return
    yield from _unknown(leaf, known[kind] | {"type", "style"})
    yield from sized("text", leaf.get("text"), 3_000)
    if _MENTIONS.search(str(leaf.get("text"))):
        yield "a mention"
    if kind == "link":
        yield from _address("url", leaf.get("url"))
    style = leaf.get("style", {})
    if not set(style) <= _STYLES or not all(value is True for value in style.values()):
        yield f"style {style}"


def _leaves(part: Json) -> Iterator[Json]:
    for one in part.get("elements", []):
        if one.get("type") == "rich_text_section":
            yield from _leaves(one)
        else:
            yield one


# Elements


def element_flaws(element: Json, kinds: set[str]) -> Iterator[str]:
    """What is wrong with an interactive element."""
    kind = str(element.get("type"))
    if kind not in kinds or kind not in _ELEMENTS:
        yield f"a {kind} does not belong here"
        return
    known, check = _ELEMENTS[kind]
    flaws = [*_unknown(element, known | {"type", "action_id"}), *check(element)]
    if kind != "image" and "action_id" in element:
        flaws += sized("action_id", element["action_id"], LONGEST_ID)
    if "placeholder" in element:
        flaws += text_flaws(element["placeholder"], 150)
    yield from (f"{kind}: {flaw}" for flaw in flaws)


def _button(button: Json) -> Iterator[str]:
    yield from text_flaws(button.get("text"), 75)
    if "value" in button:
        yield from sized("value", button["value"], 2_000)
    if "url" in button:
        yield from _address("url", button["url"])
    if button.get("style", "primary") not in {"primary", "danger"}:
        yield "style"
    if "accessibility_label" in button:
        yield from sized("accessibility_label", button["accessibility_label"], 75)
    if "confirm" in button:
        yield from _confirm(button["confirm"])


def _confirm(confirm: Json) -> Iterator[str]:
    for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
        kinds = ("plain_text", "mrkdwn") if name == "text" else ("plain_text",)
        yield from text_flaws(confirm.get(name), most, kinds=kinds)


def _text_input(field: Json) -> Iterator[str]:
    least, most = field.get("min_length", 0), field.get("max_length", 3_000)
    if not 0 <= least <= most <= 3_000:
        yield "lengths"
    if "initial_value" in field:
        yield from sized("initial_value", field["initial_value"], most, least=least)


def _select(field: Json) -> Iterator[str]:
    yield from _options(field.get("options", []), most=100)
    if "initial_option" in field and field["initial_option"] not in field["options"]:
        yield "initial_option is none of the options"


def _choices(field: Json) -> Iterator[str]:
    yield from _options(field.get("options", []), most=10)
    initial = field.get("initial_options", [field["initial_option"]] if "initial_option" in field else None)
    if initial is not None and (not initial or any(one not in field["options"] for one in initial)):
        yield "initial options are none of the options"


def _overflow(field: Json) -> Iterator[str]:
    yield from _options(field.get("options", []), most=5)


def _options(options: list[Json], *, most: int) -> Iterator[str]:
    if not 1 <= len(options) <= most:
        yield f"{len(options)} options, wants 1 to {most}"
    values = [option.get("value") for option in options]
    if len(values) != len(set(values)):
        yield "option values: twice the same"
    for option in options:
        yield from _unknown(option, {"text", "value", "description", "url"})
        yield from text_flaws(option.get("text"), 75, kinds=("plain_text", "mrkdwn"))
        yield from sized("option value", option.get("value"), 150)
        if "description" in option:
            yield from text_flaws(option["description"], 75, kinds=("plain_text", "mrkdwn"))


def _time(field: Json) -> Iterator[str]:
    if "initial_time" in field and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", str(field["initial_time"])):
        yield "initial_time"


def _file_input(field: Json) -> Iterator[str]:
    if not 1 <= field.get("max_files", 10) <= 10:
        yield "max_files"


def _picture(image: Json) -> Iterator[str]:
    yield from _address("image_url", image.get("image_url"))
    yield from sized("alt_text", image.get("alt_text"), 2_000)


def _anything(_element: Json) -> Iterator[str]:
    return iter(())


def _address(name: str, url: Any) -> Iterator[str]:
    yield from sized(name, url, _LONGEST_URL)
    if not re.match(r"https?://[^\s<>|]+$", str(url)):
        yield f"{name}: {url!r:.60}"


def _unknown(thing: Mapping[str, Any], known: set[str]) -> Iterator[str]:
    if extra := set(thing) - known:
        yield f"unknown: {', '.join(sorted(extra))}"


_IN_ACTIONS: Final = {
    "button", "checkboxes", "conversations_select", "channels_select", "datepicker", "overflow", "radio_buttons",
    "static_select", "timepicker", "users_select",
}  # fmt: skip
_IN_INPUT: Final = (_IN_ACTIONS - {"button", "overflow"}) | {
    "email_text_input", "file_input", "multi_static_select", "number_input", "plain_text_input", "url_text_input",
}  # fmt: skip
_PLACES: Final = {
    "input": ("modal", "home"),
    "markdown": ("message",),
    "table": ("message",),
    "context_actions": ("message",),
}
_Check = Callable[[Json], Iterator[str]]
_BLOCKS: Final[dict[str, tuple[set[str], _Check]]] = {
    "actions": ({"elements"}, _actions),
    "context": ({"elements"}, _context),
    "context_actions": ({"elements"}, _context_actions),
    "divider": (set(), _anything),
    "header": ({"text"}, _header),
    "image": ({"image_url", "alt_text", "title"}, _image),
    "input": ({"label", "element", "dispatch_action", "hint", "optional"}, _input),
    "markdown": ({"text"}, _markdown),
    "rich_text": ({"elements"}, _rich_text),
    "section": ({"text", "fields", "accessory", "expand"}, _section),
    "table": ({"rows", "column_settings"}, _table),
}
_ELEMENTS: Final[dict[str, tuple[set[str], _Check]]] = {
    "button": ({"text", "url", "value", "style", "confirm", "accessibility_label"}, _button),
    "checkboxes": ({"options", "initial_options", "confirm", "focus_on_load"}, _choices),
    "radio_buttons": ({"options", "initial_option", "confirm", "focus_on_load"}, _choices),
    "static_select": ({"placeholder", "options", "initial_option", "confirm", "focus_on_load"}, _select),
    "overflow": ({"options", "confirm"}, _overflow),
    "plain_text_input": (
        {"placeholder", "initial_value", "multiline", "min_length", "max_length", "dispatch_action_config",
         "focus_on_load"},
        _text_input,
    ),
    "url_text_input": ({"placeholder", "initial_value", "dispatch_action_config", "focus_on_load"}, _text_input),
    "timepicker": ({"placeholder", "initial_time", "confirm", "focus_on_load", "timezone"}, _time),
    "file_input": ({"filetypes", "max_files"}, _file_input),
    "image": ({"image_url", "alt_text"}, _picture),
}  # fmt: skip
