"""What is counted, for Prometheus to read: the one doorway to its library.

Every label is one of a few words known beforehand; nothing that a person typed or is known by goes into one.
Names follow https://prometheus.io/docs/practices/naming/.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from retrieval.answer import Reason, Status

CHANNELS = frozenset({"web", "telegram", "zalo", "zalo_oa", "cli", "batch"})
EVENTS = frozenset({"received", "repeated", "delivered", "failed", "limited"})
OTHER = "other"
"""Stands for every word that is not known beforehand."""

BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

# Those are one more line for each counter, and say no more than the process's start.
disable_created_metrics()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Levels:
    """What is read at the moment when Prometheus asks."""

    index_age_s: float | None
    """Seconds since the index in use was built; None where that is not known."""
    documents: int
    provisions: int
    spooled: int
    """Records that wait in the spool folder, of all processes."""
    in_memory: int
    """Records of this process that are nowhere else."""
    lost: int
    """Records of this process that no room was left for, since its start."""


class Metrics:
    """The counters of one process, in a registry of their own. Safe in threads.

    Args:
        levels: read once for each `exposition`. What it raises, `exposition` raises.
    """

    def __init__(self, levels: Callable[[], Levels]) -> None:
        self._registry = CollectorRegistry()
        self._answers = Counter(
            "danchu_answers",
            "Questions answered, by how they ended.",
            ("channel", "status", "reason"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "danchu_answer_seconds",
            "Time from a question's arrival to its answer being on record.",
            ("channel",),
            buckets=BUCKETS_S,
            registry=self._registry,
        )
        self._messages = Counter(
            "danchu_messages", "Messages of channels, by what became of them.", ("channel", "event"),
            registry=self._registry,
        )  # fmt: skip
        self._registry.register(_Levels(levels))
        ProcessCollector(registry=self._registry)  # process_start_time_seconds, memory, file handles; on Linux

    def answered(self, channel: str, status: str, reason: str | None, seconds: float) -> None:
        """Count one answer.

        Args:
            channel: one of `CHANNELS`.
            status: of `retrieval.answer.Status`.
            reason: of `retrieval.answer.Reason`; None for none.
            seconds: from the question's arrival to the answer.
        """
        channel = _known(channel, CHANNELS)
        why = "none" if reason is None else _known(reason, _REASONS)
        self._answers.labels(channel, _known(status, _STATUSES), why).inc()
        self._seconds.labels(channel).observe(seconds)

    def message(self, channel: str, event: str) -> None:
        """Count one message of a channel.

        Args:
            channel: one of `CHANNELS`.
            event: one of `EVENTS`: it came, came again, was delivered or could not be, or was over the limit.
        """
        self._messages.labels(_known(channel, CHANNELS), _known(event, EVENTS)).inc()

    def exposition(self) -> tuple[bytes, str]:
        """Everything counted, in Prometheus's text format, and its content type."""
        return generate_latest(self._registry), CONTENT_TYPE_LATEST


class _Levels(Collector):
    def __init__(self, read: Callable[[], Levels]) -> None:
        self._read = read

    def describe(self) -> Iterator[Metric]:
        """Nothing: otherwise the registry would read the levels when this is registered."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        """The levels as they are now."""
        now = self._read()
        if now.index_age_s is not None:
            age = "Time since the index in use was built."
            yield GaugeMetricFamily("danchu_index_age_seconds", age, now.index_age_s)
        yield GaugeMetricFamily("danchu_documents", "Documents held.", now.documents)
        yield GaugeMetricFamily("danchu_provisions", "Provisions of all documents held.", now.provisions)
        spooled = "Records that wait in the spool folder, of all processes."
        yield GaugeMetricFamily("danchu_records_spooled", spooled, now.spooled)
        yield GaugeMetricFamily("danchu_records_in_memory", "Records that are in this memory alone.", now.in_memory)
        yield CounterMetricFamily("danchu_records_lost", "Records that no room was left for.", now.lost)


_STATUSES = frozenset(Status)
_REASONS = frozenset(Reason)


def _known(word: str, words: Collection[str]) -> str:
    return word if word in words else OTHER
