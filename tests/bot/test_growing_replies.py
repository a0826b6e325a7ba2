"""A model's answer appears while it is written: in a terminal beside the service, at the demo's prompt, on the page."""

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from aiohttp import web

from bot.app import App
from bot.data_folder import own, socket_path
from bot.handover import Progress, listening
from bot.reception import Reception
from bot.running import OWNER, perform_here
from bot.sample_host import serve_samples
from bot.texts.message import plain
from bot.texts.message_json import from_json
from bot.web.serving import serving_page
from tests.peers.model_podsift import podsift, read_samples
from tests.peers.openai_peer import Body, OpenAIPeer, status, streams, thinks
from tests.peers.reading_model import reads

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTION = "Is a fine-tuned small model of our own better than renting a large hosted one?"
LINES = "application/x-ndjson"


class Writing:
    """The peer's model: it writes the second statement when somebody has seen the first."""

    def __init__(self) -> None:
        self.seen = asyncio.Event()
        self.statements: list[str] = []

    async def __call__(self, request: web.BaseRequest, body: Body) -> web.StreamResponse:
        reply: dict[str, Any] = reads(body)
        if not body.get("stream"):
            return await thinks(reads)(request, body)
        self.statements = [each["text"] for each in reply["statements"]]
        whole = json.dumps(reply)
        cut = whole.rindex('{"text"')
        return await streams(whole[:cut], self.seen, whole[cut:])(request, body)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[App, OpenAIPeer, Path]]:
    """An app that has read a show and takes what other processes ask for."""
    folder = tmp_path_factory.mktemp("served")
    async with OpenAIPeer() as peer, serve_samples(now=datetime.now(UTC)) as host:
        peer.answers = [thinks(reads)]
        with own(folder):
            async with podsift(folder, peer) as app, listening(socket_path(folder), partial(perform_here, app)):
                await read_samples(app, host)
                yield app, peer, folder


@pytest.fixture
def model(served: tuple[App, OpenAIPeer, Path]) -> Writing:
    writing = Writing()
    served[1].answers = [writing]
    return writing


class Terminal:
    """A command whose words are shown on a terminal."""

    def __init__(self, folder: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PODSIFT_")}
        self._environment = kept | {
            "PODSIFT_DATA": str(folder),
            "PYTHONPATH": str(Path(__file__).parent.parent.parent),
            "COLUMNS": "100",
            "TERM": "xterm",
        }
        self._folder = folder
        self.shown = ""

    async def run(self, *arguments: str, until: str, then: asyncio.Event) -> int:
        """Run it, and set `then` as soon as `until` is shown."""
        ours, theirs = os.openpty()
        command = (sys.executable, "-c", "from bot.cli import main; main()", *arguments)
        process = await asyncio.create_subprocess_exec(
            *command, stdin=theirs, stdout=theirs, stderr=theirs, env=self._environment, cwd=self._folder
        )
        os.close(theirs)
        reader = asyncio.StreamReader()
        pipe, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(ours, "rb", buffering=0)
        )
        while part := await _read(reader):
            self.shown += part
            if until in _words(self.shown):
                then.set()
        pipe.close()
        return await process.wait()


async def _read(reader: asyncio.StreamReader) -> str:
    try:
        return (await asyncio.wait_for(reader.read(4096), 60)).decode(errors="replace")
    except OSError:  # how a terminal tells that nobody writes to it any more
        return ""


def _words(shown: str) -> str:
    return " ".join(re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x1b]*\x1b\\", "", shown).split())


async def test_a_terminal_shows_what_the_service_has_so_far(
    served: tuple[App, OpenAIPeer, Path], model: Writing
) -> None:
    terminal = Terminal(served[2])
    # Only the first statement can be shown before the model goes on.
    code = await terminal.run("ask", QUESTION, until="[1]", then=model.seen)

    first, second = model.statements
    assert code == 0
    growing, _, final = _words(terminal.shown).rpartition(" ".join(first.split()))
    assert " ".join(first.split()) in growing
    assert " ".join(second.split()) in final
    assert "\x1b[2K" in terminal.shown


