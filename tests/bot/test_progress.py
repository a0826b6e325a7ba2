"""What is seen of a command under way."""

import io

from rich.console import Console

from bot.handover import Progress
from bot.progress import progress_bar
from bot.texts.message import Message, Paragraph, text
from bot.texts.message_json import to_json

_SO_FAR = Progress(1, 0, "", to_json(Message((Paragraph(text("The tariff was [bold]the reason[/bold].")),), "")))


def _seen(*, is_terminal: bool = True, grows: bool = True, step: Progress = _SO_FAR) -> str:
    out = io.StringIO()
    with progress_bar(Console(file=out, force_terminal=is_terminal, width=80), grows=grows) as report:
        report(step)
    return out.getvalue()


def test_a_growing_reply_is_shown_and_taken_away_again() -> None:
    seen = _seen()
    assert "The tariff was [bold]the reason[/bold]." in seen
    assert seen.rpartition("reason")[2].count("\x1b[2K") >= 2  # its lines are erased for the whole reply


def test_it_is_not_shown_where_it_would_be_in_the_way() -> None:
    assert "tariff" not in _seen(grows=False)
    assert _seen(is_terminal=False) == ""


def test_a_long_operation_shows_its_bar_instead() -> None:
    assert "3/7" in _seen(step=Progress(3, 7, "An episode"))
