"""SpendingLedger: every call counts from its moment on, for its subject and for everything."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.adapters.catalog import SqlSpendingLedger
from pipeline.domain.spending import Purpose, Spending, SpendingTotal
from pipeline.ports import SpendingLedger
from tests.peers.catalog import NOW, Stores
from tests.peers.spending_book import SpendingBook

CALL = Spending(NOW, Purpose.EXTRACT, "e1", "small", tokens_in=1_000, tokens_out=100, micros=250)


@pytest.fixture(params=["catalogue", "memory"])
def ledger(request: pytest.FixtureRequest, stores: Stores) -> SpendingLedger:
    return SqlSpendingLedger(stores.db) if request.param == "catalogue" else SpendingBook()


async def test_nothing_was_spent_at_first(ledger: SpendingLedger) -> None:
    assert await ledger.total(since=NOW) == SpendingTotal()


async def test_calls_add_up_from_the_given_moment_on(ledger: SpendingLedger) -> None:
    for hours in (0, 1, 30):
        await ledger.record(replace(CALL, at=NOW - timedelta(hours=hours)))
    assert await ledger.total(since=NOW - timedelta(hours=24)) == SpendingTotal(2, 2_000, 200, 500, subjects=1)
    assert (await ledger.total(since=NOW)).calls == 1


async def test_one_subject_is_told_from_the_others(ledger: SpendingLedger) -> None:
    await ledger.record(CALL)
    await ledger.record(replace(CALL, subject="q1", purpose=Purpose.ANSWER, micros=7))
    assert (await ledger.total(since=NOW, subject="q1")).micros == 7
    assert (await ledger.total(since=NOW)).micros == 257


async def test_calls_for_episodes_are_told_from_calls_for_answers(ledger: SpendingLedger) -> None:
    for subject, purpose in (("e1", Purpose.EXTRACT), ("e1", Purpose.EXTRACT), ("e2", Purpose.EXTRACT)):
        await ledger.record(replace(CALL, subject=subject, purpose=purpose))
    await ledger.record(replace(CALL, subject="q1", purpose=Purpose.ANSWER))
    read = await ledger.total(since=NOW, purpose=Purpose.EXTRACT)
    assert (read.calls, read.subjects) == (3, 2)
    assert read.dollars_each == pytest.approx(0.000375)
    assert (await ledger.total(since=NOW)).subjects == 3
    assert SpendingTotal().dollars_each is None


async def test_calls_recorded_at_once_all_count(ledger: SpendingLedger) -> None:
    await asyncio.gather(*(ledger.record(CALL) for _ in range(20)))
    assert (await ledger.total(since=NOW)).dollars == pytest.approx(0.005)
