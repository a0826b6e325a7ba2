import asyncio

from bot.discord.work import Work


async def test_what_runs_may_end_and_what_takes_too_long_is_stopped() -> None:
    work, ended = Work(), []

    async def run(name: str, until: asyncio.Event) -> None:
        with work.doing(), work.doing():
            await until.wait()
            ended.append(name)

    soon, never = asyncio.Event(), asyncio.Event()
    tasks = [asyncio.create_task(run("quick", soon)), asyncio.create_task(run("slow", never))]
    await asyncio.sleep(0)
    soon.set()
    await work.finish(patience=0.05)
    assert ended == ["quick"]
    assert tasks[1].cancelled()


async def test_nothing_to_do_is_finished_at_once() -> None:
    await Work().finish(patience=60)


async def test_nothing_begins_any_more_until_work_begins_again() -> None:
    work = Work()

    async def run() -> str:
        with work.doing():
            return "done"

    await work.finish(patience=1)
    late = asyncio.create_task(run())
    await asyncio.wait([late])
    assert late.cancelled()
    work.begin()
    assert await asyncio.create_task(run()) == "done"
