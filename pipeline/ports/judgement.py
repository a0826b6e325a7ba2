"""What reads, judges and words: models or the rules that stand in for one."""

from collections.abc import Callable
from typing import Protocol

from pipeline.domain.answer import Answer, Question
from pipeline.domain.episode import Episode
from pipeline.domain.insight import Proposal
from pipeline.domain.passage import SearchResult
from pipeline.domain.transcript import Transcript

Told = Callable[[Answer], None]
"""Takes an answer that is still growing, whole each time; it neither waits nor raises.

Each begins with the statements and the citations of the one before, and the finished answer with those of the last:
nothing that was told is taken back. Only the grade and `degraded` may still change.
"""


class InsightProposer(Protocol):
    """Finds what may be worth knowing in an episode."""

    @property
    def version(self) -> str:
        """Names model and prompt: results are stored under it, and a new version reads the episodes anew."""
        ...

    async def propose(self, episode: Episode, transcript: Transcript) -> tuple[Proposal, ...]:
        """Proposals, the most promising first. Raises ModelError."""
        ...


class AnswerWriter(Protocol):
    """Words an answer from passages."""

    async def write(self, question: Question, found: SearchResult, *, told: Told | None = None) -> Answer:
        """An answer whose every statement is carried by the passages. Raises ModelError.

        Where they do not answer the question it is NOT_FOUND and states nothing, but cites the one to three that came
        closest, when there are any.
        `told` hears of every statement that is sure before all of them are.
        """
        ...
