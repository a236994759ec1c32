from __future__ import annotations

import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from bot.metrics import BUCKETS_S, CHANNELS, EVENTS, Levels, Metrics
from retrieval.answer import Reason, Status

LEVELS = Levels(index_age_s=90.5, documents=6, provisions=312, spooled=3, in_memory=2, lost=1)


def read(metrics: Metrics) -> dict[tuple[str, ...], float]:
    """Every sample, by its name and its labels' values in the order of their names."""
    text, kind = metrics.exposition()
    assert kind.startswith("text/plain")
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text.decode("utf-8"))
        for sample in family.samples
    }


def test_answers_are_counted_by_channel_reason_and_status() -> None:
    metrics = Metrics(lambda: LEVELS)
    metrics.answered("web", "answered", None, 0.004)
    metrics.answered("web", "answered", None, 0.2)
    metrics.answered("telegram", "unanswered", "off_topic", 30.0)
    found = read(metrics)
    assert found["danchu_answers_total", "web", "none", "answered"] == 2
    assert found["danchu_answers_total", "telegram", "off_topic", "unanswered"] == 1
    assert found["danchu_answer_seconds_count", "web"] == 2
    assert found["danchu_answer_seconds_sum", "web"] == pytest.approx(0.204)
    assert found["danchu_answer_seconds_bucket", "web", "0.005"] == 1
    assert found["danchu_answer_seconds_bucket", "telegram", "10.0"] == 0
    assert found["danchu_answer_seconds_bucket", "telegram", "+Inf"] == 1
    assert (min(BUCKETS_S), max(BUCKETS_S)) == (0.001, 10.0)
    assert not [name for name, *_ in found if name.endswith("_created")]


def test_every_outcome_channel_and_event_has_its_name() -> None:
    metrics = Metrics(lambda: LEVELS)
    for channel in CHANNELS:
        for status in Status:
            for reason in (None, *Reason):
                metrics.answered(channel, status.value, reason.value if reason else None, 0.0)
        for event in EVENTS:
            metrics.message(channel, event)
    found = read(metrics)
    assert not [key for key in found if "other" in key]
    assert len([key for key in found if key[0] == "danchu_answers_total"]) == 6 * len(Status) * (len(Reason) + 1)
    assert len([key for key in found if key[0] == "danchu_messages_total"]) == 6 * 5


@given(word=st.text(min_size=1).filter(lambda word: word not in CHANNELS | EVENTS | set(Status) | set(Reason)))
def test_no_word_from_elsewhere_becomes_a_label(word: str) -> None:
    metrics = Metrics(lambda: LEVELS)
    metrics.answered(word, word, word, 0.1)
    metrics.message(word, word)
    found = read(metrics)
    assert found["danchu_answers_total", "other", "other", "other"] == 1
    assert found["danchu_answer_seconds_count", "other"] == 1
    assert found["danchu_messages_total", "other", "other"] == 1


def test_levels_are_read_once_when_they_are_asked_for() -> None:
    times = 0

    def levels() -> Levels:
        nonlocal times
        times += 1
        return LEVELS

    metrics = Metrics(levels)
    assert times == 0
    found = read(metrics)
    assert times == 1
    assert found["danchu_index_age_seconds",] == 90.5
    assert found["danchu_documents",] == 6
    assert found["danchu_provisions",] == 312
    assert found["danchu_records_spooled",] == 3
    assert found["danchu_records_in_memory",] == 2
    assert found["danchu_records_lost_total",] == 1


def test_an_age_that_is_not_known_is_not_given() -> None:
    assert ("danchu_index_age_seconds",) not in read(Metrics(lambda: Levels(None, 6, 312, 0, 0, 0)))


@pytest.mark.skipif(sys.platform != "linux", reason="the figures of a process come from /proc")
def test_the_process_tells_when_it_began() -> None:
    assert read(Metrics(lambda: LEVELS))["process_start_time_seconds",] > 1.7e9


def test_two_registries_do_not_mix_and_threads_lose_nothing() -> None:
    one, other = Metrics(lambda: LEVELS), Metrics(lambda: LEVELS)

    def work() -> None:
        for _ in range(500):
            one.message("zalo", "received")

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read(one)["danchu_messages_total", "zalo", "received"] == 4000
    assert ("danchu_messages_total", "zalo", "received") not in read(other)
