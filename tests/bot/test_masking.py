"""No secret stands in a log: not one of the settings, whatever it looks like, nor one that looks like a secret."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from typing import Any, Literal, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.logs import set_up_logs
from bot.masking import masked, masking, secrets_of
from bot.settings import Settings

SECRET_FIELDS = [
    name
    for name, field in Settings.model_fields.items()
    if SecretStr in (field.annotation, *get_args(field.annotation))
]
ADDRESS_FIELDS = [name for name in Settings.model_fields if name.endswith(("_url", "_api"))]
WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=6, max_size=60)
PASSWORDS = st.text("aZ09/@:?#%+=-.", min_size=6, max_size=30)


def settings_with(name: str, value: object) -> Settings:
    """Settings of which one is given, unjudged."""
    given: dict[str, Any] = {name: value}
    return Settings.model_construct(**given)


@contextmanager
def logging_of(settings: Settings, layout: Literal["text", "json"]) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        with redirect_stderr(io.StringIO()) as said:
            set_up_logs(level="INFO", layout=layout, secrets=secrets_of(settings))
            yield said
    finally:
        root.handlers[:], root.level = handlers, level


def everything_that_is_logged(settings: Settings, secret: str, layout: Literal["text", "json"]) -> str:
    """The lines of a log that was told the secret in every way that there is."""
    with logging_of(settings, layout) as said:
        log = logging.getLogger("test")
        log.info("It is %s.", secret, extra={"alone": secret, "within": {"key": [secret]}})
        error = KeyError(secret)
        error.__cause__ = ValueError(secret)
        log.error("It failed.", exc_info=error)
    return said.getvalue()


@pytest.mark.parametrize("layout", ["text", "json"])
@pytest.mark.parametrize("name", SECRET_FIELDS)
@given(words=WORDS)
def test_no_secret_of_the_settings_reaches_a_log(name: str, layout: Literal["text", "json"], words: str) -> None:
    secret = f"geheim{words}heimlich"
    logged = everything_that_is_logged(settings_with(name, SecretStr(secret)), secret, layout)

    assert "geheim" not in logged
    assert "heimlich" not in logged


@pytest.mark.parametrize("name", ["database_url", *ADDRESS_FIELDS])
@given(password=PASSWORDS)
def test_no_password_within_an_address_of_the_settings_reaches_a_log(name: str, password: str) -> None:
    secret = f"geheim{password}heimlich"
    address = f"https://user:{secret}@host.example/path?sslmode=require"
    settings = settings_with(name, SecretStr(address) if name == "database_url" else address)

    logged = everything_that_is_logged(settings, secret, "text")

    assert "geheim" not in logged
    assert "heimlich" not in logged


def test_a_key_in_the_query_of_an_address_is_a_secret_and_the_rest_is_none() -> None:
    settings = settings_with("database_url", SecretStr("postgresql://h/d?password=geheimes&sslmode=require"))

    assert "geheimes" in secrets_of(settings)
    assert "require" not in secrets_of(settings)


def test_what_is_too_short_to_guard_anything_leaves_the_text_as_it_is() -> None:
    assert masking(["none", ""])("There are none.") == "There are none."


def test_a_line_for_machines_stays_one() -> None:
    settings = settings_with("slack_signing_secret", SecretStr('geheim"\\heimlich'))

    logged = everything_that_is_logged(settings, 'geheim"\\heimlich', "json")

    assert [json.loads(line)["logger"] for line in logged.splitlines()] == ["test", "test"]


@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-123-abc",
        "xapp-1-A-2",
        "sk-proj-abcdefgh",
        "https://anna:geheim@feeds.example/x",
        "postgresql://anna:se/geheim@host/database",
        "postgresql://anna:se@se/geheim@host/database",
        "https://feeds.example/x?token=geheim",
        "Authorization: Bearer geheim.abc",
        "Authorization: Basic Z2VoZWlt==",
        "password=geheim",
        '{"password": "geheim"}',
        "https://hooks.slack.com/services/T0001/B0001/geheim",
        "https://discord.com/api/webhooks/112233/geheim",
        "MTE5MjM0NTY3ODkwMTIzNDU2.GabCDE.abcdefghijklmnopqrstuvgeheim",
    ],
)
def test_what_looks_like_a_secret_reaches_no_log(secret: str) -> None:
    text = masked(f"before {secret} after")

    for part in ("geheim", "Z2VoZWlt", "123-abc", "abcdefgh", "A-2", "se/", "se@"):
        assert part not in text
    assert text.startswith("before ")
    assert text.endswith(" after")


@pytest.mark.parametrize(
    "text",
    [
        "Read https://host.example:8080/@user/feed.xml of ada@host.example.",
        "It took tokens=12 of the key pipeline.adapters.catalog.",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert masked(text) == text
