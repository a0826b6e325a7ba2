"""Insights by a language model: it proposes window by window, the gate sifts, a judge keeps the best eight."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.adapters.openai_model.language_model import LanguageModel
from pipeline.adapters.openai_model.meter import Subject
from pipeline.adapters.openai_model.patience import Patience
from pipeline.adapters.openai_model.prompting import PROMPTS, harmless, prompt
from pipeline.adapters.openai_model.shapes import Proposals, ProposedInsight
from pipeline.adapters.openai_model.sifting import Sifter, about
from pipeline.adapters.openai_model.wire import ContextTooLong, Unusable
from pipeline.adapters.turnstile import Turnstile
from pipeline.domain.episode import Episode
from pipeline.domain.errors import ModelRefused, PodsiftError
from pipeline.domain.insight import Proposal
from pipeline.domain.spending import Purpose
from pipeline.domain.talk.adverts import Span, find_adverts
from pipeline.domain.talk.windows import Line, Window, borders_at, chapter_borders, halves, lines_of, windows_of
from pipeline.domain.transcript import Transcript
from pipeline.ports import ChapterReader

_OVERLAP: Final = 300
"""Tokens that two windows share: about a minute and a half."""
_AT_ONCE: Final = 3
"""Calls about episodes, of all that this process works on."""
_SECONDS: Final = 180.0
_LEAST_TOKENS: Final = 400
"""A smaller part of a transcript is not halved again."""
_FEWEST, _MOST = 3, 8
_TOKENS_AN_INSIGHT: Final = 1_000

_log = logging.getLogger(__name__)


class ModelProposer:
    """An InsightProposer. The model keeps its replies, so a retry after a failure or a crash asks only for the rest."""

    def __init__(
        self, model: LanguageModel, *, chapters: ChapterReader | None = None, patience: Patience | None = None
    ) -> None:
        self._model = model
        self._chapters = chapters
        self._patience = patience or Patience()
        self._turn = Turnstile(_AT_ONCE)
        self._sifter = Sifter(model, turn=self._turn, patience=self._patience, seconds=_SECONDS)

    @property
    def version(self) -> str:
        """Both models and the prompts."""
        server = self._model.server
        names = server.model if server.model == server.judge_model else f"{server.model}+{server.judge_model}"
        return f"{names}/prompts-{PROMPTS}"

    async def propose(self, episode: Episode, transcript: Transcript) -> tuple[Proposal, ...]:
        """At most eight that passed the gate, ranked; behind them what the gate refuses, for the step to count.

        Raises ModelBusy, ModelQuota, ModelError, CatalogUnavailable; ModelRefused when no part of the transcript could
        be used.
        """
        starts = () if self._chapters is None else await self._chapters.starts(episode)
        read = await asyncio.to_thread(_read, episode, transcript, starts, self._model.server.window_tokens)
        outcomes = await self._all(read.windows, episode)
        refusals = [outcome for outcome in outcomes if isinstance(outcome, ModelRefused)]
        proposals = [p for outcome in outcomes if not isinstance(outcome, ModelRefused) for p in outcome]
        if refusals and len(refusals) == len(outcomes):
            raise refusals[0]
        if refusals:
            _log.warning(
                "Left out parts of a transcript.",
                extra={"episode": episode.id, "parts": len(refusals), "reason": str(refusals[0])},
            )
        return await self._sifter.sift(proposals, episode=episode, transcript=transcript, adverts=read.adverts)

    async def _all(self, windows: Sequence[Window], episode: Episode) -> list["tuple[Proposal, ...] | ModelRefused"]:
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._window(window, episode)) for window in windows]
        except* PodsiftError as errors:
            raise _first(errors) from errors
        return [outcome for task in tasks for outcome in task.result()]

    async def _window(self, window: Window, episode: Episode) -> list["tuple[Proposal, ...] | ModelRefused"]:
        """What the window gave; where it was too much, what its halves gave."""
        try:
            async with self._turn.taken(is_urgent=not episode.backfill):
                return [await self._ask(window, episode)]
        except (ContextTooLong, Unusable) as error:
            parts = halves(window)
            if len(parts) == 1 or sum(line.tokens for line in window) < _LEAST_TOKENS:
                return [error]
        except ModelRefused as error:
            return [error]
        return [outcome for part in parts for outcome in await self._window(part, episode)]

    async def _ask(self, window: Window, episode: Episode) -> tuple[Proposal, ...]:
        tokens = sum(line.tokens for line in window)
        turns = prompt(
            "propose",
            most=max(_FEWEST, min(_MOST, tokens // _TOKENS_AN_INSIGHT)),
            about=about(episode),
            transcript="\n".join(map(_shown, window)),
        )
        reply = await self._model.ask(
            turns,
            Proposals,
            model=self._model.server.model,
            subject=Subject(Purpose.EXTRACT, episode.id),
            patience=self._patience,
            seconds=_SECONDS,
        )
        return tuple(_proposal(item) for item in reply.insights)


@dataclass(frozen=True, slots=True)
class _Read:
    windows: tuple[Window, ...]
    adverts: tuple[Span, ...]


def _read(episode: Episode, transcript: Transcript, starts: Sequence[float], window_tokens: int) -> _Read:
    adverts = find_adverts(transcript)
    borders = borders_at(transcript, starts) or chapter_borders(transcript, episode.found.summary)
    lines = lines_of(transcript, left_out=adverts, borders=borders)
    windows = windows_of(lines, most_tokens=window_tokens, overlap_tokens=_OVERLAP, borders=borders)
    return _Read(windows, adverts)


def _first(errors: BaseExceptionGroup[PodsiftError]) -> PodsiftError:
    """The one that lasts, if there is one: trying again would not help then."""
    leaves = [leaf for leaf in _leaves(errors) if isinstance(leaf, PodsiftError)]
    return next((leaf for leaf in leaves if not leaf.retryable), leaves[0])


def _leaves(errors: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    nested = [_leaves(e) if isinstance(e, BaseExceptionGroup) else [e] for e in errors.exceptions]
    return [leaf for leaves in nested for leaf in leaves]


def _shown(line: Line) -> str:
    number = str(line.first) if line.first == line.last else f"{line.first}-{line.last}"
    speaker = f"{harmless(line.speaker)[:40]}: " if line.speaker else ""
    return f"[{number}] {speaker}{harmless(line.text)}"


def _proposal(item: ProposedInsight) -> Proposal:
    return Proposal(
        headline=item.headline,
        body=item.body,
        quote=item.quote,
        first_segment=item.first_segment,
        last_segment=max(item.first_segment, item.last_segment),
        kind=item.kind,
        topics=item.topics,
        specificity=item.specificity,
        worth=item.worth,
    )
