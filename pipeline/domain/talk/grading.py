"""How sure the index must be before we say that the episodes speak to a question.

Evidence (2026-11-22, 43 episodes of five shows, 150-word chunks, static-v1): the best passage's match is at least 0.5
for 99 % of 79 listener questions, 84 % of 202 section titles (the others are mostly jokes such as "True Bass
Ackwards") and 60 % of 50 questions reworded until hardly a word was left, but for 5 % of 20 questions that nothing
answers and none of 27 about meetings that are not there. From 0.7 on none of those 47 is left.

Tried in place of the match, or beside it, and dropped: the mean of the best passages, how many of them are from one
episode, the cosine of the best sentence or of two, the nearness of single words, and sums of these. At the same share
of false answers each finds fewer reworded questions; passages of one episode speaking for each other found 2 % more of
them, and twice as many false answers in meetings (30 % instead of 15 %).
"""

from collections.abc import Sequence
from typing import Final

from pipeline.domain.answer import Grade
from pipeline.domain.passage import Passage
from pipeline.domain.talk.english import word_set
from pipeline.domain.talk.keywords import stems
from pipeline.domain.talk.speech import normalised

NOT_FOUND_BELOW: Final = 0.5
PARTLY_BELOW: Final = 0.7
_NOTHING: Final = word_set("""
hello hi hey hiya yo morning good evening afternoon thanks thank you thx cheers ok okay k yes yeah yep no nope and or
but so what why how who when where which really well please test testing ping help um uh hm hmm lol cool nice great wow
there again more huh eh sure right bye
""")


def grade_of(match: float) -> Grade:
    """The best grade that an answer may have when the best passage's `match` is this."""
    if match < NOT_FOUND_BELOW:
        return Grade.NOT_FOUND
    return Grade.PARTLY if match < PARTLY_BELOW else Grade.ANSWERED


def may_be_about(query: str, passages: Sequence[Passage]) -> bool:
    """Whether one of the passages is likely to be about it, or has most of its words: who searches lists words."""
    wanted = stems(query)
    return any(
        passage.match >= NOT_FOUND_BELOW
        or 2 * len(wanted & stems(f"{passage.text}\n{passage.episode_title}\n{passage.speaker or ''}")) > len(wanted)
        for passage in passages
    )


def asks_nothing(question: str) -> bool:
    """Whether there is nothing in it to look for: a greeting, thanks, a nod, punctuation."""
    return all(word in _NOTHING for word in normalised(question).split())
