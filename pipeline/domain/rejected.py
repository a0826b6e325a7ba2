"""A proposal that did not pass the evidence gate, kept so that people can see why."""

from dataclasses import dataclass
from typing import Final

from pipeline.domain.insight import Proposal
from pipeline.domain.talk.live_text import inert

_HEADLINE: Final = 200
_TEXT: Final = 600
_DETAIL: Final = 200


@dataclass(frozen=True, slots=True)
class RejectedProposal:
    """What was proposed, and why it was rejected: `reason` is counted, `detail` is the particular that failed.

    Nothing of it is believed; the quote may never have been said.
    """

    headline: str
    body: str
    quote: str
    reason: str
    detail: str = ""


def rejected_proposal(proposal: Proposal, *, reason: str, detail: str = "") -> RejectedProposal:
    """The proposal on one line a field, without hidden characters, cut to what a person would read."""
    return RejectedProposal(
        headline=inert(proposal.headline)[:_HEADLINE],
        body=inert(proposal.body)[:_TEXT],
        quote=inert(proposal.quote)[:_TEXT],
        reason=reason,
        detail=inert(detail)[:_DETAIL],
    )
