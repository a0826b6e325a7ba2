"""From many proposals to the best few: the gate, one correction, the judge."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from pipeline.adapters.openai_model.language_model import LanguageModel, R
from pipeline.adapters.openai_model.meter import Subject
from pipeline.adapters.openai_model.patience import Patience
from pipeline.adapters.openai_model.prompting import harmless, prompt
from pipeline.adapters.openai_model.shapes import Mended, Ranking
from pipeline.adapters.openai_model.wire import Turn
from pipeline.adapters.turnstile import Turnstile
from pipeline.domain.episode import Episode
from pipeline.domain.errors import ModelRefused
from pipeline.domain.insight import Author, Insight, Proposal
from pipeline.domain.spending import Purpose
from pipeline.domain.talk.adverts import Span
from pipeline.domain.talk.evidence import Rejected, Rejection, judge
from pipeline.domain.talk.quotes import locate_quote
from pipeline.domain.transcript import Transcript

KEPT: Final = 8
_JUDGED: Final = 40
_MENDED: Final = 10
_MENDABLE: Final = frozenset(
    {
        Rejected.HEADLINE_LENGTH,
        Rejected.BODY_LENGTH,
        Rejected.BODY_SENTENCES,
        Rejected.DANGLING,
        Rejected.NUMBER_UNSUPPORTED,
        Rejected.NAME_UNSUPPORTED,
    }
)
_COMPLAINTS: Final = {
    Rejected.HEADLINE_LENGTH: "the headline must have at most 12 words, it has",
    Rejected.BODY_LENGTH: "the body must have 40 to 55 words, it has",
    Rejected.BODY_SENTENCES: "the body must have two or three sentences, it has",
    Rejected.DANGLING: "it cannot be understood alone because of",
    Rejected.NUMBER_UNSUPPORTED: "nobody says the number",
    Rejected.NAME_UNSUPPORTED: "nobody says the name",
}
_AROUND: Final = 4
"""Segments on either side of a quote that a correction may draw on."""
_AROUND_CHARACTERS: Final = 2_500
_SUMMARY: Final = 600

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Ground:
    """What proposals are judged against."""

    episode: Episode
    transcript: Transcript
    adverts: Sequence[Span]

    def verdict(self, proposal: Proposal) -> Insight | Rejection:
        """The gate's, as the step will say it again."""
        return judge(
            proposal,
            episode=self.episode,
            transcript=self.transcript,
            adverts=self.adverts,
            author=Author.MODEL,
        )


class Sifter:
    """Puts the proposals that pass in front, ranked, and those that fail behind them; a call waits for its `turn`."""

    def __init__(self, model: LanguageModel, *, turn: Turnstile, patience: Patience, seconds: float) -> None:
        self._model = model
        self._turn = turn
        self._patience = patience
        self._seconds = seconds

    async def sift(
        self, proposals: Sequence[Proposal], *, episode: Episode, transcript: Transcript, adverts: Sequence[Span]
    ) -> tuple[Proposal, ...]:
        """At most eight good ones in the judge's order, then all that the gate refuses. Raises ModelError."""
        ground = _Ground(episode, transcript, adverts)
        sound, failed = await asyncio.to_thread(_split, proposals, ground)
        mended = await self._mended(failed, ground)
        if mended:
            again, _ = await asyncio.to_thread(_split, [p for _, p in mended], ground)
            saved = {p.quote for p in again}
            sound = _unlike([*sound, *again], ground)
            failed = [(p, why) for p, why in failed if p.quote not in saved]
        kept = await self._ranked(sound, episode)
        return (*kept, *(proposal for proposal, _ in failed))

    async def _mended(
        self, failed: Sequence[tuple[Proposal, Rejection]], ground: _Ground
    ) -> list[tuple[int, Proposal]]:
        """The failed ones whose wording alone was at fault, in new words; none when the model will not."""
        chosen = [(p, why) for p, why in failed if why.reason in _MENDABLE][:_MENDED]
        if not chosen:
            return []
        texts = await asyncio.to_thread(lambda: [_complained(n, *c, ground) for n, c in enumerate(chosen, start=1)])
        try:
            reply = await self._ask(
                prompt("mend", texts="\n\n".join(texts)), Mended, self._model.server.model, ground.episode
            )
        except ModelRefused as refused:
            _log.info("Could not correct texts.", extra={"episode": ground.episode.id, "reason": str(refused)})
            return []
        return [
            (t.number, replace(chosen[t.number - 1][0], headline=t.headline, body=t.body))
            for t in reply.texts
            if 0 < t.number <= len(chosen)
        ]

    async def _ranked(self, sound: Sequence[Proposal], episode: Episode) -> tuple[Proposal, ...]:
        """The judge's choice; the proposer's own order where the judge cannot be used."""
        own = sorted(sound, key=lambda p: -p.worth)[:_JUDGED]
        if len(own) < 2:  # noqa: PLR2004  nothing to choose
            return tuple(own)
        listed = "\n\n".join(_candidate(n, p) for n, p in enumerate(own, start=1))
        try:
            turns = prompt("judge", most=KEPT, about=about(episode), candidates=listed)
            ranking = await self._ask(turns, Ranking, self._model.server.judge_model, episode)
        except ModelRefused as refused:
            _log.warning("Ranked without a judge.", extra={"episode": episode.id, "reason": str(refused)})
            return tuple(own[:KEPT])
        keep = {k.number: k for k in reversed(ranking.keep) if 0 < k.number <= len(own)}
        order = [n for n in dict.fromkeys(k.number for k in ranking.keep) if n in keep][:KEPT]
        return tuple(replace(own[n - 1], worth=keep[n].worth, specificity=keep[n].specificity) for n in order)

    async def _ask(self, turns: tuple[Turn, ...], shape: type[R], model: str, episode: Episode) -> R:
        async with self._turn.taken(is_urgent=not episode.backfill):
            return await self._model.ask(
                turns,
                shape,
                model=model,
                subject=Subject(Purpose.EXTRACT, episode.id),
                patience=self._patience,
                seconds=self._seconds,
            )


