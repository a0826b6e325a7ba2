"""Texts become vectors: the embedding table that is shipped with Podsift, and what suits it."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from pipeline.domain.errors import IndexUnavailable
from pipeline.ports import Vectors

if TYPE_CHECKING:
    from model2vec import StaticModel

SHIPPED_MODEL: Final = Path(__file__).parent / "model"


class StaticEmbedder:
    """Embedder by a table with one row for each word piece: the mean of a text's rows, unit length.

    A text without any known piece (an empty one) gives a row of zeros, whose cosine with everything is 0: it is
    near to nothing. The table (9 MB) is read at the first use, in this object's own thread.
    """

    def __init__(self, folder: Path = SHIPPED_MODEL, *, version: str = "static-v1") -> None:
        self._folder = folder
        self._version = version
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="embedding")
        self._model: StaticModel | None = None

    @property
    def version(self) -> str:
        """See pipeline.ports.Embedder."""
        return self._version

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """See pipeline.ports.Embedder. Raises IndexUnavailable when the table cannot be read."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._encode, list(texts))

    def close(self) -> None:
        """Let the thread go."""
        self._pool.shutdown(wait=False)

    def _encode(self, texts: list[str]) -> Vectors:
        model = self._model = self._model or self._load()
        if not texts:
            return np.zeros((0, model.dim), dtype=np.float32)
        # The library would cut a text at 512 pieces, and fork for many texts.
        rows = model.encode(texts, max_length=None, use_multiprocessing=False).astype(np.float32)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        units: Vectors = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
        return units

    def _load(self) -> "StaticModel":
        from model2vec import StaticModel
        from safetensors import SafetensorError

        # The library would take the name of a missing folder for a model to download.
        if not self._folder.is_dir():
            raise IndexUnavailable(f"The embedding table in {self._folder} cannot be read: there is no such folder.")
        try:
            return StaticModel.from_pretrained(self._folder, force_download=False)
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise IndexUnavailable(f"The embedding table in {self._folder} cannot be read: {error}.") from error
