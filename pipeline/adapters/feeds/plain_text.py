"""HTML as publishers write it becomes one line of plain text."""

import html
import re
from typing import Final

from lxml import etree

_TAG: Final = re.compile(r"<[A-Za-z/!?]")
_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BLOCK: Final = re.compile(
    r"<(?=/?(?:p|br|hr|li|ul|ol|dl|dt|dd|div|tr|td|th|table|h[1-6]|blockquote|pre|section|article|figure|img)\b)",
    re.IGNORECASE,
)


def plain_text(markup: str) -> str:
    """The text a reader would see, white space collapsed; scripts and styles are left out."""
    text = markup
    if "<" in text and _TAG.search(text):
        text = _visible(text)
    elif "&" in text:
        text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    return " ".join(text.split())


def _visible(markup: str) -> str:
    """A space stands where one block ends and the next begins; words inside a line are never torn apart."""
    spaced = _BLOCK.sub(" <", markup).encode("utf-8", errors="replace")
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        root = etree.fromstring(b"<div>" + spaced, parser)
    except etree.LxmlError:
        return ""
    for hidden in root.iter("script", "style"):
        hidden.text = None
    return etree.tostring(root, method="text", encoding="unicode")
