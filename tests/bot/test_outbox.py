"""A digest is sent exactly once, wherever the process dies and whatever the platform answers."""

from datetime import UTC, date, datetime

import pytest

from bot.outbox import deliver, skip
from bot.texts.message import Message
from pipeline.domain.audience import LOCAL, WorkspaceId
from pipeline.domain.channel import Channel
from pipeline.domain.digest import Claim, Delivery, DeliveryState
from pipeline.domain.errors import DeliveryDelayed, DeliveryUnknown, DestinationGone, PodsiftError

DAY = date(2026, 11, 22)
CHANNEL = Channel("local:main", LOCAL, "main")
MESSAGE = Message((), "Five insights", key="digest:local:main:2026-11-22")


class Now:
    def now(self) -> datetime:
        return datetime(2026, 11, 22, 9, tzinfo=UTC)


class Book:
    """A DeliveryBook in a dict."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, date], Delivery] = {}

    async def claim(self, channel_id: str, day: date, *, workspace: WorkspaceId, at: datetime) -> Claim:
        assert workspace == LOCAL
        new = (channel_id, day) not in self.rows
        row = self.rows.setdefault((channel_id, day), Delivery(channel_id, day, DeliveryState.CLAIMED, at=at))
        return Claim(new, row)

    async def settle(self, delivery: Delivery) -> None:
        self.rows[delivery.channel_id, delivery.day] = delivery

    async def settled_days(self, *, since: date) -> dict[str, frozenset[date]]:
        return {channel: frozenset(d for c, d in self.rows if c == channel and d >= since) for channel, _ in self.rows}


class Platform:
    """Keeps what is posted. `answers` are what the next sends do: an error before or after the post arrived."""

    def __init__(self, *answers: tuple[bool, PodsiftError]) -> None:
        self.posts: list[str] = []
        self._answers = list(answers)

    async def send(self, channel: Channel, message: Message) -> str:
        assert channel == CHANNEL
        arrives, error = self._answers.pop(0) if self._answers else (True, None)
        if arrives:
            self.posts.append(message.key)
        if error is not None:
            raise error
        return f"ts-{len(self.posts)}"

    async def find(self, channel: Channel, key: str) -> str | None:
        assert channel == CHANNEL
        return f"ts-{self.posts.index(key) + 1}" if key in self.posts else None


async def send(book: Book, platform: Platform) -> Delivery:
    return await deliver(MESSAGE, channel=CHANNEL, day=DAY, book=book, messenger=platform, clock=Now())


async def test_a_second_call_sends_nothing() -> None:
    book, platform = Book(), Platform()

    first, second = await send(book, platform), await send(book, platform)

    assert first == second
    assert (first.state, first.reference) == (DeliveryState.SENT, "ts-1")
    assert platform.posts == [MESSAGE.key]


async def test_a_death_before_sending_is_made_good() -> None:
    book, platform = Book(), Platform()
    await book.claim(CHANNEL.id, DAY, workspace=LOCAL, at=Now().now())

    assert (await send(book, platform)).state is DeliveryState.SENT
    assert platform.posts == [MESSAGE.key]


async def test_a_death_between_sending_and_recording_posts_nothing_twice() -> None:
    book, platform = Book(), Platform()
    await book.claim(CHANNEL.id, DAY, workspace=LOCAL, at=Now().now())
    await platform.send(CHANNEL, MESSAGE)

    assert (await send(book, platform)).reference == "ts-1"
    assert platform.posts == [MESSAGE.key]


async def test_an_unclear_answer_is_cleared_by_looking() -> None:
    book, platform = Book(), Platform((True, DeliveryUnknown("the connection broke")))

    assert (await send(book, platform)).reference == "ts-1"
    assert platform.posts == [MESSAGE.key]


@pytest.mark.parametrize("error", [DeliveryUnknown("the connection broke"), DeliveryDelayed("too many requests")])
async def test_what_did_not_arrive_stays_claimed_and_a_later_call_sends_it(error: PodsiftError) -> None:
    book, platform = Book(), Platform((False, error))

    with pytest.raises(type(error)):
        await send(book, platform)
    later = await send(book, platform)

    assert later.state is DeliveryState.SENT
    assert platform.posts == [MESSAGE.key]


async def test_a_channel_that_is_gone_is_settled_with_the_reason() -> None:
    book, platform = Book(), Platform((False, DestinationGone("The channel was deleted.")))

    settled = await send(book, platform)

    assert (settled.state, settled.note) == (DeliveryState.FAILED, "The channel was deleted.")
    assert (await send(book, platform)) == settled


async def test_a_skipped_day_is_settled_once_and_never_over_a_post() -> None:
    book, platform = Book(), Platform()
    sent = await send(book, platform)

    await skip(CHANNEL, DAY, note="too late", book=book, clock=Now())
    await skip(CHANNEL, date(2026, 11, 23), note="too late", book=book, clock=Now())

    assert book.rows[CHANNEL.id, DAY] == sent
    assert book.rows[CHANNEL.id, date(2026, 11, 23)].state is DeliveryState.SKIPPED
