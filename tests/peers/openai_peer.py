"""An OpenAI-compatible server on loopback: speaks the real wire, well or badly.

    async with OpenAIPeer() as peer:
        peer.answers = [status(429, retry_after="1"), says('{"keep": []}')]
        ... the unmodified client against peer.base_url ...

`answers` are given in turn, the last one stays; a function of the request's body may stand for an answer. Every body
that was sent is kept in `requests`. Sound that is uploaded is answered by `hearings` and kept in `heard`, texts that
become vectors by `embeddings` and kept in `embedded`: tests/peers/hosted_answers.py has answers for both.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import web

Body = dict[str, Any]
Answer = Callable[[web.BaseRequest, Body], Awaitable[web.StreamResponse]]


@dataclass
class OpenAIPeer:
    """Listens on 127.0.0.1 at a free port while its context is open."""

    answers: list[Answer] = field(default_factory=list)
    requests: list[Body] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    hearings: list[Answer] = field(default_factory=list)
    heard: list[Body] = field(default_factory=list)
    embeddings: list[Answer] = field(default_factory=list)
    embedded: list[Body] = field(default_factory=list)
    port: int = 0
    _runner: web.ServerRunner | None = None

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(web.Server(self._answer), shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def models(self) -> list[str]:
        """The model of each request, in order."""
        return [body["model"] for body in self.requests]

    def forms(self) -> list[str]:
        """What form of reply each request asked for: a schema, an object, or nothing."""
        return [body.get("response_format", {}).get("type", "plain") for body in self.requests]

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        by_path = {
            "/v1/chat/completions": (self.answers, self.requests),
            "/v1/audio/transcriptions": (self.hearings, self.heard),
            "/v1/embeddings": (self.embeddings, self.embedded),
        }
        answers, kept = by_path.get(request.path, ([], []))
        if not answers:
            return web.json_response({"error": {"message": "Unknown request URL."}}, status=404)
        body = await (_form(request) if request.content_type == "multipart/form-data" else request.json())
        kept.append(body)
        self.headers.append(dict(request.headers))
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return await answer(request, body)


def says(text: str, *, finish: str = "stop", usage: tuple[int, int] | None = (1_000, 100)) -> Answer:
    """A completion with this text."""
    return _completion({"role": "assistant", "content": text, "refusal": None}, finish=finish, usage=usage)


def says_json(value: object) -> Answer:
    """A completion that is this value as JSON."""
    return says(json.dumps(value))


def refuses(words: str = "I'm sorry, I can't help with that.") -> Answer:
    """A completion that is a refusal."""
    return _completion({"role": "assistant", "content": None, "refusal": words}, finish="stop", usage=(1_000, 10))


def filtered() -> Answer:
    """A completion that the content filter stopped."""
    return says("", finish="content_filter")


def thinks(reply: Callable[[Body], object]) -> Answer:
    """A completion with the JSON of what the function makes of the request."""

    async def answer(request: web.BaseRequest, body: Body) -> web.StreamResponse:
        return await says_json(reply(body))(request, body)

    return answer


def status(code: int, message: str = "No.", *, error: str = "", **headers: str) -> Answer:
    """Always this status with an error body; `headers` are given with underscores (`retry_after="2"`)."""

    async def answer(_: web.BaseRequest, body: Body) -> web.StreamResponse:
        del body
        named = {name.replace("_", "-").title(): value for name, value in headers.items()}
        said = {"error": {"message": message, "type": error or "error", "param": None, "code": error or None}}
        return web.json_response(said, status=code, headers=named)

    return answer


def no_credit() -> Answer:
    """What OpenAI says when the account is empty."""
    return status(429, "You exceeded your current quota, please check your plan.", error="insufficient_quota")


def knows_only(*forms: str, then: Answer) -> Answer:
    """Refuses a `response_format` of another type, with 400."""

    async def answer(request: web.BaseRequest, body: Body) -> web.StreamResponse:
        form = body.get("response_format", {}).get("type", "plain")
        if form in forms:
            return await then(request, body)
        complaint = f"'response_format' of type '{form}' is not supported with this model."
        return await status(400, complaint, error="invalid_request_error")(request, body)

    return answer


def knows_not(parameter: str, *, then: Answer) -> Answer:
    """Refuses a request that has this field, with 400."""

    async def answer(request: web.BaseRequest, body: Body) -> web.StreamResponse:
        if parameter not in body:
            return await then(request, body)
        return await status(400, f"Unsupported parameter: '{parameter}'.", error="unsupported_parameter")(request, body)

    return answer


def reads_at_most(words: int, *, then: Answer) -> Answer:
    """Refuses longer prompts as too long for the model's context."""

    async def answer(request: web.BaseRequest, body: Body) -> web.StreamResponse:
        if sum(len(message["content"].split()) for message in body["messages"]) <= words:
            return await then(request, body)
        complaint = f"This model's maximum context length is {words} tokens. Please reduce the length of the messages."
        return await status(400, complaint, error="context_length_exceeded")(request, body)

    return answer


