"""What a piece of work costs: processor time of this process and its peak memory, measured in a child of its own."""

import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor seconds (all threads), peak memory of the process in MiB, and how many new episodes were found."""

    seconds: float
    peak: float
    new: int


async def measured(work: Callable[[], Awaitable[int]]) -> Cost:
    """Do it and say what it cost; `work` gives the number of new episodes."""
    started = time.process_time()
    new = await work()
    return Cost(time.process_time() - started, _peak(), new)


def in_child(module: str, *arguments: object) -> list[Cost]:
    """The costs that `python -m module arguments…` prints with `tell`, from a fresh process."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return [Cost(**json.loads(line)) for line in out.splitlines() if line.startswith("{")]


def tell(cost: Cost) -> None:
    """Print a cost for `in_child`."""
    print(json.dumps(asdict(cost)), flush=True)


def _peak() -> float:
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) / 1024
