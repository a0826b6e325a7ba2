"""How Chroma measures nearness, in a folder and on a server alike."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from chromadb.api.collection_configuration import CreateHNSWConfiguration

SPACE: Final["CreateHNSWConfiguration"] = {"space": "cosine", "ef_search": 200}