def drops() -> Answer:
    """Break the connection in the middle of the reply."""

    async def answer(request: web.BaseRequest, body: Body) -> web.StreamResponse:
        del body
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        response.content_length = 4_000
        await response.prepare(request)
        await response.write(b'{"id": "x", "choices": [{"mess')
        assert request.transport is not None
        request.transport.close()
        return response

    return answer


def drips(*, pause: float = 0.02) -> Answer:
    """One space, a pause, one space, a pause, without end: no time limit between two pieces ever ends it."""

    async def answer(request: web.BaseRequest, body: Body) -> web.StreamResponse:
        del body
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(pause)

    return answer


def sends(raw: bytes, *, kind: str = "application/json") -> Answer:
    """These very bytes with status 200."""

    async def answer(_: web.BaseRequest, body: Body) -> web.StreamResponse:
        del body
        return web.Response(body=raw, content_type=kind)

    return answer


def streams(*pieces: str | asyncio.Event, finish: str = "stop", usage: tuple[int, int] | None = (1_000, 100)) -> Answer:
    """A completion in these pieces, as events; an Event among them is waited for."""

    async def answer(request: web.BaseRequest, body: Body) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for piece in pieces:
            if isinstance(piece, asyncio.Event):
                await piece.wait()
            else:
                await response.write(_event(body, {"content": piece}, None))
        await response.write(_event(body, {}, finish))
        if usage is not None and body.get("stream_options", {}).get("include_usage"):
            counts = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
            await response.write(_event(body, None, None, usage=counts))
        await response.write(b"data: [DONE]\n\n")
        return response

    return answer


def breaks_off(*pieces: str) -> Answer:
    """These pieces as events, and then the connection breaks."""

    async def answer(request: web.BaseRequest, body: Body) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for piece in pieces:
            await response.write(_event(body, {"content": piece}, None))
        assert request.transport is not None
        request.transport.close()
        return response

    return answer


def as_asked(text: str) -> Answer:
    """A completion, streamed letter by letter where the request asks for a stream."""

    async def answer(request: web.BaseRequest, body: Body) -> web.StreamResponse:
        whole = streams(*text) if body.get("stream") else says(text)
        return await whole(request, body)

    return answer


def notes(event: asyncio.Event, *, then: Answer) -> Answer:
    """An answer whose request sets the event."""

    async def answer(request: web.BaseRequest, body: Body) -> web.StreamResponse:
        event.set()
        return await then(request, body)

    return answer


def by_prompt(**answers: Answer) -> Answer:
    """An answer for each kind of prompt: `answer`, `check`, `propose`, `judge` or `mend`."""
    openings = {
        "answer": "You answer",
        "check": "You check",
        "propose": "You read transcripts",
        "judge": "You are the editor",
        "mend": "You correct",
    }

    async def answer(request: web.BaseRequest, body: Body) -> web.StreamResponse:
        system = body["messages"][0]["content"]
        kind = next(kind for kind, opening in openings.items() if system.startswith(opening))
        return await answers[kind](request, body)

    return answer


def prompt_of(body: Body) -> str:
    """All that a request says."""
    return "\n".join(message["content"] for message in body["messages"])


def _event(body: Body, delta: Body | None, finish: str | None, *, usage: Body | None = None) -> bytes:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    piece = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_790_000_000, "model": body["model"]}
    return f"data: {json.dumps({**piece, 'choices': choices, 'usage': usage})}\n\n".encode()


async def _form(request: web.BaseRequest) -> Body:
    """The fields of an upload; of its file the bytes, and its name beside it."""
    body: Body = {}
    async for part in await request.multipart():
        name = str(getattr(part, "name", ""))
        if name == "file":
            body["file"], body["file_name"] = bytes(await part.read()), part.filename  # type: ignore[union-attr]  # a file is never a list
        elif name.endswith("[]"):
            body.setdefault(name[:-2], []).append(await part.text())  # type: ignore[union-attr]  # nor is a field
        else:
            body[name] = await part.text()  # type: ignore[union-attr]  # nor is a field
    return body


def _completion(message: Body, *, finish: str, usage: tuple[int, int] | None) -> Answer:
    async def answer(_: web.BaseRequest, body: Body) -> web.StreamResponse:
        said: Body = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1_790_000_000,
            "model": body["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
        }
        if usage is not None:
            said["usage"] = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
        return web.json_response(said)

    return answer
