"""What is seen of a command under way: a bar, or a reply that grows; nothing where nobody watches."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from bot.handover import Progress as Step
from bot.handover import Report
from bot.texts.message import Message
from bot.texts.message_json import from_json
from bot.texts.terminal import drawn

_TITLE = 26


@contextmanager
def progress_bar(console: Console, *, doing: str = "Reading episodes", grows: bool = False) -> Iterator[Report]:
    """A report that draws a bar while the block runs, and takes it away at the end.

    With `grows` a reply is shown while it is written; it is taken away too, since the whole one follows.
    """
    if not console.is_terminal:
        yield lambda _step: None
        return
    bar = Progress(
        TextColumn("  {task.description}"),
        BarColumn(bar_width=16),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        _Title(),
        auto_refresh=False,
    )
    task = bar.add_task(doing, total=None, visible=False, title="")
    replies: list[Message] = []

    def report(step: Step) -> None:
        if step.message is None:
            bar.update(task, completed=step.done, total=step.total or None, visible=step.total > 0, title=step.text)
        elif grows:
            replies.append(from_json(step.message))

    def seen() -> RenderableType:
        return drawn(replies[-1], console=console) if replies else bar.get_renderable()

    with Live(console=console, transient=True, get_renderable=seen):
        yield report


class _Title(TextColumn):
    """What is being worked on; a title is never markup."""

    def __init__(self) -> None:
        super().__init__("")

    def render(self, task: object) -> Text:
        title = str(getattr(task, "fields", {}).get("title", ""))
        return Text(title if len(title) <= _TITLE else f"{title[: _TITLE - 1]}…", style="dim")
