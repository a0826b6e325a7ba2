"""Text as Discord's Markdown: our styles are marked up, what anybody else wrote never is."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from bot.texts.message import Span, Text

_GUARD: Final = "\u200b"
"""Takes no room; between two styled spans it keeps their marks apart, behind an @ it breaks the mention."""
_MARKS: Final = re.compile(r"([\\*_~`|<>\[\]/])")
_LINE_MARK: Final = re.compile(r"^(\s*\d*)([-#+.)])")
_EVERYBODY: Final = re.compile(r"@(?=everyone|here)", re.IGNORECASE)


def marked_up(spans: Text) -> str:
    """The text on one line of Discord's Markdown. Nothing in the words can mention, link, format or embed."""
    out = ""
    for span in _joined(spans):
        styled = _styled(span, opens_line=not out.strip())
        out += f"{_GUARD}{styled}" if out and _touch(out, styled) else styled
    return out


def escaped(words: str, *, opens_line: bool = True) -> str:
    r"""`words` so that Discord shows them as they are.

    Every slash is escaped too: neither `https:\//` nor `discord.gg\/` is an address any more.
    """
    words = _MARKS.sub(r"\\\1", words)
    if opens_line:
        words = _LINE_MARK.sub(r"\1\\\2", words)
    return _EVERYBODY.sub(f"@{_GUARD}", words)


def _joined(spans: Text) -> Iterator[Span]:
    """Neighbours of one style as one span: `**a****b**` would be read otherwise."""
    before: Span | None = None
    for span in spans:
        if before is not None and replace(before, text=span.text) == span:
            before = replace(before, text=before.text + span.text)
            continue
        if before is not None:
            yield before
        before = span
    if before is not None:
        yield before


def _styled(span: Span, *, opens_line: bool) -> str:
    core = span.text.strip()
    is_plain = not (span.bold or span.italic or span.code or span.href)
    if not core or is_plain:
        return escaped(span.text, opens_line=opens_line)
    lead, trail = span.text[: span.text.index(core)], span.text[span.text.index(core) + len(core) :]
    # Backslashes mean nothing inside code, so its own mark and mentions give way.
    said = (
        f"`{_EVERYBODY.sub(f'@{_GUARD}', core.replace('`', chr(39)))}`"
        if span.code
        else escaped(core, opens_line=False)
    )
    if span.href and not span.code:
        said = f"[{said}](<{span.href}>)"
    said = f"_{said}_" if span.italic else said
    return f"{lead}**{said}**{trail}" if span.bold else f"{lead}{said}{trail}"


def _touch(before: str, after: str) -> bool:
    if before[-1] == "_" and after[0].isalnum():  # an underscore ends italics only where no letter follows
        return True
    return before[-1] in "*_`" and after[0] in "*_`"
