"""What `podsift doctor` looks at."""

import shutil
from pathlib import Path
from typing import Final

from bot.app import App
from bot.shapes import CheckShape
from pipeline.domain.errors import PodsiftError

_RESERVE: Final = 2 * 1024**3
"""Bytes that should stay free: below this, audio is no longer downloaded."""


async def examine(app: App) -> tuple[CheckShape, ...]:
    """All checks, each with what to do where something is missing. Nothing is changed."""
    return (
        _data_folder(app),
        _database(app),
        await _index(app),
        _meaning(app),
        _insights(app),
        _audio(app),
        _channels(app),
    )


def _data_folder(app: App) -> CheckShape:
    folder = app.settings.data.resolve()
    free = shutil.disk_usage(folder).free
    detail = f"{folder}, {free / 1024**3:.0f} GB free."
    if free < _RESERVE:
        return CheckShape(name="Data folder", state="problem", detail=detail, help="Make room on this disk.")
    return CheckShape(name="Data folder", state="ok", detail=detail, help="")


def _database(app: App) -> CheckShape:
    if app.settings.is_embedded:
        detail = "SQLite in the data folder (one process)."
        return CheckShape(name="Catalogue", state="ok", detail=detail, help="")
    return CheckShape(name="Catalogue", state="ok", detail="PostgreSQL, as PODSIFT_DATABASE_URL says.", help="")


async def _index(app: App) -> CheckShape:
    try:
        counts = await app.index.counts()
    except PodsiftError as error:
        return CheckShape(name="Index", state="problem", detail=str(error), help="Run “podsift reindex”.")
    missing = app.index.needs_rebuild or counts.unfinished > 0
    return CheckShape(
        name="Index",
        state="problem" if missing else "ok",
        detail=f"{counts.chunks} passages of {counts.episodes} episodes, {counts.insights} insights.",
        help="Run “podsift reindex”." if missing else "",
    )


def _meaning(app: App) -> CheckShape:
    detail = f"the shipped model {app.pipeline.embedder.version}, without a network."
    return CheckShape(name="Search by meaning", state="ok", detail=detail, help="")


def _insights(app: App) -> CheckShape:
    return CheckShape(
        name="Insights and answers",
        state="off",
        detail=f"picked passages in the speakers' own words ({app.pipeline.proposer.version}).",
        help="",
    )


def _audio(app: App) -> CheckShape:
    model = app.settings.whisper_model
    if app.pipeline.transcriber is None:
        return CheckShape(
            name="Transcription",
            state="off",
            detail="episodes without a published transcript are left out.",
            help="Set PODSIFT_WHISPER_MODEL, for example to “small”.",
        )
    here = " (a folder on this machine)" if Path(model).is_dir() else ", fetched when it is first needed"
    return CheckShape(name="Transcription", state="ok", detail=f"faster-whisper, model {model}{here}.", help="")


def _channels(_app: App) -> CheckShape:
    detail = "the local channel of this machine."
    return CheckShape(name="Channels", state="ok", detail=detail, help="")
