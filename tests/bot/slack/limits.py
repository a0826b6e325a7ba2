"""Slack's documented limits, written down apart from the renderer, and the words a block shows."""

import json
import re
from typing import Any

_LIVE = re.compile(r"<(?:[!@#]|(?!https?://))")
_STYLED = re.compile(r"(?<!\w)[*~`](?=\S)")


def flaws(arguments: dict[str, Any]) -> list[str]:
    """What Slack would refuse or turn into markup in these arguments of a post; empty when all is well."""
    blocks = arguments.get("blocks", [])
    found = [flaw for block in blocks for flaw in _flaws_of(block)]
    whole = json.dumps(blocks, ensure_ascii=False)
    found += ["too many blocks"] if len(blocks) > 50 else []
    found += ["too much JSON"] if len(whole) > 12_000 else []
    found += ["no text"] if not arguments.get("text") else []
    found += ["text too long"] if len(arguments.get("text", "")) > 40_000 else []
    found += ["a mention"] if re.search(r"<[!@#]", whole) or _LIVE.search(arguments.get("text", "")) else []
    return found


def words_shown(block: dict[str, Any]) -> str:
    """The words of a block, addresses left out, buttons in brackets."""
    if block["type"] == "actions":
        return " ".join(f"[{one['text']['text']}]" for one in block["elements"])
    if block["type"] == "context":
        return " ".join(re.sub(r"<[^|<>]+\|([^<>]*)>", r"\1", one["text"]) for one in block["elements"])
    if "text" in block and isinstance(block["text"], str):
        return str(block["text"])
    if "text" in block:
        return str(block["text"]["text"])
    joint = "" if block["type"] == "rich_text_section" else "\n  - " if block["type"] == "rich_text_list" else ""
    lead = "> " if block["type"] == "rich_text_quote" else joint
    return lead + joint.join(words_shown(one) for one in block.get("elements", []))


def _flaws_of(block: dict[str, Any]) -> list[str]:
    match block["type"]:
        case "header":
            return _sized(block["text"], 150, kind="plain_text")
        case "context":
            found = [] if 1 <= len(block["elements"]) <= 10 else ["context elements"]
            return found + [flaw for one in block["elements"] for flaw in _sized(one, 2_000) + _mrkdwn(one)]
        case "actions":
            return _actions(block["elements"])
        case "rich_text":
            return _rich(block)
        case "divider":
            return []
        case other:
            return [f"a block of kind {other}"]


def _sized(text: dict[str, Any], most: int, *, kind: str = "mrkdwn") -> list[str]:
    found = [] if 1 <= len(text["text"].encode("utf-16-le")) // 2 <= most else [f"length of {text['text'][:40]!r}"]
    return found if text["type"] == kind else [*found, "kind of text"]


def _mrkdwn(text: dict[str, Any]) -> list[str]:
    without_links = re.sub(r"<https?://[^|<>\s]+\|[^<>]*>", "", text["text"])
    return [f"live: {without_links[:60]!r}"] if "<" in without_links or ">" in without_links else []


def _actions(elements: list[dict[str, Any]]) -> list[str]:
    ids = [one["action_id"] for one in elements]
    found = [] if 1 <= len(elements) <= 25 and len(ids) == len(set(ids)) else ["buttons"]
    for one in elements:
        found += _sized(one["text"], 75, kind="plain_text")
        found += [] if len(one["action_id"]) <= 255 and 1 <= len(one["value"]) <= 2_000 else ["action"]
    return found


def _rich(block: dict[str, Any]) -> list[str]:
    found: list[str] = []
    inner = [part for one in block["elements"] for part in _leaves(one)]
    found += [] if inner else ["empty rich text"]
    for leaf in inner:
        found += [] if leaf["text"] and leaf["type"] in {"text", "link"} else ["empty text"]
        found += [] if leaf["type"] == "text" or re.match(r"https?://", leaf["url"]) else ["address"]
    total = sum(len(leaf["text"]) for leaf in inner)
    return found if total <= 3_000 else [*found, "rich text too long"]


def _leaves(element: dict[str, Any]) -> list[dict[str, Any]]:
    if "elements" not in element:
        return [element]
    return [leaf for one in element["elements"] for leaf in _leaves(one)]
