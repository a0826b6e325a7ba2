"""How sure the index must be before we say that the episodes speak to a question.

Evidence (2026-11-22, 43 episodes of five shows, 150-word chunks, static-v1): the best passage's match is at least 0.5
for 99 % of 79 listener questions, 84 % of 202 section titles (the others are mostly jokes such as "True Bass
Ackwards") and 60 % of 50 questions reworded until hardly a word was left, but for 5 % of 20 questions that nothing
answers and none of 27 about meetings that are not there. From 0.7 on none of those 47 is left.

Three passages of one episode together with a sentence near the question lift 2 % of the reworded questions and 3 % of
the titles over the border and none of the 47. Means over passages, the cosine of the best sentence or of two
sentences alone, and the nearness of single words were tried in place of the match: at the same share of false answers
each of them finds fewer reworded questions.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from pipeline.domain.answer import Grade
from pipeline.domain.english import word_set
from pipeline.domain.passage import Passage
from pipeline.domain.speech import normalised

NOT_FOUND_BELOW: Final = 0.5
PARTLY_BELOW: Final = 0.7
_AGREEING: Final = 3
_OF_THE_BEST: Final = 5
_LEAST_MATCHES: Final = (0.25, 0.15)
"""Of the best passage and of the second one, where passages of one episode speak for each other."""
_NEAR: Final = 0.53
"""Cosine of a question with a sentence that nearly says the same."""
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


def speak_together(passages: Sequence[Passage], *, nearest_sentence: float) -> bool:
    """Whether passages that do not suffice one by one suffice as a part of an answer together.

    `passages` with the best first; `nearest_sentence` is the highest cosine of their sentences with the question.
    """
    best = passages[:_OF_THE_BEST]
    matches = sorted((p.match for p in passages), reverse=True)
    if len(best) < _AGREEING or nearest_sentence < _NEAR:
        return False
    if any(match < least for match, least in zip(matches, _LEAST_MATCHES, strict=False)):
        return False
    return max(Counter(p.episode_id for p in best).values()) >= _AGREEING


def asks_nothing(question: str) -> bool:
    """Whether there is nothing in it to look for: a greeting, thanks, a nod, punctuation."""
    return all(word in _NOTHING for word in normalised(question).split())
