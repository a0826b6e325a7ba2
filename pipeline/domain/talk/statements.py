"""Statements: where a clause has its subject and its finite verb, as far as word lists can tell (English)."""

import re
from collections.abc import Sequence
from typing import Final

from pipeline.domain.talk.english import NOUN_VERBS, NUMBER_WORDS, STOP_WORDS, VERBS, word_set
from pipeline.domain.talk.speech import normalised

CONDITIONS: Final = word_set("""
if when whenever once where as since after before until for in with without by at on from anytime everytime except
besides despite
""")
ANYONE: Final = word_set("""
you we they i he she people everyone everybody someone somebody anyone anybody nobody folks guys one
""")
_CLAUSE_SUBJECTS: Final = word_set("you we they i he she it")
_PRONOUNS: Final = ANYONE | word_set("who users developers")
_HEADS: Final = word_set("""
a an the every most many some all no any each both few more less another people you we i your our my someone
somebody anyone anybody everyone everybody nobody having using making getting one two three four five ten half
""")
_OPENS_MORE: Final = frozenset(
    {("every", "time"), ("any", "time"), ("the", "more"), ("the", "way"), ("the", "moment")}
    | {("the", "first"), ("the", "last")}
)
"""Openings after which the main clause is still to come, or that point back."""
_SUBORDINATORS: Final = word_set("""
that who which when if because while where as than unless whereas although whether how what whose until since
like
""")
_OPENS_CLAUSE: Final = word_set("that who which when if because while where whether why until unless whereas although")
_NO_VERB: Final = word_set(
    "plus minus versus across less unless process class access always perhaps besides as need speed feed seed"
)
_OBJECT: Final = word_set("""
a an the your you its our my every each all us me them it that how what why more most less nearly almost nothing
""")
"""What follows a verb and hardly ever a noun: «the fan keeps the house», «Bandit finds a flaw»."""
_JOINS_CLAUSES: Final = word_set("whereas although while because where unless until since")
_COORDINATE: Final = re.compile(r"\b(?:and|but|so) (?:the|a|an|it|they|we|you|i|he|she|there)\b")
FREQUENT: Final = word_set("just only also often usually always never still already can could should will would must")


def has_statement(text: str, words: Sequence[str]) -> bool:
    """Whether a subject and then a finite verb come before anything subordinate."""
    if words[0] in CONDITIONS:
        _, comma, main = text.partition(", ")
        rest = normalised(main).split()
        return bool(comma) and len(rest) > 2 and has_statement(main, rest)  # noqa: PLR2004  subject, verb and more
    if words[0] in VERBS or (words[0] in STOP_WORDS and words[0] not in _HEADS) or tuple(words[:2]) in _OPENS_MORE:
        return False
    pieces = text.split()
    for position, word in enumerate(words[:-1]):
        piece = pieces[min(position, len(pieces) - 1)]
        if position and (word in _CLAUSE_SUBJECTS or "'" in piece[1:3]):
            break  # «the number of shares it takes», «the rest I'm leaving out»
        if position and _is_verb(words, position):
            return True
        if word in _SUBORDINATORS or piece.endswith(","):
            break
    return False


def subject_of(text: str, words: Sequence[str]) -> Sequence[str]:
    """The words before the main verb, after a condition."""
    if words[0] in CONDITIONS and ", " in text:
        words = normalised(text.partition(", ")[2]).split()
    verb = next((i for i in range(1, len(words)) if _is_verb(words, i)), 0)
    return words[:verb]


def is_noun_like(word: str) -> bool:
    """Whether a phrase may end with the word: no verb, no preposition, no adverb."""
    plain = normalised(word)
    return bool(plain) and not (
        plain in STOP_WORDS or plain in VERBS or plain.endswith(("ing", "ed", "ly")) or plain in NUMBER_WORDS
    )


def hangs(words: Sequence[str]) -> bool:
    """Whether a part that began after «and» or a subordinate one was cut before its verb."""
    if words[-2] == "as" and words.count("as") == 1:
        return True
    tail = _COORDINATE.split(" ".join(words))[1:]
    if any(not any(w in VERBS for w in part.split()) for part in tail):
        return True
    if set(words[-3:]) & _JOINS_CLAUSES:
        return True
    last = max((i for i, word in enumerate(words) if word in _OPENS_CLAUSE), default=None)
    return last is not None and not any(w in VERBS or w.endswith(("s", "ed")) for w in words[last + 1 :])


def _is_verb(words: Sequence[str], position: int) -> bool:
    """Whether the word is a finite verb here: «users need it», but not «the need», «the named user»."""
    word, before = words[position], words[position - 1]
    governs = position + 1 < len(words) and words[position + 1] in _OBJECT
    if word.endswith("ed") and word not in _NO_VERB:
        # «pages removed from the index» is no statement, «the update removed the index» is.
        return governs and before not in _HEADS - _PRONOUNS
    if word in NOUN_VERBS:
        after_many = before.endswith("s") and before not in STOP_WORDS
        follows = words[position + 1] if position + 1 < len(words) else ""
        after_one = word.endswith("s") and before not in STOP_WORDS and follows not in VERBS | {"of", "and", "or", ""}
        return before in _PRONOUNS | FREQUENT or after_many or after_one or (governs and word.endswith("s"))
    return word in VERBS or (word.endswith("s") and word not in _NO_VERB and before not in STOP_WORDS and governs)