def about(episode: Episode) -> str:
    """What a prompt says of the episode: data, like everything else from outside."""
    found = episode.found
    people = ", ".join(p.name for p in found.persons[:8])
    lines = [f"Show: {episode.feed_title}", f"Episode: {episode.title}", f"Published: {episode.when:%d %B %Y}"]
    lines += [f"People: {people}"] if people else []
    lines += [f"Summary: {found.summary[:_SUMMARY]}"] if found.summary else []
    return "\n".join(harmless(line) for line in lines)


def _split(proposals: Sequence[Proposal], ground: _Ground) -> tuple[list[Proposal], list[tuple[Proposal, Rejection]]]:
    """Those that pass (each place once) and those that do not, with the reason."""
    sound: list[Proposal] = []
    failed: list[tuple[Proposal, Rejection]] = []
    for proposal in proposals:
        verdict = ground.verdict(proposal)
        if isinstance(verdict, Rejection):
            failed.append((proposal, verdict))
        else:
            sound.append(proposal)
    return _unlike(sound, ground), failed


def _unlike(sound: Sequence[Proposal], ground: _Ground) -> list[Proposal]:
    """Without those whose quote overlaps an earlier one's: windows overlap, and so do their proposals."""
    kept: list[Proposal] = []
    taken: list[tuple[int, int]] = []
    for proposal in sound:
        place = locate_quote(ground.transcript, proposal.quote, near=proposal.first_segment)
        if place is None or any(a <= place.last_word and place.first_word <= b for a, b in taken):
            continue
        kept.append(proposal)
        taken.append((place.first_word, place.last_word))
    return kept


def _complained(number: int, proposal: Proposal, why: Rejection, ground: _Ground) -> str:
    place = locate_quote(ground.transcript, proposal.quote, near=max(0, proposal.first_segment))
    said = proposal.quote
    if place is not None:
        first, last = max(0, place.first_segment - _AROUND), place.last_segment + _AROUND + 1
        said = " ".join(s.text for s in ground.transcript.segments[first:last])[:_AROUND_CHARACTERS]
    return (
        f"{number}. headline: {harmless(proposal.headline)}\nbody: {harmless(proposal.body)}\n"
        f"complaint: {_COMPLAINTS[why.reason]} {harmless(why.detail)[:80]}\ntranscript: {harmless(said)}"
    )


def _candidate(number: int, proposal: Proposal) -> str:
    return (
        f"{number}. {harmless(proposal.headline)}\n{harmless(proposal.body)}\nquote: {harmless(proposal.quote)[:400]}"
    )
