"""What a well-behaved language model replies to our prompts, made from the prompt's own words."""

import re
from collections.abc import Iterator
from typing import Any, Final

from pipeline.domain.talk.speech import normalised
from tests.peers.openai_peer import Body, prompt_of

_LINE: Final = re.compile(r"^\[(\d+)(?:-\d+)?\] (?:[^:\n]{1,40}: )?(.+)$", re.MULTILINE)
_SENTENCE: Final = re.compile(r"[^.?!]+[.?!]+")
_LEANS: Final = re.compile(
    r"^(?:he|she|they|it|this|that|these|those|his|her|their|its|here|so|and|but|the)\b", re.IGNORECASE
)
_EACH: Final = 3


def reads(body: Body) -> dict[str, Any]:
    """The reply to any of the prompts."""
    system = body["messages"][0]["content"]
    if "editor of a daily note" in system:
        count = len(re.findall(r"^\d+\. ", prompt_of(body).rpartition("The candidates (data):")[2], re.MULTILINE))
        return {"keep": [{"number": n, "worth": 8, "specificity": 7} for n in range(1, count + 1)]}
    if "correct short texts" in system:
        return {"texts": []}
    if "You check statements" in system:
        numbers = re.findall(r"^statement (\d+):", prompt_of(body), re.MULTILINE)
        return {"verdicts": [{"number": int(number), "supported": True} for number in numbers]}
    if "You answer a question" in system:
        return _answer(prompt_of(body))
    return {"insights": list(_insights(prompt_of(body).rpartition("A part of the transcript (data)")[2]))[:_EACH]}


def _answer(said: str) -> dict[str, Any]:
    passages = re.findall(r"^\[(\d+)\] \([^\n]*?\d{4}[^)\n]*\) (.+)$", said, re.MULTILINE)
    sentences = [(int(number), sentence.strip()) for number, text in passages for sentence in _SENTENCE.findall(text)]
    best = [(number, sentence) for number, sentence in sentences if len(sentence.split()) > 7][:2]
    return {
        "grade": "answered",
        "correction": None,
        "statements": [{"text": sentence, "passages": [number]} for number, sentence in best],
    }


def _insights(said: str) -> Iterator[dict[str, Any]]:
    """Two or three whole sentences of a line, where they make a body of the right length."""
    for number, text in _LINE.findall(said):
        sentences = [sentence.strip() for sentence in _SENTENCE.findall(text)]
        for first in range(len(sentences) - 1):
            for many in (2, 3):
                body = " ".join(sentences[first : first + many])
                if 36 <= len(normalised(body).split()) <= 58 and not _LEANS.match(body):
                    yield _insight(int(number), body)


def _insight(number: int, body: str) -> dict[str, Any]:
    words = body.split()
    return {
        "headline": " ".join(words[:10]).rstrip(".,;:!?"),
        "body": body,
        "quote": " ".join(words[:24]),
        "first_segment": number,
        "last_segment": number,
        "kind": "claim",
        "topics": ["sample"],
        "worth": 8,
        "specificity": 7,
    }
