"""What `podsift doctor` looks at."""

from pathlib import Path
from typing import Final

from bot.app import App
from bot.shapes.commands import CheckShape
from bot.texts.wording import CLOSED_HELP, closed_sentence
from pipeline.adapters.openai_model import HostedModel
from pipeline.domain.channel import Channel
from pipeline.domain.errors import DeliveryError, PodsiftError
from pipeline.domain.spending import month_start

_INVITE: Final = {
    "discord": "See bot/discord/README.md for the invitation with its rights.",
    "slack": "See bot/slack/README.md.",
}
_ASK: Final = {
    "discord": "Ask an admin of the server to allow it.",
    "slack": "Say “/invite @Podsift” in the channel.",
}
_SAME_KIND: Final = "Give all processes the same PODSIFT_OPENAI_EMBEDDING_MODEL, dimensions and version of Podsift"


async def examine(app: App) -> tuple[CheckShape, ...]:
    """All checks, each with what to do where something is missing. Nothing is changed."""
    return (
        _data_folder(app),
        _database(app),
        await _key(app),
        await _index(app),
        _meaning(app),
        await _insights(app),
        _audio(app),
        await _channels(app),
        *await _slack(app),
        *[check for channel in await app.roster.all() for check in await _rights(app, channel)],
    )


def _data_folder(app: App) -> CheckShape:
    folder = app.settings.data.resolve()
    free = app.upkeep.room.free
    detail = f"{folder}, {free / 1e9:.0f} GB free, {app.settings.disk_reserve_gb:g} of them in reserve."
    if free < app.settings.disk_reserve:
        help_ = "Make room on this disk, or lower PODSIFT_DISK_RESERVE_GB; reading then goes on by itself."
        return CheckShape(name="Data folder", state="problem", detail=detail, help=help_)
    return CheckShape(name="Data folder", state="ok", detail=detail, help="")


def _database(app: App) -> CheckShape:
    if app.settings.is_embedded:
        detail = "SQLite in the data folder (one process)."
        return CheckShape(name="Catalogue", state="ok", detail=detail, help="")
    return CheckShape(
        name="Catalogue",
        state="ok",
        detail="PostgreSQL, as PODSIFT_DATABASE_URL says (any number of processes).",
        help="",
    )


async def _key(app: App) -> CheckShape:
    name = "Key of private shows"
    if closed := closed_sentence(await app.desk.opening()):
        return CheckShape(name=name, state="problem", detail=closed, help=CLOSED_HELP)
    where = "PODSIFT_SECRET_KEY" if app.settings.secret_key else "the file secret.key in the data folder"
    return CheckShape(name=name, state="ok", detail=f"{where}, the same for all processes of one catalogue.", help="")


async def _index(app: App) -> CheckShape:
    name = "Index"
    try:
        await app.index.check()
        counts = await app.index.counts()
    except PodsiftError as error:
        return CheckShape(name=name, state="problem", detail=str(error), help=_index_help(app))
    held = f"{counts.chunks} passages of {counts.episodes} episodes, {counts.insights} insights, {_index_place(app)}."
    if app.index.problem:
        return CheckShape(name=name, state="problem", detail=f"{held} {app.index.problem}", help=_index_help(app))
    missing = app.index.needs_rebuild or counts.unfinished > 0
    return CheckShape(
        name=name, state="problem" if missing else "ok", detail=held, help=_index_help(app) if missing else ""
    )


def _index_place(app: App) -> str:
    if not app.settings.chroma_url:
        return "in the data folder (one process)"
    words = "in PostgreSQL" if app.settings.index_database_url else "in the data folder"
    return f"vectors on the Chroma server, words {words}"


def _index_help(app: App) -> str:
    index, is_shared = app.index, bool(app.settings.index_database_url)
    if index.is_foreign and not index.needs_rebuild:
        return f"{_SAME_KIND}, and restart those that had others; until then words go on alone."
    if index.is_foreign and is_shared:
        return f"{_SAME_KIND}. Then the service rebuilds it by itself, and “podsift reindex” does so at once."
    if index.is_foreign:
        return "The service rebuilds it by itself, and “podsift reindex” does so at once; until then words go on alone."
    if app.settings.chroma_url and not index.needs_rebuild:
        return "Start the Chroma server, or correct PODSIFT_CHROMA_URL and PODSIFT_CHROMA_TOKEN; words go on alone."
    return "Run “podsift reindex”."


