"""Nobody's text is markup in Slack: escaping, and the signs that Slack would turn into something else."""

import re
from collections.abc import Iterator
from typing import Final

from bot.texts.message import Span, Text

_JOINER: Final = "\u2060"
"""Takes no room, and keeps Slack from reading `<!channel>` where it promises to read nothing."""
_OPENERS: Final = re.compile(r"<(?=[!@#])")
_EMOJI: Final = re.compile(r":(?=[a-z0-9_+'-]*[a-z][a-z0-9_+'-]*:)", re.IGNORECASE)
_EDGE_UNDERSCORE: Final = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_LOOKALIKES: Final = str.maketrans({"*": "\u2217", "~": "\u223c", "`": "\u02cb", "|": "\u00a6"})
_ENTITIES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_WORDY: Final = re.compile(r"\w")
_OUR_STYLES: Final = (("code", "`"), ("italic", "_"), ("bold", "*"))


def literal(words: str) -> str:
    """Words for a place that Slack shows as they are (plain and rich text): even there no mention can be read."""
    return _OPENERS.sub(f"<{_JOINER}", words)


def escaped(words: str) -> str:
    """Words with Slack's three entities, for every place that Slack parses."""
    return words.translate(_ENTITIES)


def unmarked(words: str) -> str:
    """Escaped words in which no sign makes text bold, struck, code, a quotation or an emoji."""
    plain = _EDGE_UNDERSCORE.sub("\u02cd", words.translate(_LOOKALIKES))
    plain = _EMOJI.sub("\u2236", plain)
    return escaped(f"\u203a{plain[1:]}" if plain.startswith(">") else plain)


def marked(spans: Text) -> str:
    """The spans in Slack's own markup. A style that would touch a letter outside is left out: Slack would show it."""
    parts = [span for span in spans if span.text]
    out: list[str] = []
    for number, span in enumerate(parts):
        before = parts[number - 1].text[-1] if number else " "
        after = parts[number + 1].text[0] if number + 1 < len(parts) else " "
        out.append(_marked_span(span, is_free=not (_WORDY.match(before) or _WORDY.match(after))))
    return "".join(out)


def weight(words: str) -> int:
    """How much of a limit the words use: Slack counts in UTF-16 and after escaping."""
    return len(words) + 4 * words.count("&") + 3 * (words.count("<") + words.count(">")) + _wide(words)


def parts_of(spans: Text, *, most: int, each: int) -> Iterator[Text]:
    """The spans in parts of at most `most` by weight, a span counting `each` more and its address; nothing is lost."""
    part: list[Span] = []
    room = most
    for span in spans:
        fixed = each + weight(span.href or "")
        for words in _pieces(span.text, max(1, most - fixed)):
            needed = weight(words) + fixed
            if part and needed > room:
                yield tuple(part)
                part, room = [], most
            part.append(Span(words, bold=span.bold, italic=span.italic, code=span.code, href=span.href))
            room -= needed
    if part:
        yield tuple(part)


def first_piece(words: str, most: int) -> str:
    """As much of the words as weighs at most `most`."""
    return next(_pieces(words, most), "")


def _marked_span(span: Span, *, is_free: bool) -> str:
    words = unmarked(span.text)
    if span.href:
        words = f"<{escaped(span.href)}|{words}>"
    styles = [sign for name, sign in _OUR_STYLES if getattr(span, name)]
    stripped = words.strip()
    if not styles or not stripped:
        return words
    touches = words == stripped and not is_free
    if touches:
        return words
    lead, tail = words[: len(words) - len(words.lstrip())], words[len(words.rstrip()) :]
    for sign in styles:
        stripped = f"{sign}{stripped}{sign}"
    return f"{lead}{stripped}{tail}"


def _wide(words: str) -> int:
    return 0 if words.isascii() else sum(char > "\uffff" for char in words)


def _pieces(words: str, most: int) -> Iterator[str]:
    """Cut between words where one ends in the later half, else anywhere."""
    while weight(words) > most:
        end = _reach(words, most)
        space = words.rfind(" ", end // 2, end)
        end = space + 1 if space > 0 else end
        yield words[:end]
        words = words[end:]
    if words:
        yield words


def _reach(words: str, most: int) -> int:
    used = 0
    for number, char in enumerate(words):
        used += weight(char)
        if used > most:
            return max(number, 1)
    return len(words)
