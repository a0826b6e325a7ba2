"""Where members' words come in, whatever the platform: commands are carried out, everything else is a question."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from bot.app import App
from bot.commands import VERBS
from bot.handover import Progress, Report, Request
from bot.operations import Member, perform, perform_unseen
from bot.spoken import command, request_in
from bot.texts.cards import DOWN, UP, WHY
from bot.texts.message import Message
from bot.texts.replies import UNDO, error_reply
from bot.texts.wording import explain
from pipeline.domain.errors import BadInput

_PREFIXES: Final = ("/podcast", "/")
_THREADS: Final = 500
"""So many threads are remembered; an older one's «that» is no longer understood."""
_QUESTIONS: Final = 5


def _unseen(_progress: Progress) -> None:
    """Nobody watches."""


class Reception:
    """Answers members. What was asked before in a thread only helps to understand the next question."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._threads: OrderedDict[str, tuple[str, ...]] = OrderedDict()

    async def hear(self, text: str, member: Member, *, thread: str, report: Report = _unseen) -> Message:
        """The reply to one line in a thread; see `answer`. `report` hears how far it is."""
        try:
            order = command_in(text)
            request = request_in(text) if order is None else command(order)
        except BadInput as error:
            return error_reply(explain(error))
        if request is None or request.operation == "ask":
            question = text if request is None else str(request.arguments["question"])
            return await self.answer(question, member, thread=thread, report=report)
        return (await perform(self._app, member, request, report)).message

    async def press(self, action: str, member: Member) -> Message:
        """The private reply to a button. `action` is `verb:key`, as the button carries it."""
        verb, _, key = action.partition(":")
        arguments: dict[str, object] = {"feed" if verb == UNDO else "insight": key}
        is_vote = verb in {UP, DOWN} or verb.startswith(WHY)
        if is_vote:
            arguments |= {"vote": 1 if verb == UP else -1, "reason": verb.removeprefix(WHY) if WHY in verb else ""}
        request = Request("vote" if is_vote else verb, arguments)
        return (await perform_unseen(self._app, member, request)).message

    async def answer(
        self,
        question: str,
        member: Member,
        *,
        thread: str,
        earlier: Sequence[str] | None = None,
        report: Report = _unseen,
    ) -> Message:
        """The reply to a question in a thread (any name that stays the same within it).

        `earlier` are the questions before it, where the surface keeps them itself; else they are remembered here.
        `report` gets the answer while it grows.
        """
        before = self._remembered(thread, question) if earlier is None else tuple(earlier)
        request = Request("ask", {"question": question, "earlier": before, "under": thread})
        return (await perform(self._app, member, request, report)).message

    def _remembered(self, thread: str, question: str) -> tuple[str, ...]:
        earlier = self._threads.pop(thread, ())
        self._threads[thread] = (*earlier, question)[-_QUESTIONS:]
        while len(self._threads) > _THREADS:
            self._threads.popitem(last=False)
        return earlier


def command_in(text: str) -> str | None:
    """The command that a line holds, None for a question: a slash or a lone verb makes it a command."""
    line = text.strip()
    for prefix in _PREFIXES:
        if line.lower().startswith(prefix):
            return line[len(prefix) :].strip()
    return line if line.lower() in {verb.name for verb in VERBS} else None
