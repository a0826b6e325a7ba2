"""What opens private feeds, sealed before it is stored (Fernet: AES in CBC mode with an HMAC)."""

import os
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken

from pipeline.domain.errors import CatalogUnavailable, SettingsError

_FOR_NAMES: Final = b"podsift.names"


class Seal:
    """Seals short texts with one key.

    `key` is 32 bytes in URL-safe base64, as `Fernet.generate_key()` makes them. Raises SettingsError for another.
    """

    def __init__(self, key: str) -> None:
        try:
            self._fernet = Fernet(key)
        except ValueError as error:
            raise SettingsError("PODSIFT_SECRET_KEY is not a key; .env.example says how to make one.") from error
        # Another key than the one that seals, made from it: one key, one purpose.
        self._naming = blake2b(key.encode(), person=_FOR_NAMES).digest()

    def close(self, text: str) -> str:
        """`text` in a form that only this key opens, different at every call."""
        return self._fernet.encrypt(text.encode()).decode()

    def name(self, text: str) -> str:
        """Thirty-two hex digits, the same for the same text, that tell nothing of it to whoever lacks the key."""
        return blake2b(text.encode(), key=self._naming, digest_size=16).hexdigest()

    def opens(self, sealed: str) -> bool:
        """Whether it was closed with this key."""
        try:
            self._fernet.decrypt(sealed)
        except InvalidToken:
            return False
        return True

    def open(self, sealed: str) -> str:
        """The inverse of `close`. Raises SettingsError when it was closed with another key."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken as error:
            raise SettingsError(
                "The stored credentials of a private feed were sealed with another key: restore PODSIFT_SECRET_KEY "
                "or the file secret.key, or remove the feed and add it again."
            ) from error


def needed(seal: Seal | None) -> Seal:
    """The seal that something private is kept with. Raises SettingsError where there is none."""
    if seal is None:
        raise SettingsError("A private feed needs the key that seals its address, and none was given.")
    return seal


def key_in(path: Path) -> str:
    """The key in this file, made with access for its owner only if there is none.

    Raises CatalogUnavailable where that cannot be written or read.
    """
    try:
        if not path.exists():
            _make_key(path)
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        problem = f"The key {path} cannot be kept: {error.strerror}. Check the disk and who owns the folder."
        raise CatalogUnavailable(problem, retryable=True) from error


def _make_key(path: Path) -> None:
    """Whole or not at all: half a key, which a full disk leaves, would keep every later start from going well."""
    half = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(Fernet.generate_key().decode())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another process that shares the folder was quicker
            os.link(half, path)
    finally:
        half.unlink(missing_ok=True)
