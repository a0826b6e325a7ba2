"""What a question means in its thread, before it is answered."""

import re
from collections.abc import Sequence
from typing import Final

from pipeline.domain.digest import Digest

_NUMBER: Final = re.compile(r"(?:\bno\.?|\bnumber|\bitem|#)\s*([1-5])\b", re.IGNORECASE)
_LEANS: Final = re.compile(
    r"^(?:and|but|so|how so|really)\b|\b(?:this|that|these|those|it|its|they|them|their|he|she|him|her|his)\b",
    re.IGNORECASE,
)
_SHORT: Final = 4
"""A question of so few words leans on what was asked before."""


def context_of(question: str, *, digest: Digest | None, earlier: Sequence[str] = ()) -> str:
    """Text that resolves what «no. 3» or «that» means; empty when the question stands alone.

    `earlier` are the member's previous questions in this thread, oldest first. Earlier answers are left out on
    purpose: they are never evidence.
    """
    numbers = {int(found) for found in _NUMBER.findall(question)}
    if digest is not None and numbers:
        meant = [pick.candidate.insight for pick in digest.picks if pick.number in numbers]
        return "\n".join(insight.text for insight in meant)
    if not earlier or not (_LEANS.search(question) or len(question.split()) <= _SHORT):
        return ""
    before = context_of(earlier[-1], digest=digest, earlier=earlier[:-1])
    return f"{before}\n{earlier[-1]}".strip()
