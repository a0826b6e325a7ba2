"""How a server is asked for JSON, and what it turned out not to know."""

import re
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any, Final

_LIMIT: Final = re.compile(r"max_(?:completion_)?tokens", re.IGNORECASE)
_TEMPERATURE: Final = re.compile(r"temperature", re.IGNORECASE)
_STREAM: Final = re.compile(r"stream", re.IGNORECASE)


class Form(Enum):
    """From the strictest to none at all."""

    SCHEMA = auto()
    OBJECT = auto()
    PLAIN = auto()


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a model on a server is asked with. `limit` names the field that caps the reply, empty for none.

    A reply that is heard while it is written is asked for as a stream, where the server `streams`, with its token
    counts at the end where it `counts` them there.
    """

    form: Form = Form.SCHEMA
    limit: str = "max_completion_tokens"
    has_temperature: bool = True
    streams: bool = True
    counts: bool = True

    def options(self, *, name: str, schema: dict[str, Any], most_tokens: int, is_heard: bool) -> dict[str, Any]:
        """The fields of a request in this dialect."""
        options: dict[str, Any] = {}
        if is_heard and self.streams:
            options["stream"] = True
            if self.counts:
                options["stream_options"] = {"include_usage": True}
        if self.limit:
            options[self.limit] = most_tokens
        if self.has_temperature:
            options["temperature"] = 0.2
        if self.form is Form.SCHEMA:
            json_schema = {"name": name, "strict": True, "schema": schema}
            options["response_format"] = {"type": "json_schema", "json_schema": json_schema}
        elif self.form is Form.OBJECT:
            options["response_format"] = {"type": "json_object"}
        return options

    def after(self, complaint: str) -> "Dialect | None":
        """The dialect to try next when the server refused this one, None when nothing is left to give up."""
        if self.has_temperature and _TEMPERATURE.search(complaint):
            return replace(self, has_temperature=False)
        if self.streams and _STREAM.search(complaint):
            return replace(self, counts=False) if self.counts else replace(self, streams=False)
        if self.limit and _LIMIT.search(complaint):
            return replace(self, limit="max_tokens" if self.limit == "max_completion_tokens" else "")
        if self.form is Form.SCHEMA:
            return replace(self, form=Form.OBJECT)
        if self.form is Form.OBJECT:
            return replace(self, form=Form.PLAIN)
        return None
