"""Statements: where a clause has its subject and its finite verb, as far as word lists can tell (English)."""

import re
from collections.abc import Sequence
from typing import Final

from pipeline.domain.talk.english import NOUN_VERBS, NUMBER_WORDS, STOP_WORDS, VERBS, word_set
from pipeline.domain.talk.speech import normalised
from pipeline.domain.talk.verbs import Form, form_of_verb

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
somebody anyone anybody everyone everybody everything nobody nothing having using making getting one two three four five
ten half
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
_QUANTITIES: Final = word_set("all every everyone everybody everything many any")
_ONGOING: Final = word_set("nothing anything everything something during being morning evening king thing")
_IMPERSONAL: Final = re.compile(
    r"^it(?:['’]s| is| can be| may be| would be| gets| becomes|['’]s become) (?:(?:not|never|always|often|usually"
    r"|much|far|very|really|so"
    r"|pretty|quite|almost|nearly|actually|also|still|way|too|even|a lot|a bit|generally) )*"
    r"(?:hard|harder|easy|easier|difficult|impossible|possible|better|worse|best|worst|cheap|cheaper|expensive"
    r"|dangerous"
    r"|risky|safe|safer|wrong|right|useless|pointless|important|crucial|critical|essential|necessary|common|rare|faster"
    r"|slower|simpler|simple|tempting|trivial|worth|likely|unlikely|enough|healthy|unhealthy|unfair|fair|legal|illegal"
    r"|natural|naive|unrealistic|realistic|inefficient|wiser|smarter|normal|tough|tougher|tricky|clear|unclear)"
    r"(?: \w+)? (?:for (?:[\w'’-]+ ){1,4})?"
    r"(?:to (?!(?:say|tell|describe|explain|know|see|hear|believe|think|remember|talk|answer|show|read|be|do|note"
    r"|mention)\b)"
    r"|that |when |if )\w+"
    r"|^it (?:takes|took|costs|needs) (?:(?!it\b|that\b|this\b)[\w'’-]+ ){1,6}to \w+"
    r"|^it (?:makes (?:no|little|more|a lot of) sense|pays|(?:doesn['’]t|does not) matter|(?:never )?helps) "
    r"(?:to|if|when|whether|how|what|that|who) \w+",
    re.IGNORECASE,
)
"""«It» stands for nothing said before: «it is easier to win a battle than to keep a town»."""
_PAIRED: Final = re.compile(
    r"^the (?:more|less|fewer|\w+er)\b[^,]+?, the (?:more|less|fewer|better|worse|\w+er)\b", re.IGNORECASE
)
_NO_SUCH: Final = re.compile(
    r"^there(?:['’]s| is| are) (?:no|never|nothing|nobody|hardly|little|always)\b", re.IGNORECASE
)
FREQUENT: Final = word_set("just only also often usually always never still already can could should will would must")
_PREPOSITIONS: Final = word_set("of by from in on at to for with as into out under over")
_FARES: Final = word_set("""
worked failed doubled tripled halved changed started stopped ended happened moved collapsed vanished disappeared died
survived mattered increased decreased dropped improved arrived grew rose fell went came stood lived depended relied
travelled traveled spread led shrank ran turned belonged suffered
""")
"""What a thing does by itself, so that nothing was done to it."""
_BE: Final = word_set("is are was were be been being has have had get gets got not")
_MANY_NOUNS: Final = word_set("people children women men police data folks teeth feet mice")
_MANY: Final = word_set("more most many some few all a lot of no")
_AUXILIARIES: Final = word_set("do does did dont doesnt didnt have ve")