def _meaning(app: App) -> CheckShape:
    name, hosted = "Search by meaning", app.hosted.embedder
    if hosted is None:
        detail = f"the shipped model {app.pipeline.embedder.version}, without a network."
        return CheckShape(name=name, state="ok", detail=detail, help="")
    return _hosted(name, hosted.model, hosted.problem, help="Until then words are searched alone.")


async def _insights(app: App) -> CheckShape:
    name = "Insights and answers"
    model = app.hosted.model
    if model is None:
        return CheckShape(
            name=name,
            state="off",
            detail="no language model; passages are picked in the speakers' own words.",
            help="Set PODSIFT_OPENAI_MODEL for insights and answers in full sentences.",
        )
    spent = await app.spending.total(since=month_start(app.clock.now()))
    detail = f"{app.settings.openai_model}, ${spent.dollars:.2f} spent this month."
    if model.problem:
        return CheckShape(name=name, state="problem", detail=f"{detail} {model.problem}", help="")
    return CheckShape(name=name, state="ok", detail=detail, help="")


def _audio(app: App) -> CheckShape:
    model = app.settings.whisper_model
    if app.pipeline.transcriber is None:
        return CheckShape(
            name="Transcription",
            state="off",
            detail="episodes without a published transcript are left out.",
            help="Set PODSIFT_WHISPER_MODEL, for example to “small”.",
        )
    if app.hosted.ear is not None:
        ear = app.hosted.ear
        return _hosted("Transcription", ear.model, ear.problem, help="Episodes wait until it answers again.")
    here = " (a folder on this machine)" if Path(model).is_dir() else ", fetched when it is first needed"
    return CheckShape(name="Transcription", state="ok", detail=f"faster-whisper, model {model}{here}.", help="")


def _hosted(name: str, model: HostedModel, problem: str, *, help: str) -> CheckShape:  # noqa: A002 - the shape's word
    detail = f"the hosted model {model.name} at {model.host}."
    if problem:
        return CheckShape(name=name, state="problem", detail=f"{detail} {problem}", help=help)
    return CheckShape(name=name, state="ok", detail=detail, help="")


async def _channels(app: App) -> CheckShape:
    names = [channel.name for channel in await app.roster.all()]
    detail = f"{', '.join(names)}."
    platforms = [name.capitalize() for name in app.platforms.messengers]
    if not platforms:
        return CheckShape(
            name="Channels",
            state="off",
            detail=detail,
            help="For Slack or Discord set their tokens; bot/slack/README.md and bot/discord/README.md show how.",
        )
    return CheckShape(name="Channels", state="ok", detail=f"{detail} Set up: {', '.join(platforms)}.", help="")


async def _slack(app: App) -> tuple[CheckShape, ...]:
    if app.platforms.slack is None:
        return ()
    from bot.slack.checkup import check_slack

    token = app.settings.slack_app_token
    return (await check_slack(app.platforms.slack.web, app_token=token.get_secret_value() if token else ""),)


async def _rights(app: App, channel: Channel) -> tuple[CheckShape, ...]:
    """What a platform does not allow us in a channel; nothing for platforms that cannot be asked."""
    platform = channel.id.partition(":")[0]
    if platform not in app.platforms.lacking:
        return ()
    name = f"{platform.capitalize()} “{channel.name}”"
    if channel.paused:
        return (CheckShape(name=name, state="off", detail="paused.", help="“/podcast resume” there starts it again."),)
    try:
        lacking = await app.platforms.lacking[platform](channel)
    except DeliveryError as error:
        return (CheckShape(name=name, state="problem", detail=str(error), help=_INVITE[platform]),)
    if lacking:
        detail = f"Podsift lacks {', '.join(lacking)}."
        return (CheckShape(name=name, state="problem", detail=detail, help=_ASK[platform]),)
    return (CheckShape(name=name, state="ok", detail="Podsift has every right that it needs.", help=""),)