async def test_for_programs_nothing_is_shown_before_the_end(
    served: tuple[App, OpenAIPeer, Path], model: Writing
) -> None:
    model.seen.set()
    terminal = Terminal(served[2])
    code = await terminal.run("ask", QUESTION, "--json", until="nothing", then=asyncio.Event())

    assert code == 0
    begins = terminal.shown.index("{")
    assert not _words(terminal.shown[:begins])
    assert json.loads(terminal.shown[begins : terminal.shown.rindex("}") + 1])["statements"]


async def test_at_a_prompt_the_reception_tells_what_there_is_so_far(
    served: tuple[App, OpenAIPeer, Path], model: Writing
) -> None:
    seen: list[str] = []

    def report(progress: Progress) -> None:
        assert progress.message is not None
        seen.append(plain(from_json(progress.message)))
        model.seen.set()

    reply = await Reception(served[0]).hear(QUESTION, OWNER, thread="demo", report=report)

    assert model.statements[0] in seen[0]
    assert model.statements[1] not in seen[0]
    assert model.statements[1] in plain(reply)


async def _asked(client: httpx.AsyncClient, form: dict[str, str], model: Writing) -> list[dict[str, str]]:
    lines = []
    async with client.stream("POST", "/say", data=form, headers={"Accept": LINES}) as answer:
        assert answer.headers["content-type"].startswith(LINES)
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        async for line in answer.aiter_lines():
            lines.append(json.loads(line))
            model.seen.set()
    return lines


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(served: tuple[App, OpenAIPeer, Path]) -> AsyncIterator[httpx.AsyncClient]:
    app = served[0]
    here = replace(app, settings=app.settings.model_copy(update={"web_port": 0}))
    async with serving_page(here) as address:
        assert address is not None
        async with httpx.AsyncClient(base_url=address, headers={"Origin": address}) as client:
            yield client


async def test_the_page_is_told_the_answer_so_far_and_then_where_it_stands(
    browser: httpx.AsyncClient, model: Writing
) -> None:
    *growing, last = await _asked(browser, {"text": QUESTION, "once": "g1"}, model)

    first, second = model.statements
    assert first in unescape(growing[0]["html"])
    assert second not in unescape(growing[0]["html"])
    page = unescape((await browser.get(last["see"])).text)
    assert first in page
    assert second in page
    number = last["see"].rpartition("#e")[2]
    again = await browser.post("/say", data={"text": QUESTION, "once": "g1"})
    assert again.headers["location"].endswith(number)


async def test_a_command_tells_the_page_only_where_its_reply_stands(browser: httpx.AsyncClient, model: Writing) -> None:
    (line,) = await _asked(browser, {"text": "/podcast list", "once": "g2"}, model)

    assert "/podcast list" in (await browser.get(line["see"])).text


async def test_whoever_leaves_finds_the_answer_later(browser: httpx.AsyncClient, model: Writing) -> None:
    form = {"text": f"{QUESTION} Really?", "once": "g3"}
    async with browser.stream("POST", "/say", data=form, headers={"Accept": LINES}) as answer:
        await anext(answer.aiter_lines())
    model.seen.set()

    answered = await browser.post("/say", data=form)
    assert answered.headers["location"].startswith("/#e")
    assert "Really?" in (await browser.get("/")).text


async def test_where_no_model_answers_there_is_nothing_to_show_before_the_end(
    served: tuple[App, OpenAIPeer, Path], browser: httpx.AsyncClient, model: Writing
) -> None:
    served[1].answers = [status(400)]
    (line,) = await _asked(browser, {"text": f"{QUESTION} And why?", "once": "g4"}, model)

    assert line["see"].startswith("/#e")
