"""Names that are the same wherever and whenever they are computed, so that every step may run twice."""

from hashlib import blake2b


def stable_id(*parts: str) -> str:
    """Sixteen hex digits that depend on the parts alone (their order and borders included)."""
    digest = blake2b(digest_size=8)
    for part in parts:
        raw = part.encode()
        digest.update(len(raw).to_bytes(8, "big"))
        digest.update(raw)
    return digest.hexdigest()


def content_hash(content: bytes | bytearray) -> str:
    """Thirty-two hex digits that name this content."""
    return blake2b(content, digest_size=16).hexdigest()
