"""Which part of a web page is the transcript, and which pages have none."""

import re
from typing import Final

from lxml import etree, html

from pipeline.adapters.transcripts.markup import one_line
from pipeline.adapters.transcripts.speakers import labelled, speaker_names
from pipeline.adapters.transcripts.times import parse_time
from pipeline.domain.errors import TranscriptUnreadable

_SILENT: Final = ("script", "style", "noscript", "template", "svg", "iframe", "object", "button", "select", "textarea")
_CHROME: Final = ("nav", "header", "footer", "aside", "form", "menu")
_NAMED = re.compile(r"transcri|transkri|trascri", re.IGNORECASE)
_HEADING = re.compile(r"\W*(?:full |episode |the )*(?:transcri\w*|transkri\w*|trascri\w*)\W*$", re.IGNORECASE)
_HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6", "summary")
_TROUBLE = re.compile(
    r"\b(?:40\d|410|429|50[0-4]|not found|error|forbidden|access denied|unavailable|just a moment|captcha|maintenance"
    r"|are you (?:a )?(?:human|robot)|unauthori[sz]ed|gone)\b",
    re.IGNORECASE,
)
_SIGN_IN = re.compile(
    r"\b(?:sign in|log ?in|sign up|subscribe to continue|anmelden|connexion|iniciar sesi[oó]n)\b", re.IGNORECASE
)
_FEW_WORDS: Final = 300
_FEWEST_WORDS: Final = 30
_MANY_TURNS: Final = 8
_LINE: Final = 200


def transcript_part(page: html.HtmlElement) -> html.HtmlElement:
    """The element that holds the transcript, without menus and scripts. Raises TranscriptUnreadable without one."""
    _drop(page, _SILENT)
    _refuse_trouble(page)
    body = page.find("body")
    whole = page if body is None else body
    has_chrome = any(True for _ in whole.iter(*_CHROME))
    if not has_chrome and _turns(whole):
        return whole
    part = _named_part(whole)
    if part is None:
        part = _after_heading(whole)
    _drop(whole if part is None else part, _CHROME)
    if part is not None:
        return part
    if has_chrome and _turns(whole) < _MANY_TURNS:
        raise TranscriptUnreadable("it is a web page without a recognisable transcript")
    if _words(whole) < _FEWEST_WORDS:
        raise TranscriptUnreadable("it is a web page that says next to nothing")
    return whole


def is_turn_mark(element: etree._Element) -> bool:
    """Whether this `cite` names somebody, or this `time` is a time of the episode rather than a date."""
    text = text_of(element)
    return bool(text) if element.tag == "cite" else ":" in text and parse_time(text) is not None


def text_of(element: etree._Element) -> str:
    """All the text inside, on one line."""
    return one_line("".join(str(text) for text in element.itertext()))


def _refuse_trouble(page: html.HtmlElement) -> None:
    if _words(page) > _FEW_WORDS or _turns(page):
        return
    heads = " ".join(text_of(element) for element in page.iter("title", "h1", "h2"))
    has_password = any(str(field.get("type", "")).lower() == "password" for field in page.iter("input"))
    if has_password or _SIGN_IN.search(heads):
        raise TranscriptUnreadable("it is a sign-in page")
    if _TROUBLE.search(heads):
        raise TranscriptUnreadable("it is an error page")


def _drop(part: html.HtmlElement, tags: tuple[str, ...]) -> None:
    for element in [*part.iter(*tags)]:
        if element is not part and element.getparent() is not None:
            element.drop_tree()


def _turns(part: html.HtmlElement) -> int:
    """How often somebody is named or a time is given: by elements, or by `Name:` at the start of a block."""
    marks = sum(is_turn_mark(element) for element in part.iter("cite", "time"))
    lines = [_beginning(element) for element in part.iter("p", "li", "dt", "div")]
    names = speaker_names(lines)
    return max(marks, sum(labelled(line, names).speaker is not None for line in lines) if len(names) > 1 else 0)


def _beginning(element: etree._Element) -> str:
    """The first words inside; never all, because elements may be nested in each other by the thousand."""
    length = 0
    texts: list[str] = []
    for text in element.itertext():
        texts.append(str(text))
        length += len(text)
        if length > _LINE:
            break
    return one_line("".join(texts))[:_LINE]


def _named_part(whole: html.HtmlElement) -> html.HtmlElement | None:
    """The element with the most words whose id or class speaks of a transcript, or what holds several such lines."""
    families: dict[html.HtmlElement, list[html.HtmlElement]] = {}
    inside: set[html.HtmlElement] = set()
    for element in whole.iterdescendants():
        parent = element.getparent()
        if parent in inside:
            inside.add(element)
        elif parent is not None and _NAMED.search(f"{element.get('id', '')} {element.get('class', '')}"):
            inside.add(element)
            families.setdefault(parent, []).append(element)
    words = {parent: sum(map(_words, named)) for parent, named in families.items()}
    parent = max(words, key=lambda family: words[family], default=None)
    if parent is None or words[parent] < _FEWEST_WORDS:
        return None
    named = sorted(families[parent], key=_words)
    return named[-1] if _words(named[-1]) > words[parent] / 2 else parent


def _after_heading(whole: html.HtmlElement) -> html.HtmlElement | None:
    """What follows the heading «Transcript», up to the next heading of its rank."""
    heading = next((e for e in whole.iter(*_HEADINGS) if _HEADING.match(text_of(e))), None)
    if heading is None:
        return None
    level = _HEADINGS.index(str(heading.tag))
    at: html.HtmlElement | None = heading
    while at is not None and at is not whole:
        part = html.Element("div")
        for element in [*at.itersiblings()]:
            if element.tag in _HEADINGS[: level + 1]:
                break
            part.append(element)
        if _words(part) >= _FEWEST_WORDS:
            return part
        at = at.getparent()
    return None


def _words(part: etree._Element) -> int:
    return len(text_of(part).split())
