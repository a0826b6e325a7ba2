"""Reading what a browser sends, and sending it on."""

from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipeline.domain.errors import BadInput

_LONGEST: Final = 64 * 1024
_MOST_FIELDS: Final = 20
_DIGITS: Final = 12


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a plain form, the first value of each. Raises BadInput for more than a form of ours can hold."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST:
            raise BadInput("That is longer than anything the page sends.")
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise BadInput("That is more than anything the page sends.") from error
    return {name: values[0] for name, values in fields.items()}


def number_in(raw: str) -> int | None:
    """A whole number as addresses carry it, None for anything else."""
    return int(raw) if raw.isascii() and raw.isdecimal() and len(raw) <= _DIGITS else None


def see(address: str) -> Response:
    """Done: the browser goes on to a page of ours, and loading that again repeats nothing."""
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)
