"""The condition of the service in the text format that Prometheus reads."""

from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST as CONTENT_TYPE
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from bot.web.condition import Condition
from pipeline.domain.overview import Overview
from pipeline.domain.spending import SpendingTotal
from vectorstore.index import IndexCounts

__all__ = ["CONTENT_TYPE", "exposition"]


def exposition(condition: Condition) -> bytes:
    """All figures. What does not answer has no figure but `podsift_up`, which is 0 then."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(condition))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


class _Figures(Collector):
    def __init__(self, condition: Condition) -> None:
        self._condition = condition

    def collect(self) -> Iterator[Metric]:
        """One look; nothing is kept between two scrapes."""
        condition = self._condition
        yield _labelled("podsift_info", "The version that runs.", "version", {condition.version: 1})
        up = {
            "database": condition.database,
            "index": condition.index is not None,
            "vectors": condition.vectors,
            "engine": condition.engine,
        }
        parts = {part: float(answers) for part, answers in up.items()}
        yield _labelled("podsift_up", "1 for a part that answers.", "part", parts)
        connected = {name: float(is_up) for name, is_up in condition.platforms.items()}
        yield _labelled("podsift_platform_connected", "1 for a connected chat platform.", "platform", connected)
        yield GaugeMetricFamily("podsift_disk_free_bytes", "Free bytes on the data folder's disk.", condition.disk_free)
        ages = {name: tick.age for name, tick in condition.ticks.items()}
        yield _labelled("podsift_tick_age_seconds", "Since a tick of this process last ended well.", "tick", ages)
        if condition.queues is not None:
            yield _queues(condition.queues)
        if condition.overview is not None:
            yield from _stock(condition.overview)
        if condition.database:
            yield GaugeMetricFamily(
                "podsift_oldest_waiting_seconds",
                "For how long the oldest waiting episode has been waiting.",
                condition.oldest_waiting,
            )
        if condition.index is not None:
            yield from _index(condition.index)
        if condition.spending is not None:
            yield from _spending(condition.spending)


def _queues(queues: Mapping[tuple[str, str], int]) -> Metric:
    family = GaugeMetricFamily("podsift_queue_length", "What the engine's queues hold.", labels=["queue", "state"])
    for where, number in queues.items():
        family.add_metric(where, number)
    return family


def _stock(overview: Overview) -> Iterator[Metric]:
    tally = overview.episodes
    states = {"waiting": tally.waiting, "ready": tally.ready, "failed": tally.failed, "held": tally.held}
    yield _labelled("podsift_episodes", "Episodes by state.", "state", states)
    yield GaugeMetricFamily("podsift_feeds", "Feeds that a channel follows.", overview.feeds)
    yield GaugeMetricFamily("podsift_feeds_unwell", "Feeds that cannot be read.", overview.unwell)
    yield GaugeMetricFamily("podsift_channels", "Channels.", overview.channels)


def _index(index: IndexCounts) -> Iterator[Metric]:
    yield GaugeMetricFamily("podsift_index_episodes", "Episodes in the index.", index.episodes)
    yield GaugeMetricFamily("podsift_index_passages", "Passages in the index.", index.chunks)
    yield GaugeMetricFamily("podsift_index_unfinished", "Episodes to be indexed again.", index.unfinished)


def _spending(spending: SpendingTotal) -> Iterator[Metric]:
    yield CounterMetricFamily("podsift_model_calls", "Calls of the language model.", spending.calls)
    yield CounterMetricFamily("podsift_model_dollars", "What they cost.", spending.dollars)
    tokens = CounterMetricFamily("podsift_model_tokens", "Tokens of the language model.", labels=["direction"])
    tokens.add_metric(["in"], spending.tokens_in)
    tokens.add_metric(["out"], spending.tokens_out)
    yield tokens


def _labelled(name: str, said: str, label: str, values: dict[str, float] | dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, said, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family
