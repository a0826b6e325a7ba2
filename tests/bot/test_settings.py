from pathlib import Path

import pytest

from bot.settings import Settings, load_settings
from pipeline.domain.errors import SettingsError

EXAMPLE = Path(__file__).parent.parent.parent / ".env.example"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No `.env` and no setting of the developer's is seen."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"PODSIFT_{name.upper()}", raising=False)


def test_everything_has_a_default() -> None:
    settings = load_settings()

    assert settings.is_embedded
    assert settings.catalog_url.startswith("sqlite:////")
    assert settings.engine_url != settings.catalog_url


def test_one_database_serves_both_when_it_is_not_embedded() -> None:
    settings = load_settings(database_url="postgresql://db/podsift")

    assert settings.catalog_url == settings.engine_url == "postgresql://db/podsift"


def test_the_example_documents_every_setting_and_no_other() -> None:
    documented = {
        line.split("=")[0].removeprefix("PODSIFT_").lower()
        for line in EXAMPLE.read_text(encoding="utf-8").splitlines()
        if line.startswith("PODSIFT_")
    }

    assert documented == set(Settings.model_fields)


def test_the_example_is_a_valid_file_that_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")

    from_example = load_settings()
    (tmp_path / ".env").unlink()

    assert from_example == load_settings()


def test_names_an_unknown_setting_and_the_nearest_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PODSIFT_ZONES", "UTC")

    with pytest.raises(SettingsError, match=r"PODSIFT_ZONES is not a setting; did you mean PODSIFT_ZONE\?"):
        load_settings()


def test_names_an_unknown_setting_in_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PODSIFT_BACKFIL=3\n", encoding="utf-8")

    with pytest.raises(SettingsError, match="PODSIFT_BACKFIL is not a setting"):
        load_settings()


def test_names_every_wrong_value_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PODSIFT_ZONE", "Europe/Berln")
    monkeypatch.setenv("PODSIFT_BACKFILL", "-1")

    with pytest.raises(SettingsError, match=r"Europe/Berlin.*PODSIFT_BACKFILL"):
        load_settings()


def test_reads_networks_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PODSIFT_ALLOW_NETWORKS", "10.0.0.0/8, fd00::/8")

    assert [str(network) for network in load_settings().allow_networks] == ["10.0.0.0/8", "fd00::/8"]


@pytest.mark.parametrize("role", ["bot", "worker", "gpu"])
def test_a_role_needs_what_several_processes_share(role: str) -> None:
    with pytest.raises(SettingsError, match="share a PostgreSQL and a Chroma server: set PODSIFT_DATABASE_URL"):
        load_settings(role=role)
    with pytest.raises(SettingsError, match="PODSIFT_CHROMA_URL"):
        load_settings(role=role, database_url="postgresql://db/podsift")


def test_processes_share_a_data_folder_only_where_they_share_the_rest() -> None:
    shared = {"database_url": "postgresql://db/podsift", "chroma_url": "http://chroma:8000"}

    assert load_settings(role="worker", worker="worker-1", **shared).folder_slot == "worker-1"
    assert load_settings(worker="worker-1").folder_slot == ""


@pytest.mark.parametrize(
    ("setting", "given", "told"),
    [
        ("chroma_url", "foo", "it needs an address that begins with http:// or https://, like http://127.0.0.1:8000"),
        ("openai_base_url", "localhost:11434", "it needs an address that begins with http"),
        ("database_url", "mysql://ann:hunter2@db/podsift", "it needs postgresql://user:password@host/database"),
        ("database_url", "nonsense", "it needs postgresql://user:password@host/database"),
        ("worker", "a b", "it needs up to 40 letters, digits, dots, dashes or underscores, like worker-1"),
        ("discord_shards", "some", "it needs “auto”, how many, or which of how many, like 0,1/4"),
    ],
)
def test_a_wrong_form_is_told_in_words(setting: str, given: str, told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(**{setting: given})

    assert str(caught.value).startswith(f"PODSIFT_{setting.upper()} is wrong: {told}")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("name", ["", "../up", "a b", "x" * 41])
def test_the_name_of_a_process_is_fit_for_a_file(name: str) -> None:
    with pytest.raises(SettingsError, match="PODSIFT_WORKER"):
        load_settings(worker=name)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"slack_bot_token": "x"}, "PODSIFT_SLACK_APP_TOKEN"),
        ({"slack_client_id": "x", "slack_signing_secret": "x"}, "PODSIFT_SLACK_CLIENT_SECRET"),
        ({"slack_client_id": "x", "slack_client_secret": "x"}, "PODSIFT_SLACK_SIGNING_SECRET"),
        ({"slack_signing_secret": "x"}, "for one workspace"),
        ({"slack_signing_secret": "x", "slack_bot_token": "x", "slack_app_token": "x"}, "Socket Mode"),
    ],
)
def test_says_what_slack_lacks(given: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        load_settings(**given)


@pytest.mark.parametrize(
    "given",
    [
        {"slack_bot_token": "x", "slack_app_token": "x"},
        {"slack_bot_token": "x", "slack_signing_secret": "x"},
        {"slack_client_id": "x", "slack_client_secret": "x", "slack_signing_secret": "x"},
    ],
)
def test_slack_is_heard_in_three_ways(given: dict[str, str]) -> None:
    assert load_settings(**given).slack_curators == ()


def test_words_are_kept_for_two_weeks_at_least_or_for_ever() -> None:
    assert load_settings().keep_days == 0
    assert load_settings(keep_days=14).keep_days == 14
    with pytest.raises(SettingsError, match=r"PODSIFT_KEEP_DAYS is wrong: keep 14 days at least"):
        load_settings(keep_days=7)


def test_a_cap_needs_the_price_of_what_is_paid() -> None:
    hosted = {"openai_transcription_model": "whisper-1", "openai_daily_cap": 1.0}
    assert load_settings(**hosted, openai_transcription_price=0.006).openai_daily_cap == 1.0
    with pytest.raises(SettingsError, match="a cap without prices"):
        load_settings(**hosted)
    with pytest.raises(SettingsError, match="a cap without prices"):
        load_settings(**hosted, openai_transcription_price=0.006, openai_model="small")


@pytest.mark.parametrize("name", ["openai_transcription_base_url", "openai_embedding_base_url"])
def test_an_address_of_a_hosted_model_is_one(name: str) -> None:
    with pytest.raises(SettingsError, match=name.upper()):
        load_settings(**{name: "localhost"})
