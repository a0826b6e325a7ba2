"""What went wrong at the server becomes one of our errors, with a sentence that says what to do."""

import re
from http import HTTPStatus
from typing import Final

import openai

from pipeline.adapters.http.headers import retry_after
from pipeline.adapters.openai_model.server import CHAT, Service
from pipeline.adapters.openai_model.wire import ContextTooLong, Declined, RequestRefused, Throttled
from pipeline.domain.errors import ModelBusy, ModelError, ModelQuota
from pipeline.domain.talk.live_text import inert

_TOO_LONG: Final = re.compile(
    r"context[_ ](?:length|window|size)|maximum (?:context|prompt|input)|(?:prompt|input|request) is too long"
    r"|too many (?:input )?tokens|reduce the length|exceeds? (?:the )?(?:available|max\w*) (?:context|tokens|input)",
    re.IGNORECASE,
)
_NO_CREDIT: Final = re.compile(
    r"insufficient[_ ](?:quota|balance|credit)|billing|exceeded your current quota", re.IGNORECASE
)
_FILTER: Final = re.compile(r"content[_ ](?:filter|policy)|content management policy|safety system", re.IGNORECASE)
_MODEL: Final = re.compile(r"\bmodel\b", re.IGNORECASE)
_SAID: Final = 200
_SHORTEST_SECRET: Final = 6
"""Characters: what is shorter, like the “none” of a server without keys, is a part of ordinary words."""


def explained(error: Exception, *, model: str, host: str, seconds: float, service: Service = CHAT) -> ModelError:
    """Our error for a failed try."""
    if isinstance(error, openai.APIStatusError):
        return _of_status(error, model=model, host=host, service=service)
    if isinstance(error, TimeoutError | openai.APITimeoutError):
        return ModelBusy(f"{service.noun} at {host} did not answer within {seconds:.0f} seconds.")
    if isinstance(error, openai.APIConnectionError):
        return ModelBusy(f"{service.noun} at {host} cannot be reached. Is {service.address} right?")
    return ModelBusy(f"{service.noun} at {host} broke off its reply.")


def not_compatible(host: str, *, service: Service = CHAT) -> ModelError:
    """For a server that answers with something else altogether."""
    return ModelError(
        f"{host} answers, but not as OpenAI does. Check {service.address}; most such addresses end in /v1."
    )


def _of_status(error: openai.APIStatusError, *, model: str, host: str, service: Service) -> ModelError:
    status, said = error.status_code, _said(error)
    code = f"{error.code or ''} {error.type or ''} {said}"
    if status == HTTPStatus.PAYMENT_REQUIRED or (status == HTTPStatus.TOO_MANY_REQUESTS and _NO_CREDIT.search(code)):
        return ModelQuota(f"The account at {host} has no credit left. Top it up, or change {service.key}.")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Throttled(f"{service.noun} at {host} asks us to slow down.", retry_after=_wait(error))
    if _TOO_LONG.search(code):
        return ContextTooLong(f"The text is too long for {model}.")
    if status in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT} or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ModelBusy(f"{service.noun} at {host} answered {status}.", retry_after=_wait(error))
    return _of_refusal(status, code, said, model=model, host=host, service=service)


def _of_refusal(status: int, code: str, said: str, *, model: str, host: str, service: Service) -> ModelError:
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return ModelError(f"{host} does not accept the key ({status}). Check {service.key}.")
    if status == HTTPStatus.NOT_FOUND and _MODEL.search(code):
        return ModelError(f"{host} has no model “{model}”. Check {service.model}; models are renamed and withdrawn.")
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}:
        return not_compatible(host, service=service)
    if _FILTER.search(code):
        return Declined(f"The content filter of {host} declined the text.")
    return RequestRefused(f"{host} refused the request ({status}): {said}", said=said)


def _said(error: openai.APIStatusError) -> str:
    """What the server said, without what opened it: some say the key back, and this is stored and shown."""
    body = error.body
    message = body.get("message") if isinstance(body, dict) else None
    said, sent = str(message or body or error.message), error.response.request
    _, _, credentials = sent.headers.get("Authorization", "").partition(" ")
    for secret in (credentials, sent.url.password, sent.url.username):
        said = said.replace(secret, "…") if len(secret) >= _SHORTEST_SECRET else said
    return inert(said)[:_SAID]


def _wait(error: openai.APIStatusError) -> float | None:
    millis = error.response.headers.get("retry-after-ms", "")
    if millis.isascii() and millis.isdigit():
        return int(millis) / 1_000
    headers = {name: error.response.headers.get(name, "") for name in ("Retry-After", "Date")}
    return retry_after(headers)
