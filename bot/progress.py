"""A progress bar for long commands; silent where nobody watches."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from bot.handover import Progress as Step
from bot.handover import Report

_TITLE = 44


@contextmanager
def progress_bar(console: Console, *, doing: str = "Reading episodes") -> Iterator[Report]:
    """A report that draws a bar while the block runs, and takes it away at the end."""
    if not console.is_terminal:
        yield lambda _step: None
        return
    bar = Progress(
        TextColumn("  {task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        _Title(),
        console=console,
        transient=True,
    )
    task = bar.add_task(doing, total=None, visible=False, title="")

    def report(step: Step) -> None:
        bar.update(task, completed=step.done, total=step.total or None, visible=step.total > 0, title=step.text)

    with bar:
        yield report


class _Title(TextColumn):
    """What is being worked on; a title is never markup."""

    def __init__(self) -> None:
        super().__init__("")

    def render(self, task: object) -> Text:
        title = str(getattr(task, "fields", {}).get("title", ""))
        return Text(title if len(title) <= _TITLE else f"{title[: _TITLE - 1]}…", style="dim")
