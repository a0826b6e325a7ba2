"""What the page shows when something is not there or goes wrong."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.texts.message import Message
from bot.texts.replies import error_reply
from bot.texts.wording import WRONG_INPUT, exit_code, explain, unexpected
from bot.web.frame import page
from bot.web.markup import html_of
from pipeline.domain.errors import PodsiftError


async def not_found(_request: Request, _error: Exception) -> Response:
    """An address that is none of ours."""
    return gone()


async def told(_request: Request, error: Exception) -> Response:
    """An error of ours, in words."""
    if not isinstance(error, PodsiftError):
        return await bug(_request, error)
    is_input = exit_code(error) == WRONG_INPUT
    return _failure(error_reply(explain(error)), HTTPStatus.BAD_REQUEST if is_input else HTTPStatus.SERVICE_UNAVAILABLE)


async def bug(_request: Request, error: Exception) -> Response:
    """A bug: nothing of its inside. The server writes the rest into the log."""
    return _failure(error_reply(unexpected(error)), HTTPStatus.INTERNAL_SERVER_ERROR)


def gone() -> Response:
    """Something that is not here (any more)."""
    body = (
        '<h1>Not here</h1><p class="lead">There is nothing at this address (any more).</p><p><a href="/">Posts</a></p>'
    )
    return HTMLResponse(page("Not here · Podsift", [body]), HTTPStatus.NOT_FOUND)


def _failure(message: Message, status: HTTPStatus) -> Response:
    body = f'<h1>That did not work</h1>{html_of(message)}<p><a href="/">Posts</a></p>'
    return HTMLResponse(page("That did not work · Podsift", [body]), status)
