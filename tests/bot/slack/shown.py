"""The words that a block of Slack shows."""

import re
from typing import Any


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
