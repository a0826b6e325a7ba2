"""`Name:` at the start of a line: who speaks, where the format has no field for it."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from pipeline.adapters.transcripts.cue import Cue

_WORD = r"[^\W\d_][\w.'’\-]*"
_PARTICLE = re.compile(
    "van|von|der|den|de|del|della|di|da|la|le|el|al|bin|ibn|ben|y|e|und|and|&|of|the|du|dos|das|ter|ten|zu"
)
_LABEL = re.compile(
    rf"(?P<turn>(?:>>+|[-–—])\s*)?[*_\[(]{{0,4}}"
    rf"(?P<name>{_WORD}(?:[ _](?:{_WORD}|&|\d{{1,3}})){{0,4}})"
    r"(?:\s?\([^()]{1,30}\))?[*_\])]{0,4}\s?[:：][*_]{0,4}(?=\s|$|[^\W\d_])"  # noqa: RUF001 - the full-width colon
)
_TURN = re.compile(r"\s*(?:>>+|&gt;&gt;)\s*")
_GENERIC = re.compile(
    r"(?:speaker|sprecher|guest|host|interviewer|voice|participant|locuteur|hablante)[ _]?(?:\d+|[A-Z])?", re.IGNORECASE
)
_NOBODY = frozenset(("unknown", "unknown speaker", "speaker", "unidentified", "unidentified speaker"))
_REMARK = re.compile(
    "notes?|https?|warning|chapter|episode|title|date|duration|subject|tip|step|update|spoiler|disclaimer|example|ps|re"
    "|also|so|and|but|well|transcript|recorded|published|links?|sources?",
    re.IGNORECASE,
)
_LONGEST: Final = 50
_MOST_WORDS: Final = 5
_OFTEN: Final = 2
_FEWEST_LINES: Final = 2
_DENSE: Final = 2
_FULL_NAME: Final = (2, 3)


class Labelled(NamedTuple):
    """A stretch of text and who says it: None when it does not say, empty when nobody is known."""

    speaker: str | None
    text: str


def label_speakers(cues: Sequence[Cue]) -> tuple[Cue, ...]:
    """The cues, of a format without a field for it, split where a line begins with a speaker's name."""
    names = speaker_names(line for cue in cues for line in cue.lines)
    return tuple(part for cue in cues for part in _split(cue, names))


def speaker_names(lines: Iterable[str]) -> frozenset[str]:
    """The labels at line starts that are names: they come back, stand among others that do, or are everywhere."""
    labels = [_match(line.strip()) for line in lines if line.strip()]
    found = Counter(label.group("name") for label in labels if label)
    if _FEWEST_LINES <= len(labels) <= _DENSE * found.total():
        return frozenset(found)
    often = {name for name, times in found.items() if times >= _OFTEN or _GENERIC.fullmatch(name)}
    if not often:
        return frozenset()
    return frozenset(often | {name for name in found if _is_full_name(name) or name.casefold() in _NOBODY})


def all_labels(lines: Iterable[str]) -> frozenset[str]:
    """Whatever looks like a name at a line start: for lines that are turns of speech for another reason."""
    return frozenset(label.group("name") for line in lines if (label := _match(line.strip())))


def labelled(line: str, names: frozenset[str]) -> Labelled:
    """The line without its label. The mark `>>` of live captions means that somebody else goes on."""
    line = line.strip()
    label = _match(line)
    if label and label.group("name") in names:
        name = label.group("name")
        return Labelled("" if name.casefold() in _NOBODY else name, line[label.end() :].strip())
    turn = _TURN.match(line)
    return Labelled("", line[turn.end() :]) if turn else Labelled(None, line)


def is_name(text: str) -> bool:
    """Whether the words look like a speaker's name: capitals, few, and none that begin a remark (`Note`)."""
    words = text.replace("_", " ").split()
    if not words or len(words) > _MOST_WORDS or len(text) > _LONGEST or _REMARK.fullmatch(words[0]):
        return False
    return all(map(_may_be_name, words)) and not _PARTICLE.fullmatch(words[-1].casefold())


def _match(line: str) -> re.Match[str] | None:
    label = _LABEL.match(line)
    return label if label and is_name(label.group("name")) and not line[label.end() :].startswith("//") else None


def _is_full_name(name: str) -> bool:
    words = name.split()
    return len(words) in _FULL_NAME and words[0] != "The" and not any(word[0].islower() for word in words)


def _may_be_name(word: str) -> bool:
    return bool(_PARTICLE.fullmatch(word)) or not word[0].islower()


def _split(cue: Cue, names: frozenset[str]) -> Iterator[Cue]:
    speaker: str | None = cue.speaker
    lines: list[str] = []
    for line in cue.lines:
        found = labelled(line, names)
        if found.speaker is not None:
            if lines:
                yield Cue("\n".join(lines), cue.start, cue.end, speaker)
            speaker, lines = found.speaker, []
        if found.text:
            lines.append(found.text)
    if lines or speaker:
        yield Cue("\n".join(lines), cue.start, cue.end, speaker)
