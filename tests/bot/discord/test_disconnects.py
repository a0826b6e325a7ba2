import asyncio

import pytest

from bot.discord.connection import listening_to_discord
from pipeline.domain.errors import SettingsError
from tests.peers.discord_desk import Scene, quick_client
from tests.peers.discord_gateway import Break
from tests.peers.discord_peer import Fault
from tests.peers.discord_world import ANN


async def ask_after(scene: Scene, words: str) -> None:
    """Ann asks in direct messages, and is answered."""
    direct = scene.peer.world.direct(ANN)
    before = len(scene.peer.posts(direct))
    scene.peer.say(ANN, direct, words)
    await scene.peer.until(lambda: len(scene.peer.posts(direct)) == before + 1)


async def test_when_discord_asks_us_to_reconnect_the_session_goes_on(scene: Scene) -> None:
    await _breaks_and_resumes(scene, "reconnect")


async def test_a_connection_that_discord_closes_goes_on_where_it_was(scene: Scene) -> None:
    await _breaks_and_resumes(scene, "close")


async def test_a_connection_that_is_cut_goes_on_where_it_was(scene: Scene) -> None:
    await _breaks_and_resumes(scene, "reset")


async def test_a_half_open_connection_is_noticed_by_its_missing_heartbeat(scene: Scene) -> None:
    scene.peer.gateway.heartbeat = 0.1
    direct = scene.peer.world.direct(ANN)
    async with scene.listening(options={"heartbeat_timeout": 0.3}):
        await scene.peer.gateway.break_off("mute")
        scene.peer.say(ANN, direct, "can you hear me?")
        await scene.peer.until(lambda: scene.peer.posts(direct))
    assert scene.parrot.heard() == ["can you hear me?"]


async def test_a_session_that_discord_calls_invalid_is_begun_anew(scene: Scene) -> None:
    await _breaks_and_begins_anew(scene, "invalid")


async def test_a_session_that_timed_out_4009_is_begun_anew(scene: Scene) -> None:
    await _breaks_and_begins_anew(scene, "forget")


async def test_half_open_connections_count_as_dead_after_thirty_seconds(scene: Scene) -> None:
    async with scene.listening() as client:
        assert client.ws._max_heartbeat_timeout == 30


@pytest.mark.parametrize("code", [4000, 4001, 4002, 4003, 4005, 4007, 4008, 4009])
async def test_whatever_the_close_code_means_we_come_back(scene: Scene, code: int) -> None:
    async with scene.listening():
        await scene.peer.gateway.break_off("close", code=code)
        await scene.peer.until(lambda: scene.peer.gateway.resumed == 1)
        await ask_after(scene, "still there?")


@pytest.mark.parametrize("code", [4010, 4011, 4012, 4013])
async def test_a_close_code_that_no_retry_can_mend_is_named(
    scene: Scene, caplog: pytest.LogCaptureFixture, code: int
) -> None:
    async with listening_to_discord(scene.desk(), make_client=quick_client) as task:
        await scene.peer.until(lambda: scene.peer.gateway.connected and scene.peer.calls_of("PUT", "/commands$"))
        await scene.peer.gateway.break_off("close", code=code)
        await asyncio.wait([task], timeout=5)
    assert f"(code {code})" in caplog.text


async def _breaks_and_resumes(scene: Scene, how: Break) -> None:
    direct = scene.peer.world.direct(ANN)
    async with scene.listening():
        await scene.peer.gateway.break_off(how)
        scene.peer.say(ANN, direct, "still there?")
        await scene.peer.until(lambda: scene.peer.posts(direct))
    assert (scene.peer.gateway.identified, scene.peer.gateway.resumed) == (1, 1)
    assert scene.parrot.heard() == ["still there?"], "what was said in between is told again"


async def _breaks_and_begins_anew(scene: Scene, how: Break) -> None:
    async with scene.listening():
        await ask_after(scene, "before?")
        await scene.peer.gateway.break_off(how)
        await scene.peer.until(lambda: scene.peer.gateway.identified == 2)
        await ask_after(scene, "and after?")
    assert scene.parrot.heard() == ["before?", "and after?"]


async def test_a_token_that_is_taken_back_while_we_listen_is_named(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening_to_discord(scene.desk(), make_client=quick_client) as task:
        await scene.peer.until(lambda: scene.peer.gateway.connected and scene.peer.calls_of("PUT", "/commands$"))
        await scene.peer.gateway.break_off("close", code=4004)
        await asyncio.wait([task], timeout=5)
    assert "PODSIFT_DISCORD_TOKEN" in caplog.text


async def test_a_discord_that_is_down_is_tried_again_and_stops_nobody(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.peer.faults.append(Fault("GET", "/users/@me$", "answer", status=503))
    async with listening_to_discord(scene.desk(), make_client=quick_client) as task:
        await scene.peer.until(lambda: scene.peer.calls_of("GET", "/users/@me$"))
        await asyncio.wait([task], timeout=0.1)
        assert not task.done()
    assert "Discord cannot be reached" in caplog.text


async def test_an_intent_that_the_portal_refuses_names_the_switch(scene: Scene) -> None:
    desk = scene.desk(sees_all=True)
    with pytest.raises(SettingsError, match="Message Content Intent"):
        async with listening_to_discord(desk, make_client=quick_client) as task:
            await task


async def test_a_refused_token_is_told_and_nothing_else_stops(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    async with listening_to_discord(scene.desk(token="wrong"), make_client=quick_client) as task:
        await asyncio.wait([task])
    assert "PODSIFT_DISCORD_TOKEN" in caplog.text
