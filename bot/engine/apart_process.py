"""The inside of the process in which `apart.py` runs one stage, or reads one feed.

python -m bot.engine.apart_process STAGE EPISODE
python -m bot.engine.apart_process scan FEED
"""

import asyncio
import json
import os
import signal
import sys
import tempfile
import threading
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from bot.app import open_app
from bot.engine.apart import READING
from bot.engine.verdicts import Verdict, verdict_on
from bot.logs import set_up_logs
from bot.masking import secrets_of
from bot.settings import Settings
from pipeline import flows
from pipeline.adapters.sealing import key_in
from pipeline.domain.errors import PodsiftError
from pipeline.flows import Stage

_NOWHERE: Final = "http://127.0.0.1:9"
"""No index is there: the embedded one belongs to the service alone."""


def main() -> None:  # pragma: no cover - seen only inside the process
    """Do it as the service's settings on standard input say; a line on standard output tells the end."""
    # Whoever stops the service may reach this process first: it ends with the service, and not before.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    what, which = sys.argv[1:]
    # Libraries may print: what they print must not look like the answer.
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    settings = Settings(**json.loads(sys.stdin.readline()), _env_file=None)
    set_up_logs(level=settings.log_level, layout=settings.log_format, secrets=secrets_of(settings))
    threading.Thread(target=_end_with_the_service, daemon=True).start()
    done = read_here(which, settings) if what == READING else run_here(Stage(what), which, settings)
    verdict = asyncio.run(done)
    answer.write(json.dumps(verdict.as_result()) + "\n")
    answer.flush()
    os._exit(0)  # at once: a thread still reads what nobody will say


async def run_here(stage: Stage, episode_id: str, settings: Settings) -> Verdict:
    """Run the stage on the service's catalogue, with a folder for everything else that is thrown away.

    The index is the service's own, so that stage is only rehearsed, in an index that goes with the folder.
    """
    is_rehearsal = stage is Stage.INDEX
    with tempfile.TemporaryDirectory() as folder:
        try:
            async with open_app(_beside(settings, Path(folder), has_index=is_rehearsal)) as app:
                if is_rehearsal:
                    await flows.rehearse_indexing(episode_id, app.pipeline)
                    return Verdict()
                return Verdict(following=await flows.run_stage(stage, episode_id, app.pipeline))
        except PodsiftError as error:
            return verdict_on(error)


async def read_here(feed_id: str, settings: Settings) -> Verdict:
    """Read the feed and store what it says in the service's catalogue."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            async with open_app(_beside(settings, Path(folder))) as app:
                scan = await flows.scan(feed_id, app.pipeline, hold_after=settings.backfill)
        except PodsiftError as error:
            return verdict_on(error)
    return Verdict(problem=None if scan.error is None else str(scan.error))


def _beside(settings: Settings, folder: Path, *, has_index: bool = False) -> Settings:
    """The service's settings, but for the folder; with `has_index` an empty index is in it."""
    index = settings.chroma_url if settings.index_database_url else _NOWHERE
    key = settings.secret_key or SecretStr(key_in(settings.data / "secret.key"))
    return settings.model_copy(
        update={
            "data": folder,
            "database_url": SecretStr(settings.catalog_url),
            "chroma_url": "" if has_index else index,
            "secret_key": key,
            "slack_bot_token": None,
            "slack_client_id": "",
            "discord_token": None,
        }
    )


def _end_with_the_service() -> None:  # pragma: no cover - seen only inside the process
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":  # pragma: no cover - seen only inside the process
    main()
