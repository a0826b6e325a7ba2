"""The page of the local channel on two sample shows, as a browser without scripts meets it."""

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
import pytest_asyncio

from bot.app import App, open_app
from bot.handover import Request
from bot.operations import Outcome, perform_unseen
from bot.running import OWNER
from bot.sample_host import SampleHost, serve_samples
from bot.settings import load_settings
from bot.shapes.lists import ChoiceShape, FoundShowShape
from bot.texts.list_replies import choice_reply
from bot.texts.message import Buttons, Message
from bot.texts.message_json import from_json
from bot.texts.wording import WRONG_INPUT
from bot.web.shows_page import shows_page
from bot.web.site import make_site
from bot.web.talk import Talks
from pipeline.domain.audience import LOCAL

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOME = "http://127.0.0.1:8080"
QUESTION = "Why did our heating bill go up although the heat pump works?"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def host() -> AsyncIterator[SampleHost]:
    async with serve_samples(now=datetime.now(UTC)) as serving:
        yield serving


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app(host: SampleHost, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[App]:
    settings = load_settings(
        data=tmp_path_factory.mktemp("data"),
        allow_networks="127.0.0.0/8",
        whisper_model="off",
        zone="UTC",
        _env_file=None,
    )
    async with open_app(settings) as opened:
        for address in (host.public_feeds[2], host.public_feeds[0]):
            await perform_unseen(opened, OWNER, Request("add", {"address": address}))
        await perform_unseen(opened, OWNER, Request("scan"))
        await perform_unseen(opened, OWNER, Request("digest"))
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(app: App) -> AsyncIterator[httpx.AsyncClient]:
    """Follows redirects and sends Origin with forms, as browsers do."""
    transport = httpx.ASGITransport(app=make_site(app), raise_app_exceptions=False)
    headers = {"Origin": HOME}
    async with httpx.AsyncClient(transport=transport, base_url=HOME, headers=headers, follow_redirects=True) as client:
        yield client


def once_in(page: str) -> str:
    found = re.search(r'name="once" value="([^".]+)"', page)
    assert found is not None
    return found[1]


async def post_number(app: App) -> int:
    return await Talks(app.board, OWNER.channel_id).newest()


async def first_insight(app: App) -> str:
    (post,) = await app.board.latest(workspace=LOCAL, channel_id=OWNER.channel_id)
    message: Message = from_json(json.loads(post.body))
    row = next(block for block in message.blocks if isinstance(block, Buttons))
    return row.buttons[0].action.removeprefix("card:")


async def test_shows_the_days_insights_with_a_link_to_each_card(app: App, browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/")).text

    assert "insights for" in page
    assert page.count('class="number" href="/card/') == 4
    assert f'data-newest="{await post_number(app)}"' in page


async def test_a_question_is_answered_and_stays_after_a_restart(app: App, browser: httpx.AsyncClient) -> None:
    asked = await browser.post("/say", data={"text": QUESTION, "once": "q1"})
    restarted = httpx.AsyncClient(transport=httpx.ASGITransport(app=make_site(app)), base_url=HOME)

    assert asked.url.fragment.startswith("e")
    assert QUESTION in asked.text
    assert "The heat pump was fine, the tariff was not" in asked.text
    async with restarted:
        assert QUESTION in (await restarted.get("/")).text


async def test_the_same_form_sent_twice_is_one_question(browser: httpx.AsyncClient) -> None:
    form = {"text": "What is a flow temperature?", "once": "q2"}
    first, second = await browser.post("/say", data=form), await browser.post("/say", data=form)

    assert first.url == second.url
    assert second.text.count("What is a flow temperature?</h2>") == 1


async def test_a_follow_up_stands_under_its_post_and_knows_what_was_asked(app: App, browser: httpx.AsyncClient) -> None:
    number = await post_number(app)
    form = {"text": "What does no. 2 rest on?", "under": str(number), "once": f"q3.{number}"}

    answered = await browser.post("/say", data=form)
    stayed = await browser.post("/say", data=form | {"text": "And why?", "stay": "1"})

    assert answered.url.path == f"/thread/{number}"
    assert (stayed.url.path, stayed.url.fragment[0]) == ("/", "x")
    thread = await Talks(app.board, OWNER.channel_id).thread(number)
    assert thread is not None
    assert thread.questions == ("What does no. 2 rest on?", "And why?")


async def test_older_posts_are_a_page_further(app: App, browser: httpx.AsyncClient) -> None:
    talks = Talks(app.board, OWNER.channel_id)
    (some,) = [thread.root for thread in await talks.page(limit=1)]
    for count in range(12):
        await talks.keep(f"Filler {count}?", some.message, key=f"filler:{count}", under=None)

    first = (await browser.get("/")).text
    earlier = re.search(r'href="(/\?before=\d+)"', first)
    assert earlier is not None
    second = (await browser.get(earlier[1])).text

    assert "Filler 11?" in first
    assert "Filler 0?" not in first
    assert "Filler 0?" in second
    assert "data-newest" not in second


async def test_a_card_shows_the_evidence_and_takes_votes(app: App, browser: httpx.AsyncClient) -> None:
    insight = await first_insight(app)

    card = (await browser.get(f"/card/{insight}")).text
    voted = (await browser.post("/press", data={"action": f"up:{insight}"})).text
    await browser.post("/press", data={"action": f"save:{insight}"})

    assert "A minute around it" in card
    assert "Noted: more like this" in voted
    assert await app.reactions.votes(OWNER.channel_id, workspace=LOCAL) == {insight: 1}
    assert await app.reactions.saved(OWNER.name, workspace=LOCAL) == (insight,)
    assert (await browser.post("/press", data={"action": f"card:{insight}"})).url.path == f"/card/{insight}"


async def test_a_button_that_is_none_of_ours_does_nothing(browser: httpx.AsyncClient) -> None:
    assert (await browser.post("/press", data={"action": "reindex:now"})).status_code == 400


async def test_a_card_that_is_gone_says_so(browser: httpx.AsyncClient) -> None:
    gone = await browser.get("/card/0123456789abcdef")

    assert gone.status_code == 404
    assert "not here" in gone.text


@pytest.mark.parametrize("line", ["/podcast list", "list"])
async def test_a_command_is_carried_out_and_its_reply_kept_nowhere(
    app: App, browser: httpx.AsyncClient, line: str
) -> None:
    before = await Talks(app.board, OWNER.channel_id).page(limit=1)
    told = await browser.post("/say", data={"text": line, "once": f"c {line}"})

    assert "2 shows followed" in told.text
    assert "said=" in str(told.url)
    assert await Talks(app.board, OWNER.channel_id).page(limit=1) == before


async def test_a_command_in_running_text_is_one_here_too(browser: httpx.AsyncClient) -> None:
    card = await browser.post("/say", data={"text": "card 1", "once": "c card"})

    assert "said=" in str(card.url)
    assert "the quote matches by" in card.text


async def test_an_address_typed_with_a_command_is_not_repeated(browser: httpx.AsyncClient) -> None:
    told = await browser.post("/say", data={"text": "/podcast add http://10.0.0.1/?key=s3cret", "once": "c9"})

    assert "s3cret" not in told.text
    assert "<code>add</code>" in told.text


async def test_an_unknown_command_is_explained(browser: httpx.AsyncClient) -> None:
    assert "is not a command" in (await browser.post("/say", data={"text": "/podcast lsit", "once": "c4"})).text


async def test_a_command_may_hold_a_question(browser: httpx.AsyncClient) -> None:
    told = await browser.post("/say", data={"text": "/podcast ask what is a heat pump?", "once": "c5"})

    assert told.url.fragment.startswith("e")
    assert "what is a heat pump?</h2>" in told.text


async def test_only_the_last_replies_to_commands_are_kept(browser: httpx.AsyncClient) -> None:
    first = await browser.post("/say", data={"text": "help", "once": "many"})
    for count in range(50):
        await browser.post("/say", data={"text": "/podcast nonsense", "once": f"many {count}"}, follow_redirects=False)

    assert "What you can say" in first.text
    assert "What you can say" not in (await browser.get(str(first.url))).text


async def test_nothing_said_changes_nothing(browser: httpx.AsyncClient) -> None:
    assert (await browser.post("/say", data={"text": "  "})).url.path == "/"


async def test_shows_are_followed_and_removed(browser: httpx.AsyncClient, host: SampleHost) -> None:
    refused = await browser.post("/shows", data={"address": host.public_feeds[1] + "x"})
    added = await browser.post("/shows", data={"address": host.public_feeds[1]})
    title = re.search(r"Now following <strong>([^<]+)</strong>", added.text)
    assert title is not None
    feed = re.search(rf'value="([^"]+)" aria-label="Stop following {title[1]}"', added.text)
    assert feed is not None
    removed = await browser.post("/shows/remove", data={"feed": feed[1]})

    assert refused.status_code == 422
    assert 'class="note problem"' in refused.text
    assert "3 shows followed" in added.text
    assert f"No longer following <strong>{title[1]}" in removed.text
    assert "2 shows followed" in (await browser.get("/shows")).text


async def test_a_private_show_is_added_with_its_sign_in_and_shows_none_of_it(
    browser: httpx.AsyncClient, host: SampleHost
) -> None:
    form = {"address": host.private_feed, "private": "1", "credentials": host.credentials}
    added = await browser.post("/shows", data=form)

    assert "Now following" in added.text
    assert " · private" in added.text
    assert host.credentials not in added.text


async def test_a_paused_channel_says_so(browser: httpx.AsyncClient) -> None:
    await browser.post("/say", data={"text": "pause", "once": "p1"})
    paused = (await browser.get("/")).text
    await browser.post("/say", data={"text": "resume", "once": "p2"})

    assert "The daily post is paused" in paused


@pytest.mark.parametrize("path", ["/thread/999999", "/thread/x", "/thread/99999999999999999999", "/nowhere"])
async def test_what_is_not_there_is_not_there(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(path)

    assert answer.status_code == 404
    assert "Not here" in answer.text


async def test_a_form_that_is_too_long_or_too_full_is_refused(browser: httpx.AsyncClient) -> None:
    long = await browser.post("/say", data={"text": "x" * 70_000})
    full = await browser.post("/say", data={f"f{number}": "x" for number in range(30)})

    assert (long.status_code, full.status_code) == (400, 400)


@pytest.mark.parametrize("path", ["/page.css", "/page.js", "/icon.svg"])
async def test_nothing_is_fetched_from_elsewhere(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(path)

    assert answer.status_code == 200
    assert "http" not in answer.text.replace("http://www.w3.org/2000/svg", "")


async def test_the_script_learns_of_a_newer_post(app: App, browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/latest")).json() == {"newest": await post_number(app)}


async def test_every_form_counts_once(browser: httpx.AsyncClient) -> None:
    assert once_in((await browser.get("/")).text) != once_in((await browser.get("/")).text)


async def test_where_several_shows_may_be_meant_each_has_a_button() -> None:
    found = FoundShowShape(title="A & B", author="", url="https://example.org/feed?a=1&b=2", episodes=3)
    choice = ChoiceShape(kind="SeveralShows", sentence="Several.", hint="", mends_itself=False, shows=(found,))

    page = shows_page((), told=Outcome(choice, choice_reply(choice), WRONG_INPUT))

    assert 'value="https://example.org/feed?a=1&amp;b=2">Follow A &amp; B</button>' in page
    assert "No show followed yet" in page
