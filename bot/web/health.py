"""`/healthz` and `/metrics`: what machines ask about the service."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.app import App
from bot.web.condition import look
from bot.web.figures import CONTENT_TYPE, exposition

HEALTH_PATHS: Final = frozenset({"/healthz", "/metrics"})
"""They hold numbers only, so whoever reaches the port may read them, under any name."""


def health_routes(app: App) -> tuple[Route, ...]:
    """The two addresses over an open app."""

    async def healthz(_request: Request) -> Response:
        condition = await look(app)
        report = {
            "status": condition.status,
            "version": condition.version,
            "database": condition.database,
            "index": None if condition.index is None else asdict(condition.index),
            "vectors": condition.vectors,
            "engine": condition.engine,
            "platforms": condition.platforms,
            "oldest_waiting_seconds": round(condition.oldest_waiting),
            "disk_free_bytes": condition.disk_free,
            "ticks": {name: round(tick.age) for name, tick in condition.ticks.items()},
        }
        return JSONResponse(report, HTTPStatus.OK if condition.is_serving else HTTPStatus.SERVICE_UNAVAILABLE)

    async def metrics(_request: Request) -> Response:
        return Response(exposition(await look(app, counts=True)), headers={"Content-Type": CONTENT_TYPE})

    return Route("/healthz", healthz), Route("/metrics", metrics)
