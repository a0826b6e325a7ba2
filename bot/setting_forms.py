"""The forms that some settings have to have, each with the words that tell people."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, SecretStr

_DATABASES: Final = re.compile(r"(sqlite|postgres(ql)?)(\+\w+)?:/")


def _written_like(pattern: str, form: str) -> AfterValidator:
    """Takes text that the whole pattern matches, and tells the form; pydantic would show the pattern."""

    def check(value: str) -> str:
        if re.fullmatch(pattern, value) is None:
            message = f"it needs {form}"
            raise ValueError(message)
        return value

    return AfterValidator(check)


def _can_be_a_catalogue(value: SecretStr) -> SecretStr:
    if _DATABASES.match(value.get_secret_value()) is None:
        message = "it needs postgresql://user:password@host/database, or sqlite:///folder/catalog.db"
        raise ValueError(message)
    return value


DatabaseAddress = Annotated[SecretStr, AfterValidator(_can_be_a_catalogue)]
WebAddress = Annotated[
    str,
    _written_like(
        r"(https?://[^\s/]+.*)?", "an address that begins with http:// or https://, like http://127.0.0.1:8000"
    ),
]
"""Empty where there is none."""
SlotName = Annotated[
    str,
    _written_like(
        r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", "up to 40 letters, digits, dots, dashes or underscores, like worker-1"
    ),
]
Shards = Annotated[
    str, _written_like(r"|auto|\d+|\d+(,\d+)*/\d+", "“auto”, how many, or which of how many, like 0,1/4")
]
"""Empty where there is one connection."""
