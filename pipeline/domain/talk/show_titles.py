"""The shows that a question names by their titles."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.domain.talk.keywords import stems

_PARTS: Final = re.compile(r"\s+[-–—|•·]\s+|:\s+|\s+with\s+", re.IGNORECASE)
_ABOUT: Final = re.compile(r"^the\s+|\s+(?:podcast|show)$", re.IGNORECASE)
_SAYS: Final = r"(?:say|said|talk|think|thought|recommend|mention|cover|discuss|explain|call)\w*"


@dataclass(frozen=True, slots=True)
class Named:
    """The ids of the shows that are named, and the question with «it» in place of their titles."""

    shows: tuple[str, ...] = ()
    subject: str = ""


def shows_named(question: str, titles: Mapping[str, str]) -> Named:
    """The shows whose titles, given by their ids, stand in the question; none where it asks nothing else.

    A title of one word is mostly a word like any other («What is a syntax?»), so it must stand where only a show can:
    «does Syntax say», «the Syntax podcast», «on Syntax».
    """
    subject, shows = question, []
    known = [(form, show) for show, title in titles.items() for form in _forms(title)]
    for form, show in sorted(known, key=lambda each: -len(each[0])):
        found = _pattern(form).search(question)
        if found is not None:
            shows.append(show)
            subject = _pattern(form).sub("it", subject)
    if not stems(subject):
        return Named()
    return Named(tuple(dict.fromkeys(shows)), subject) if shows else Named()


def _forms(title: str) -> Iterator[str]:
    """How people write a title: whole, its first part, each without «The» and «Podcast»."""
    whole = " ".join(title.split())
    forms = [form for part in (whole, _PARTS.split(whole)[0]) for form in (part, _ABOUT.sub("", part))]
    yield from dict.fromkeys(form for form in forms if len(form) > 2)  # noqa: PLR2004  letters name nothing


def _pattern(form: str) -> re.Pattern[str]:
    words = re.findall(r"\w+", form)
    name = r"\b" + r"\W+".join(map(re.escape, words)) + r"\b"
    if len(words) > 1:
        return re.compile(rf"{name}(?:['’]s)?", re.IGNORECASE)
    return re.compile(
        rf"(?<=\bdoes ){name}(?=\s+{_SAYS})|(?<=\bdid ){name}(?=\s+{_SAYS})|(?<=\bhas ){name}(?=\s+{_SAYS})"
        rf"|(?<=\bon ){name}(?=\s*(?:[?.!,]|$))|\b(?:the\s+)?{name}\s+(?:podcast|show|episodes?)\b"
    )
