"""A second reading of an answer: whether each statement stands in the passages that it cites."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from pipeline.adapters.openai_model.language_model import LanguageModel
from pipeline.adapters.openai_model.meter import Subject
from pipeline.adapters.openai_model.patience import Patience
from pipeline.adapters.openai_model.prompting import harmless, prompt
from pipeline.adapters.openai_model.shapes import Verdicts
from pipeline.domain.errors import ModelError
from pipeline.domain.passage import Passage
from pipeline.domain.talk.grounding import Draft

_SECONDS: Final = 15.0
_PATIENCE: Final = Patience(tries=1, seconds=_SECONDS)
_PASSAGE: Final = 2_500
_STATEMENT: Final = 1_000

_log = logging.getLogger(__name__)


class Checker:
    """Asks the judge about statements. Where it cannot be asked, they pass: the gate has looked at them already."""

    def __init__(self, model: LanguageModel, *, seconds: float = _SECONDS) -> None:
        self._model = model
        self._seconds = seconds

    async def refuted(
        self, drafts: Sequence[Draft], passages: Sequence[Passage], *, subject: Subject
    ) -> frozenset[int]:
        """The places (from 0) of the drafts that their passages do not say."""
        listed = "\n\n".join(_shown(number, draft, passages) for number, draft in enumerate(drafts, start=1))
        try:
            async with asyncio.timeout(self._seconds):
                reply = await self._model.ask(
                    prompt("check", statements=listed),
                    Verdicts,
                    model=self._model.server.judge_model,
                    subject=subject,
                    patience=_PATIENCE,
                    seconds=self._seconds,
                )
        except (ModelError, TimeoutError) as error:
            _log.info("Did not check an answer.", extra={"reason": str(error) or "it took too long"})
            return frozenset()
        return frozenset(v.number - 1 for v in reply.verdicts if not v.supported and 0 < v.number <= len(drafts))


def _shown(number: int, draft: Draft, passages: Sequence[Passage]) -> str:
    cited = [passages[place - 1] for place in draft.passages if 0 < place <= len(passages)]
    said = "\n".join(f"passage: {_source(p)} {harmless(p.text)[:_PASSAGE]}" for p in cited)
    return f"statement {number}: {harmless(draft.text)[:_STATEMENT]}\n{said}"


def _source(passage: Passage) -> str:
    speaker = f", {harmless(passage.speaker)[:40]}" if passage.speaker else ""
    return f"({harmless(passage.feed_title)}, {passage.published:%d %B %Y}{speaker})"
