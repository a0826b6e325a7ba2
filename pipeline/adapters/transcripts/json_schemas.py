"""Where the many JSON schemas of transcripts keep their timed pieces, and what their fields mean."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pipeline.adapters.transcripts.cue import Cue
from pipeline.adapters.transcripts.times import parse_time, sane

# The finest list comes last: utterances know their speakers, single words seldom do.
_LISTS: Final = (
    *("segments", "utterances", "paragraphs", "monologues", "transcription", "transcripts", "cues", "captions"),
    *("events", "sentences", "chunks", "lines", "results", "result", "data", "transcript", "items", "channels"),
    *("alternatives", "words"),
)
_PARTS: Final = ("segs", "elements", "sentences", "alternatives", "words")
_VARIANTS: Final = "alternatives"
"""Several guesses of the same speech, the best first."""
_TEXT: Final = ("body", "text", "content", "transcript", "caption", "line", "punctuated_word", "word", "value", "utf8")
_START: Final = (
    "startTime",
    "start",
    "start_time",
    "startOffset",
    "from",
    "begin",
    "ts",
    "timestamp",
    "offset",
    "time",
)
_END: Final = ("endTime", "end", "end_time", "endOffset", "to", "end_ts")
_START_MS: Final = ("tStartMs", "startMs", "start_ms", "startTimeMs", "offsetMs")
_END_MS: Final = ("endMs", "end_ms", "endTimeMs")
_LASTS: Final = ("duration", "dur")
_LASTS_MS: Final = ("dDurationMs", "durationMs", "duration_ms")
_SPEAKER: Final = ("speakerName", "speaker_name", "voice", "speaker", "speaker_label", "speakerLabel", "speakerId")
_DEEPEST: Final = 8
_PAIR: Final = 2

_Item = Mapping[str, Any]


def find_cues(document: Any) -> list[Cue]:
    """The pieces of any schema that has a list of objects with a text and a time or a speaker; else an empty list."""
    return [_cue(item) for item in _items(document, _DEEPEST)]


def _items(node: Any, depth: int) -> list[_Item]:
    if depth and isinstance(node, list):
        spoken: list[_Item] = [item for item in node if isinstance(item, dict) and _text(item) is not None]
        if any(_start(item) is not None or _speaker(item) for item in spoken):
            return [piece for item in spoken for piece in _pieces(item)]
        return [piece for item in node for piece in _items(item, depth - 1)]
    if depth and isinstance(node, dict):
        for name in [*(name for name in _LISTS if name in node), *(name for name in node if name not in _LISTS)]:
            value = node[name]
            found = _items(value[:1] if name == _VARIANTS and isinstance(value, list) else value, depth - 1)
            if found:
                return found
    return []


def _pieces(item: _Item) -> list[_Item]:
    """The item, or what it is made of when only its parts have a text and times: the speaker is theirs too."""
    if _own_text(item) is not None or _own_start(item) is not None:
        return [item]
    speaker = _speaker(item)
    theirs = {} if speaker is None else {"speaker": speaker}
    for _, parts in _part_lists(item):
        if any(_own_start(part) is not None for part in parts):
            return [{**theirs, **part} for part in parts]
    return [item]


def _cue(item: _Item) -> Cue:
    start, end = _start(item), _end(item)
    lasts = _number(item, _LASTS, _LASTS_MS)
    if end is None and start is not None and lasts is not None:
        end = start + lasts
    return Cue(_text(item) or "", start, end, _speaker(item))


def _text(item: _Item) -> str | None:
    """What the piece says: its own text, else that of its parts."""
    own = _own_text(item)
    if own is not None:
        return own
    for name, parts in _part_lists(item):
        said = [text for part in parts if (text := _own_text(part)) is not None]
        if said:
            return said[0] if name == _VARIANTS else _joined(said)
    return None


def _own_text(item: _Item) -> str | None:
    return next((item[name] for name in _TEXT if isinstance(item.get(name), str)), None)


def _joined(pieces: Sequence[str]) -> str:
    """Pieces that bring their own spaces are put side by side."""
    has_spaces = any(piece[:1].isspace() or piece[-1:].isspace() for piece in pieces)
    return ("" if has_spaces else " ").join(pieces)


def _part_lists(item: _Item) -> list[tuple[str, list[_Item]]]:
    found = ((name, item.get(name)) for name in _PARTS)
    return [(name, [p for p in parts if isinstance(p, dict)]) for name, parts in found if isinstance(parts, list)]


def _own_start(item: _Item) -> float | None:
    own = _number(item, _START, _START_MS)
    return _within(item, 0, "from") if own is None else own


def _start(item: _Item) -> float | None:
    """Its own, else that of its parts; a text of its own without a time means that the parts are the pieces."""
    own = _own_start(item)
    if own is not None or _own_text(item) is not None:
        return own
    timed = (_number(part, _START, _START_MS) for _, parts in _part_lists(item) for part in parts)
    return next((start for start in timed if start is not None), None)


def _end(item: _Item) -> float | None:
    own = _number(item, _END, _END_MS)
    if own is None:
        own = _within(item, 1, "to")
    if own is not None:
        return own
    timed = [_number(part, _END, _END_MS) for _, parts in _part_lists(item) for part in parts]
    return max((end for end in timed if end is not None), default=None)


def _within(item: _Item, place: int, name: str) -> float | None:
    """Times kept as a pair (`"timestamp": [0.0, 2.5]`) or as an object of their own (`"timestamps": {"from": …}`)."""
    for value in (item.get("timestamp"), item.get("timestamps")):
        if isinstance(value, list) and len(value) == _PAIR:
            return _seconds(value[place])
        if isinstance(value, dict):
            return _seconds(value.get(name))
    return None


def _number(item: _Item, names: Sequence[str], in_milliseconds: Sequence[str]) -> float | None:
    for name in names:
        seconds = _seconds(item.get(name))
        if seconds is not None:
            return seconds
    found = (_seconds(item.get(name)) for name in in_milliseconds)
    return next((sane(value / 1000) for value in found if value is not None), None)


def _seconds(value: Any) -> float | None:
    if isinstance(value, str):
        return parse_time(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return None


def _speaker(item: _Item) -> str | None:
    """The name; empty where the field is there and names nobody; None where there is no such field."""
    for name in _SPEAKER:
        value = item.get(name)
        if isinstance(value, dict):
            value = value.get("name")
        if isinstance(value, int) and not isinstance(value, bool):
            return f"Speaker {value}"
        if isinstance(value, str) and value.strip():
            return value.strip().removesuffix(":").strip()
    return "" if any(name in item for name in _SPEAKER) else None
