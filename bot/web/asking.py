"""What is said on the page: a question is answered in its thread, a command is carried out.

With the page's script a question is answered by a stream of JSON lines: `{"html": …}`, the answer so far, and at last
`{"see": …}`, the address at which it stands; a plain form is sent on to that address.
"""

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Final

from starlette.requests import Request as HttpRequest
from starlette.responses import Response, StreamingResponse

from bot.app import App
from bot.handover import Progress, Report, Request
from bot.operations import perform
from bot.reception import command_in
from bot.running import OWNER
from bot.shapes.commands import ErrorShape
from bot.spoken import command, request_in
from bot.texts.message import Message
from bot.texts.message_json import from_json
from bot.texts.replies import error_reply
from bot.texts.wording import explain
from bot.web.channel_page import Said
from bot.web.forms import number_in, read_form, see
from bot.web.frame import LONGEST_LINE
from bot.web.markup import html_of
from bot.web.talk import Talks
from pipeline.domain.errors import BadInput, PodsiftError

LINES: Final = "application/x-ndjson"
"""What the script accepts, and a plain form does not."""
_REPLIES_KEPT: Final = 50

_log = logging.getLogger(__name__)


class Asking:
    """The answers. Replies to commands are shown once and never stored: they may hold what opens a private feed."""

    def __init__(self, app: App, talks: Talks) -> None:
        self._app = app
        self._talks = talks
        self._replies: OrderedDict[str, Said] = OrderedDict()
        self._under_way: set[asyncio.Task[str]] = set()

    def reply(self, once: str) -> Said | None:
        """The reply to a command, None when it is not kept any more."""
        return self._replies.get(once)

    async def say(self, request: HttpRequest) -> Response:
        """Take what was said. Raises PodsiftError."""
        form = await read_form(request)
        if LINES in request.headers.get("accept", ""):
            return StreamingResponse(self._told(form), media_type=LINES)
        return see(await self._say(form, _unseen))

    async def _told(self, form: dict[str, str]) -> AsyncIterator[str]:
        """Whoever leaves finds the answer on the page later: it is written to its end."""
        lines: asyncio.Queue[str | None] = asyncio.Queue()

        def report(progress: Progress) -> None:
            if progress.message is not None:
                lines.put_nowait(_line(html=html_of(from_json(progress.message), level=4)))

        task = asyncio.create_task(self._say(form, report), name="page-answer")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        task.add_done_callback(lambda _task: lines.put_nowait(None))
        while (line := await lines.get()) is not None:
            yield line
        try:
            yield _line(see=await task)
        except PodsiftError as error:  # the script sends the plain form then, whose answer tells what is wrong
            _log.info("A question was not answered.", extra={"kind": type(error).__name__})

    async def _say(self, form: dict[str, str], report: Report) -> str:
        """Do it; the address at which the outcome stands."""
        words = form.get("text", "").strip()[:LONGEST_LINE]
        once = sha256(f"{form.get('once', '')} {words}".encode()).hexdigest()[:24]
        if not words:
            return "/"
        wanted = _wanted(words)
        if isinstance(wanted, Message):
            return self._show_once(once, words, wanted)
        if wanted.operation != "ask":
            shown = wanted.operation if wanted.operation == "add" else words
            return self._show_once(once, shown, (await perform(self._app, OWNER, wanted, report)).message)
        return await self._ask(str(wanted.arguments["question"]), form, once, report)

    async def _ask(self, question: str, form: dict[str, str], once: str, report: Report) -> str:
        number = number_in(form.get("under", ""))
        thread = None if number is None else await self._talks.thread(number)
        under = None if thread is None else thread.root.number
        entry = await self._talks.find(f"say:{once}")
        if entry is None:
            earlier = () if thread is None else thread.questions
            asked = {"question": question, "earlier": earlier, "under": form.get("under")}
            outcome = await perform(self._app, OWNER, Request("ask", asked), report)
            if isinstance(outcome.data, ErrorShape):  # it may go well later: that is no answer to keep
                return self._show_once(once, question, outcome.message)
            entry = await self._talks.keep(question, outcome.message, key=f"say:{once}", under=under)
        if under is None:
            return f"/#e{entry.number}"
        return f"{'/' if form.get('stay') else f'/thread/{under}'}#x{entry.number}"

    def _show_once(self, once: str, words: str, reply: Message) -> str:
        self._replies[once] = Said(words, reply)
        while len(self._replies) > _REPLIES_KEPT:
            self._replies.popitem(last=False)
        return f"/?said={once}"


def _wanted(words: str) -> Request | Message:
    try:
        order = command_in(words)
        request = request_in(words) if order is None else command(order)
    except BadInput as error:
        return error_reply(explain(error))
    return request or Request("ask", {"question": words})


def _line(**said: str) -> str:
    return json.dumps(said, ensure_ascii=False) + "\n"


def _unseen(_progress: Progress) -> None:
    """A plain form shows nothing before the end."""
