"""What a person is told to do when something goes wrong."""

import pytest

from bot.texts.wording import explain
from pipeline.domain.errors import (
    BadInput,
    CatalogDamaged,
    CatalogUnavailable,
    DataFolderBusy,
    HttpStatus,
    IndexUnavailable,
    ModelBusy,
    PodsiftError,
    TooSlow,
    Unreachable,
)

URL = "https://pods.example/feed.xml"


def test_a_backup_is_asked_for_only_where_something_is_damaged() -> None:
    assert "restore your last backup" in explain(CatalogDamaged("It is damaged.")).hint
    for unharmed in (CatalogUnavailable("No."), CatalogUnavailable("Full.", retryable=True), DataFolderBusy("Busy.")):
        assert "backup" not in explain(unharmed).hint


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (CatalogUnavailable("Not yours."), "Try it again when that is mended."),
        (
            CatalogUnavailable("Full.", retryable=True),
            "Try it again when that is mended. A running service goes on by itself.",
        ),
        (IndexUnavailable("Away."), "Try it again when that is mended. A running service goes on by itself."),
        (ModelBusy("Overloaded."), "Try it again in a few minutes."),
        (TooSlow(URL, "slow"), "Nothing was stored. Try again in a few minutes."),
        (Unreachable(URL, "away"), "Nothing was stored. Check the address, or try again in a few minutes."),
        (HttpStatus(URL, 503), "Its server is in trouble. Nothing was stored: try again in a few minutes."),
        (
            HttpStatus(URL, 429),
            "Its server is asked too often just now. Nothing was stored: try again in a few minutes.",
        ),
        (BadInput("No."), ""),
    ],
)
def test_what_was_asked_for_is_to_be_asked_again(error: PodsiftError, hint: str) -> None:
    assert explain(error).hint == hint
    assert explain(error).mends_itself is error.retryable
