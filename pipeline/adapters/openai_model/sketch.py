"""What can be read of an answer while the model still writes it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from pipeline.adapters.openai_model.found_json import without_thoughts
from pipeline.adapters.openai_model.shapes import ProposedStatement, correction_in, statement_in

_STATEMENTS: Final = re.compile(r'"statements"\s*:\s*\[')
_GRADE: Final = re.compile(r'"grade"\s*:\s*"([^"]*)"')
_CORRECTION: Final = re.compile(r'"correction"\s*:\s*')
_BETWEEN: Final = re.compile(r"[\s,]*")


@dataclass(frozen=True, slots=True)
class Sketch:
    """The finished parts of an unfinished answer; `grade` is what the model wrote, nothing to rely on."""

    grade: str
    correction: ProposedStatement | None
    statements: tuple[ProposedStatement, ...]


def sketch_of(text: str) -> Sketch | None:
    """The parts that are whole, None before the statements begin or where grade and correction do not precede them."""
    plain = without_thoughts(text)
    begin = _STATEMENTS.search(plain)
    if begin is None:
        return None
    head = plain[: begin.start()]
    grade, correction = _GRADE.search(head), _CORRECTION.search(head)
    if grade is None or correction is None:
        return None
    corrected = correction_in(next(_values(head, correction.end()), None))
    said = tuple(item for raw in _values(plain, begin.end()) if (item := statement_in(raw)) is not None)
    return Sketch(grade.group(1), corrected, said)


def _values(text: str, at: int) -> Iterator[Any]:
    """The whole JSON values from a place on."""
    decoder = json.JSONDecoder(strict=False)
    while True:
        found = _BETWEEN.match(text, at)
        try:
            value, at = decoder.raw_decode(text, at if found is None else found.end())
        except (json.JSONDecodeError, RecursionError):
            return
        yield value
