"""How sure the index must be before we say that the episodes speak to a question.

Evidence (2026-11-22, 43 episodes of five shows, 150-word chunks, static-v1): the best passage's match is at least 0.5
for 99 % of 79 listener questions, 84 % of 202 section titles (the others are mostly jokes such as "True Bass
Ackwards") and 60 % of 50 questions reworded until hardly a word was left, but for 5 % of 20 questions that nothing
answers and none of 27 about meetings that are not there. From 0.7 on none of those 47 is left.
"""

from typing import Final

from pipeline.domain.answer import Grade

NOT_FOUND_BELOW: Final = 0.5
PARTLY_BELOW: Final = 0.7


def grade_of(match: float) -> Grade:
    """The best grade that an answer may have when the best passage's `match` is this."""
    if match < NOT_FOUND_BELOW:
        return Grade.NOT_FOUND
    return Grade.PARTLY if match < PARTLY_BELOW else Grade.ANSWERED
