"""What a heading cannot do without and leaves unsaid: than what it is better, the turn against it (English)."""

import re
from typing import Final

_MORE: Final = re.compile(
    r"(?:\b(?:is|are|was|were|be|been|seems?|looks?|feels?|isn't|aren't)|['’](?:s|re))\s+"
    r"(?:(?:a|little|bit|lot|much|far|way|even|just|slightly|somewhat|significantly|considerably|probably|also|really"
    r"|actually|so|clearly|generally|usually|often|not|any|kind of|sort of),?\s+)*"
    r"(?:more|less|better|worse|easier|harder|cheaper|faster|slower|quicker|bigger|smaller|larger|higher|lower"
    r"|simpler|safer|stronger|weaker|longer|shorter|older|newer|younger|richer|poorer|heavier|lighter|cleaner|nicer"
    r"|smarter|closer|greater|fewer|wider|narrower|deeper|broader|tighter|looser|thinner|thicker|softer|louder"
    r"|quieter|healthier|friendlier|happier|cooler|tougher|smoother|rougher)\b(?! and (?:more|less|\w+er)\b)",
    re.IGNORECASE,
)
"""«X is easier»; «becomes easier» compares with what was before."""
_OTHER_SIDE: Final = re.compile(
    r"\b(?:than|compared|whereas|unlike|versus|if|when|once|with|without|by|after|since|instead"
    r"|the (?:more|less|\w+er))\b",
    re.IGNORECASE,
)
_EXPECTED: Final = re.compile(r"\b(?:should|ought|supposed|in (?:theory|principle)|ideally)\b", re.IGNORECASE)
_TURN: Final = re.compile(r"(?:but|yet|though|although|however)\b", re.IGNORECASE)
_EVEN_SO: Final = re.compile(
    r"(?:but|yet),? (?:not )?"
    r"(?:even|still|actually|in (?:practice|reality|fact|truth)|that(?:['’]s| is| was) (?:not|wrong))\b",
    re.IGNORECASE,
)


def lacks_other_side(heading: str, after: str) -> bool:
    """Whether it says that something is easier, and neither it nor what follows says than what."""
    return bool(_MORE.search(heading)) and not _OTHER_SIDE.search(f"{heading} {' '.join(after.split()[:2])}")


def is_taken_back(heading: str, after: str, *, then: str) -> bool:
    """Whether the rest of its sentence, or the sentence `then`, turns against it: a failed hope, «but even so …»."""
    return bool(_EVEN_SO.match(after or then) or (_TURN.match(after) and _EXPECTED.search(heading)))
