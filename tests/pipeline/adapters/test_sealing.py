from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from pipeline.adapters.sealing import Seal, key_in
from pipeline.domain.errors import SettingsError


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
