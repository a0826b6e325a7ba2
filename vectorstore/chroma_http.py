"""A Chroma server over HTTP, with a limit to every wait: Chroma's own client waits for ever."""

from typing import TYPE_CHECKING, Any, Final, cast

import httpx
from chromadb import Collection
from chromadb.api.fastapi import FastAPI
from chromadb.config import Settings, System
from chromadb.errors import ChromaError, NotFoundError
from overrides import override

from vectorstore.space import SPACE

if TYPE_CHECKING:
    from chromadb.api.collection_configuration import CreateCollectionConfiguration

_CONNECT_SECONDS: Final = 3.0
_LONGEST_SAYING: Final = 200


class NoAnswer(Exception):
    """No connection, no answer in time, or an answer that is not Chroma's."""


class ServerStore:
    """Store on a server. Nothing is asked before the first use. `seconds` limits every wait for bytes."""

    def __init__(self, url: str, *, token: str, seconds: float) -> None:
        settings = Settings(
            anonymized_telemetry=False,
            chroma_api_impl="chromadb.api.fastapi.FastAPI",
            chroma_server_host=url,
            chroma_server_http_port=8000,  # must be there; the address decides
            chroma_server_headers={"Authorization": f"Bearer {token}"} if token else {},
        )
        self._api = _Api(System(settings))
        self._api.limit(httpx.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS)))
        self._known: dict[str, Collection] = {}

    def collection(self, name: str) -> Collection:
        """See Store."""
        if name not in self._known:
            model = self._api.get_collection(name)
            self._known[name] = Collection(client=self._api, model=model, embedding_function=None)
        return self._known[name]

    def create(self, name: str) -> None:
        """See Store."""
        configuration = cast("CreateCollectionConfiguration", {"hnsw": SPACE})
        self._api.create_collection(name, configuration=configuration, get_or_create=True)

    def delete(self, name: str) -> None:
        """See Store."""
        self._known.pop(name, None)
        try:
            self._api.delete_collection(name)
        except NotFoundError:
            return

    def close(self) -> None:
        """Let the connections go."""
        self._known.clear()
        self._api.stop()
        self._api.hang_up()


class _Api(FastAPI):
    """Chroma's client, made patient no longer than it should be."""

    def limit(self, timeout: httpx.Timeout) -> None:
        self._session.timeout = timeout

    def hang_up(self) -> None:
        self._session.close()

    @override  # Chroma insists on it
    def _make_request(self, method: str, path: str, **kwargs: Any) -> Any:
        try:
            return super()._make_request(method, path, **kwargs)
        except ChromaError:
            raise
        except Exception as error:  # bare ones too: what is not Chroma’s own answer
            said = str(error).strip().partition("\n")[0][:_LONGEST_SAYING]
            raise NoAnswer(said or type(error).__name__) from error
