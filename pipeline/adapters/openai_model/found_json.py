"""The JSON in a model's reply, wherever the model put it."""

import json
import re
from typing import Any, Final

_THOUGHT: Final = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_MOST_STARTS: Final = 200


def find_object(text: str, *, key: str) -> dict[str, Any] | None:
    """The object that has `key`, else the first one; a bare list counts as the value of `key`. None without either.

    Thoughts, code fences and prose around it do not matter.
    """
    plain = without_thoughts(text).strip()
    found = [value for value in _values(plain) if isinstance(value, dict | list)]
    objects = [value for value in found if isinstance(value, dict)]
    with_key = next((value for value in objects if key in value), None)
    if with_key is not None:
        return with_key
    first = next(iter(found), None)
    return {key: first} if isinstance(first, list) else first


def without_thoughts(text: str) -> str:
    """The text without what the model thought aloud before it."""
    return _THOUGHT.sub("", text)


def _values(text: str) -> list[Any]:
    """Every value that begins with a brace or bracket, from left to right, none inside another."""
    decoder = json.JSONDecoder(strict=False)
    values: list[Any] = []
    at = 0
    for _ in range(_MOST_STARTS):
        start = re.compile(r"[{\[]").search(text, at)
        if start is None:
            break
        try:
            value, at = decoder.raw_decode(text, start.start())
        except (json.JSONDecodeError, RecursionError):
            at = start.start() + 1
            continue
        values.append(value)
    return values
