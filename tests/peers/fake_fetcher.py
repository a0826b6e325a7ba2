"""A Fetcher that knows a few addresses and remembers what it was asked."""

from collections.abc import Mapping

from pipeline.domain.errors import FetchError, HttpStatus, TooLarge
from pipeline.domain.feed import Validators
from pipeline.ports import Fetched

Answer = bytes | Fetched | FetchError


class FakeFetcher:
    """Answers from a dict of address to body, Fetched or error; an unknown address is a 404."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self._answers = dict(answers)
        self.asked: list[str] = []
        self.shown: dict[str, str | None] = {}
        """The credentials that each address was shown."""

    async def fetch(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        max_bytes: int = 25_000_000,
        credentials: str | None = None,
    ) -> Fetched:
        """The prepared answer; a body above `max_bytes` is refused like the real thing does."""
        self.asked.append(url)
        self.shown[url] = credentials
        answer = self._answers.get(url, HttpStatus(url, 404))
        if isinstance(answer, FetchError):
            raise answer
        fetched = answer if isinstance(answer, Fetched) else Fetched(url=url, body=answer)
        if len(fetched.body) > max_bytes:
            raise TooLarge(url, f"more than {max_bytes} bytes")
        return fetched
