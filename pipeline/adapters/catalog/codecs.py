"""Values as the text or bytes of one column, and back."""

import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError

from pipeline.domain.digest import Digest
from pipeline.domain.feed import FoundEpisode, SeenItem
from pipeline.domain.transcript import Segment

_LEVEL: Final = 6
_FAST: Final = 1


def found_to_json(found: FoundEpisode) -> str:
    """Everything a feed says of an episode; equal episodes give equal text."""
    return _to_json(_founds(), found)


def found_from_json(text: str) -> FoundEpisode:
    """The inverse of `found_to_json`; fields that were unknown when it was written have their defaults."""
    return _founds().validate_json(text)


def digest_to_json(digest: Digest) -> str:
    """A digest frozen with its insights and episodes, so that it can be shown whatever becomes of them."""
    return _to_json(_digests(), digest)


def digest_from_json(text: str) -> Digest:
    """The inverse of `digest_to_json`."""
    return _digests().validate_json(text)


def words_to_json(words: Sequence[str]) -> str:
    """A list of words."""
    return json.dumps(list(words))


def words_from_json(text: str) -> tuple[str, ...]:
    """The inverse of `words_to_json`."""
    return tuple(json.loads(text))


def numbers_to_json(numbers: Mapping[str, int]) -> str:
    """Numbers by name."""
    return json.dumps(dict(numbers), sort_keys=True)


def pack_segments(segments: Sequence[Segment]) -> bytes:
    """Compressed: an hour of talk is about 20 kB."""
    rows = [[s.text, s.start, s.end, s.speaker, *([True] if s.advert else [])] for s in segments]
    return zlib.compress(json.dumps(rows, separators=(",", ":")).encode(), _LEVEL)


def unpack_segments(packed: bytes) -> tuple[Segment, ...]:
    """The inverse of `pack_segments`."""
    return tuple(Segment(*row) for row in json.loads(zlib.decompress(packed)))


def pack_items(items: Sequence[SeenItem]) -> bytes:
    """Compressed: two thousand items are about 40 kB."""
    rows = [[i.hash, i.guid, None if i.published is None else i.published.timestamp()] for i in items]
    return zlib.compress(json.dumps(rows, separators=(",", ":")).encode(), _FAST)


def unpack_items(packed: bytes) -> tuple[SeenItem, ...]:
    """The inverse of `pack_items`."""
    rows = json.loads(zlib.decompress(packed))
    return tuple(
        SeenItem(name, guid, None if at is None else datetime.fromtimestamp(at, UTC)) for name, guid, at in rows
    )


@cache
def _founds() -> TypeAdapter[FoundEpisode]:
    return TypeAdapter(FoundEpisode)


@cache
def _digests() -> TypeAdapter[Digest]:
    return TypeAdapter(Digest)


def _to_json(adapter: TypeAdapter[Any], value: object) -> str:
    try:
        return adapter.dump_json(value).decode()
    except PydanticSerializationError:
        # Half a character (a lone surrogate), which UTF-8 cannot hold.
        whole = json.dumps(adapter.dump_python(value, mode="json"), ensure_ascii=False)
        return whole.encode("utf-8", "replace").decode()
