"""What reads, judges and words: models or the rules that stand in for one."""

from typing import Protocol

from pipeline.domain.answer import Answer, Question
from pipeline.domain.episode import Episode
from pipeline.domain.insight import Proposal
from pipeline.domain.passage import SearchResult
from pipeline.domain.transcript import Transcript


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

    async def write(self, question: Question, found: SearchResult) -> Answer:
        """An answer whose every statement is carried by the passages. Raises ModelError."""
        ...
