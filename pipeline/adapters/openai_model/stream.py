"""A reply that arrives in pieces. Nothing of a piece is certain: each field may be missing or of another kind."""

from typing import Any

from pipeline.adapters.openai_model.wire import Completion


class Heard:
    """What was heard so far. `is_silent` until a piece had a choice."""

    def __init__(self) -> None:
        self.text = ""
        self.is_silent = True
        self._refusal = ""
        self._finish = ""
        self._usage: dict[str, Any] = {}

    def take(self, piece: dict[str, Any]) -> bool:
        """Add a piece; whether the text grew."""
        usage = piece.get("usage")
        self._usage = usage if isinstance(usage, dict) else self._usage
        choice = first_choice(piece)
        if choice is None:
            return False
        self.is_silent = False
        delta = choice.get("delta") or {}
        self._finish = str(choice.get("finish_reason") or self._finish)
        self._refusal += str(delta.get("refusal") or "")
        more = str(delta.get("content") or "")
        self.text += more
        return bool(more)

    def completion(self) -> Completion:
        """The whole reply; without a reason to stop it was cut off."""
        return Completion(
            text=self.text,
            is_cut=self._finish in {"", "length"},
            is_filtered=self._finish == "content_filter",
            refusal=self._refusal,
            tokens_in=token_count(self._usage.get("prompt_tokens")),
            tokens_out=token_count(self._usage.get("completion_tokens")),
        )


def first_choice(reply: dict[str, Any]) -> dict[str, Any] | None:
    """The first of a reply's or a piece's choices."""
    choices = reply.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        return None
    first: dict[str, Any] = choices[0]
    return first


def token_count(value: object) -> int | None:
    """A count of tokens, None when it is none."""
    return value if isinstance(value, int) and value >= 0 else None
