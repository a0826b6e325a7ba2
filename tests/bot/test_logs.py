import json
import logging
from collections.abc import Iterator

import pytest
from dbos import DBOS

from bot.logs import set_up_logs


@pytest.fixture
def restored_root() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


@pytest.mark.usefixtures("restored_root")
def test_json_lines_hold_the_fields(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(level="INFO", layout="json")

    logging.getLogger("test").info("Read a feed.", extra={"feed": "https://u:p@x.example/"})

    entry = json.loads(capsys.readouterr().err)
    assert entry["message"] == "Read a feed."
    assert entry["feed"] == "https://…@x.example/"


@pytest.mark.usefixtures("restored_root")
def test_what_others_wrote_cannot_begin_a_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(level="INFO", layout="text")

    logging.getLogger("test").warning("Read “a\nb”.", extra={"problem": "no\n2026-11-23 ERROR all is lost"})

    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.usefixtures("restored_root")
def test_the_engines_library_logs_through_ours(capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("dbos").propagate = False  # as the library leaves it where it comes first
    set_up_logs(level="INFO", layout="json")
    DBOS(config={"name": "podsift", "log_level": "ERROR"})
    try:
        logging.getLogger("dbos").error("Lost postgresql://u:geheim@h/d.")
    finally:
        DBOS.destroy(destroy_registry=True)

    assert json.loads(capsys.readouterr().err)["message"] == "Lost postgresql://…@h/d."


@pytest.mark.usefixtures("restored_root")
def test_text_lines_hold_the_trace(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(level="INFO", layout="text")

    logging.getLogger("test").warning("It failed.", exc_info=ValueError("sk-abcdefgh12"), extra={"stage": "index"})

    line = capsys.readouterr().err
    assert "It failed. stage=index" in line
    assert "ValueError: …" in line