def has_statement(text: str, words: Sequence[str]) -> bool:
    """Whether a subject and then a finite verb come before anything subordinate."""
    if stands_by_form(text):
        return True
    if words[0] in CONDITIONS:
        _, comma, main = text.partition(", ")
        rest = normalised(main).split()
        return bool(comma) and len(rest) > 2 and has_statement(main, rest)  # noqa: PLR2004  subject, verb and more
    if words[0] == "not":
        return words[1] in _QUANTITIES and has_statement(text.partition(" ")[2], words[1:])
    if words[0] in VERBS or (words[0] in STOP_WORDS and not _may_head(words[0])) or tuple(words[:2]) in _OPENS_MORE:
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


def stands_by_form(text: str) -> bool:
    """Whether it needs no subject of its own: «it is hard to …», «the more …, the less …», «there is no …»."""
    return bool(_IMPERSONAL.search(text) or _PAIRED.search(text) or _NO_SUCH.search(text))


def is_aimed_at_anyone(subject: Sequence[str]) -> bool:
    """Whether the subject is everybody and nobody: «you», «people never»."""
    return bool(subject) and set(subject) <= ANYONE | FREQUENT | _AUXILIARIES | _MANY


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


def _may_head(word: str) -> bool:
    return word in _HEADS or (word.endswith("ing") and word not in _ONGOING)


def _is_verb(words: Sequence[str], position: int) -> bool:
    """Whether the word is a finite verb here: «users need it», but not «the need», «the named user»."""
    word, before = words[position], words[position - 1]
    done = form_of_verb(word) is Form.PAST and word not in _FARES and words[position + 1 : position + 2] == ["by"]
    if before == "to" or done:
        return False
    if word in VERBS and word not in NOUN_VERBS and not word.endswith("ed"):
        return True
    match Form.PAST if word in VERBS and word.endswith("ed") else form_of_verb(word):
        case Form.PAST:
            return _is_past(words, position)
        case Form.BARE:
            return before in _PRONOUNS | FREQUENT or _is_plural(before)
        case Form.SINGULAR:
            return _is_singular(words, position)
        case None:
            return _governs(words, position)


def _governs(words: Sequence[str], position: int) -> bool:
    """Whether a word that nobody listed stands like a verb before an object: «the update rewires the index»."""
    word, before = words[position], words[position - 1]
    if word in _NO_VERB or words[position + 1 : position + 2] == [] or words[position + 1] not in _OBJECT:
        return False
    return before not in (_HEADS - _PRONOUNS if word.endswith("ed") else STOP_WORDS) and word.endswith(("s", "ed"))


def _is_past(words: Sequence[str], position: int) -> bool:
    """«Wages doubled in a year», but not «the wages paid by lords were low» nor «a paid lord»."""
    before, rest = words[position - 1], words[position + 1 :]
    if form_of_verb(before) is Form.PAST:
        return False
    if rest and (form_of_verb(rest[0]) is Form.PAST or (rest[0] in _PREPOSITIONS and words[position] not in _FARES)):
        return False
    if (before in _HEADS - _PRONOUNS and not before.endswith("ing")) or before in _BE:
        return False
    return not any(w in VERBS and w not in NOUN_VERBS and not w.endswith("ed") for w in _until_clause(rest))


def _is_plural(word: str) -> bool:
    return (word.endswith("s") and not word.endswith("ss") and word not in STOP_WORDS) or word in _MANY_NOUNS


def _is_singular(words: Sequence[str], position: int) -> bool:
    """«Skill travels in people», but not «travels and trades» nor «the many travels of»."""
    before = words[position - 1]
    follows = words[position + 1] if position + 1 < len(words) else ""
    if before in STOP_WORDS or (before.endswith("s") and not before.endswith("ss") and not words[0].endswith("ing")):
        return before in {"one", "it", "who", "she", "he", "everybody", "everyone", "nobody"} | FREQUENT
    return follows not in VERBS | {"of", "and", "or", ""}


def _until_clause(words: Sequence[str]) -> Sequence[str]:
    end = next((i for i, word in enumerate(words) if word in _SUBORDINATORS | {"and", "but", "so", "to"}), len(words))
    return words[:end]
