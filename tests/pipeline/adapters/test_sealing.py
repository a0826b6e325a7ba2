from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from pipeline.adapters.sealing import Seal, key_in
from pipeline.domain.errors import CatalogUnavailable, SettingsError
from tests.peers.full_disk import no_file_grows_past


def test_opens_what_it_closed_and_shows_nothing_of_it() -> None:
    seal = Seal(Fernet.generate_key().decode())

    sealed = seal.close("anna:geheim")

    assert "geheim" not in sealed
    assert seal.open(sealed) == "anna:geheim"


def test_another_key_opens_nothing_and_says_what_to_do() -> None:
    sealed = Seal(Fernet.generate_key().decode()).close("x")

    with pytest.raises(SettingsError, match=r"secret\.key"):
        Seal(Fernet.generate_key().decode()).open(sealed)


def test_a_wrong_key_is_named() -> None:
    with pytest.raises(SettingsError, match="PODSIFT_SECRET_KEY"):
        Seal("short")


def test_the_key_file_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"

    assert key_in(path) == key_in(path)
    assert path.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == [path]


def test_a_disk_without_room_for_a_key_leaves_no_half_of_it(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"

    with no_file_grows_past(10), pytest.raises(CatalogUnavailable, match=r"secret\.key cannot be kept") as caught:
        key_in(path)
    assert caught.value.retryable
    assert list(tmp_path.iterdir()) == []
    assert Seal(key_in(path)).name("x")
