from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from bot.discord.brake import Brake, HeldBack, NotRepeated


class Seconds:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def braked(brake: Brake, status: int, **headers: str) -> AsyncIterator[tuple[aiohttp.ClientSession, str]]:
    """A session with the brake, and the address of a server that always answers the same."""
    application = web.Application()

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, headers=headers)

    application.router.add_route("*", "/{tail:.*}", answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        async with aiohttp.ClientSession(trace_configs=[brake.trace()]) as session:
            yield session, f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("status", [401, 403, 429])
async def test_after_too_many_refusals_nothing_is_sent_for_ten_minutes(status: int) -> None:
    clock = Seconds()
    async with braked(Brake(most=3, clock=clock), status) as (session, address):
        for clock.now in (0, 100, 200):
            await session.get(address)
        with pytest.raises(HeldBack) as told:
            await session.get(address)
        assert told.value.retry_after == 400
        clock.now = 601
        assert (await session.get(address)).status == status


@pytest.mark.parametrize(("status", "headers"), [(200, {}), (404, {}), (429, {"X-RateLimit-Scope": "shared"})])
async def test_what_discord_does_not_count_is_not_counted(status: int, headers: dict[str, str]) -> None:
    async with braked(Brake(most=1), status, **headers) as (session, address):
        for _ in range(3):
            await session.get(address)


async def test_a_forums_post_that_failed_ends_at_once() -> None:
    async with braked(Brake(), 502) as (session, address):
        with pytest.raises(NotRepeated):
            await session.post(f"{address}/api/v10/channels/1/threads")


async def test_whatever_may_be_repeated_is_left_to_discord_py() -> None:
    async with braked(Brake(), 502) as (session, address):
        for path in ("/channels/1/messages/2/threads", "/channels/1/messages"):
            assert (await session.post(address + path)).status == 502
        assert (await session.get(f"{address}/channels/1/threads")).status == 502
