"""What servers answer to sound and to texts: answers for `hearings` and `embeddings` of the OpenAIPeer."""

import hashlib
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

import av
import numpy as np
from aiohttp import web

from tests.peers.openai_peer import Answer, Body, status

WORDS = (
    "We measured the model twice and it was slower than before, and that is what surprised everybody here. "
    "You know, it is not what we thought, but this was the only one that could be built for so little."
)
MORE = (
    "The second half is about the people who kept the old machine alive, because nobody else would. They met on "
    "Thursdays in a cellar under the library, brought their own soup, and wrote down every fault with a pencil. After "
    "two winters the list had nine hundred lines; most of them were the same three mistakes. Then a visitor "
    "from Lisbon asked why the clock on the wall ran backwards, and that question turned out to explain the rest."
)


def hears(text: str = WORDS, *, language: str | None = "english", **fields: Any) -> Answer:
    """The text in one segment over the whole sound; `fields` go into the segment."""

    def reply(body: Body) -> Body:
        seconds = length_of(body["file"])
        segment = {"id": 0, "start": 0.0, "end": seconds, "text": f" {text}", **fields}
        return {"task": "transcribe", "language": language, "duration": seconds, "text": text, "segments": [segment]}

    return replies(reply)


def hears_segments(*segments: tuple[float, float, str], language: str | None = "english") -> Answer:
    """These segments, whatever the sound is."""
    made = [{"start": start, "end": end, "text": f" {text}"} for start, end, text in segments]
    whole = " ".join(text for _, _, text in segments)
    return replies(lambda _: {"language": language, "text": whole, "segments": made})


def hears_words_only(text: str = WORDS) -> Answer:
    """A server that knows no times: it refuses any form of reply but json, and says nothing of the language."""

    async def answer(request: web.BaseRequest, body: Body) -> web.StreamResponse:
        form = body.get("response_format", "json")
        if form != "json":
            complaint = f"response_format '{form}' is not compatible with model '{body['model']}'."
            return await status(400, complaint, error="unsupported_value")(request, body)
        return web.json_response({"text": text, "usage": {"type": "tokens", "total_tokens": 10}})

    return answer


def replies(reply: Callable[[Body], object]) -> Answer:
    """The JSON of what the function makes of the request."""

    async def answer(_: web.BaseRequest, body: Body) -> web.StreamResponse:
        return web.json_response(reply(body))

    return answer


def length_of(file: bytes) -> float:
    """The seconds of an uploaded sound, decoded as a server does it."""
    with av.open(BytesIO(file), "r") as container:
        return sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))


def gives_vectors(*, dimensions: int = 8) -> Answer:
    """A vector for each text, the same for the same text, in no particular order and of no particular length."""

    def reply(body: Body) -> Body:
        texts: Sequence[str] = body["input"]
        rows = [
            {"object": "embedding", "index": i, "embedding": _vector(text, body.get("dimensions", dimensions))}
            for i, text in enumerate(texts)
        ]
        return {"object": "list", "data": rows[::-1], "model": body["model"], "usage": {"prompt_tokens": 7}}

    return replies(reply)


def _vector(text: str, dimensions: int) -> list[float]:
    """The sum of one direction for each of its words, so that texts that share words are near."""
    row = np.zeros(dimensions)
    for word in text.lower().split():
        seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=4).digest())
        row += np.random.default_rng(seed).standard_normal(dimensions)
    return [float(number) for number in row * 3]
