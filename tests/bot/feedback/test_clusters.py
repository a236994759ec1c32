"""Questions gather with those that ask the same; what reviewers do with them; two processes at once; what is deleted.

Here a question's place is what stands after "@", its kind what stands after "?", and its vector the mean of its words'.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sqlalchemy import func, insert, select, update
from sqlmodel import col

from bot.feedback.clusters import LEFT_OUT, Clusters
from bot.feedback.counting import HALF_LIFE_DAYS
from bot.feedback.database import Database
from bot.feedback.handling import ReviewRefused
from bot.feedback.persons import ForgetEntry
from bot.feedback.records import CandidateEntry, Entry, RatingEntry, ReviewState
from bot.feedback.review import ClusterState, QueueFilter
from bot.feedback.review_records import ClusterRecord, MemberRecord, PinRecord
from bot.feedback.same import Asked
from bot.feedback.same_measure import refused
from bot.feedback.store import Store

NOON = dt.datetime(2026, 11, 20, 5, tzinfo=dt.UTC)  # in Vietnam
POOL = "@a đường xấu ?who|@a đường rất xấu ?who|@a rác thải nhiều ?who|@b rác thải nhiều ?who|họp thôn ?when".split("|")


def encode(texts: Sequence[str]) -> NDArray[np.float32]:
    vectors = np.zeros((len(texts), 32), dtype=np.float32)
    for vector, text in zip(vectors, texts, strict=True):
        for word in text.split():
            vector += np.random.default_rng(zlib.crc32(word.encode())).standard_normal(32)
    lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    scaled: NDArray[np.float32] = vectors / lengths
    return scaled


def read(text: str, previous: Sequence[str] = (), place: str | None = None) -> Asked:
    words = text.split()
    named = next((word[1:] for word in words if word[0] == "@"), None)
    kind = next((word[1:] for word in words if word[0] == "?"), None)
    bare = tuple(word for word in (*" ".join(previous).split(), *words) if word[0] not in "@?")
    return Asked(" ".join(bare), bare, kind, named, named or "")


class Desk:
    """Clusters over a store, with questions put on record as they are asked."""

    def __init__(self, url: str) -> None:
        self.store = Store(url, busy_timeout_s=5)
        self.database = Database(url, busy_timeout_s=5)
        self.clusters = Clusters(self.database, encode, read)

    def record(self, text: str, asker: str | None = None, hours: float = 0, **changes: object) -> Entry:
        entry = replace(refused(text, NOON + dt.timedelta(hours=hours), asker), **changes)  # type: ignore[arg-type]
        self.store.add([entry])
        return entry

    def ask(self, text: str, asker: str | None = None, hours: float = 0, **changes: object) -> str:
        found = self.clusters.join(self.record(text, asker, hours, **changes))
        assert found is not None
        return found

    def pin(self, cluster_id: str, *wordings: str) -> str:
        pin: dict[str, object] = {
            "id": "p" * 32,
            "cluster_id": cluster_id,
            "document_id": "d",
            "path": "art_1",
            "text_sha256": "0" * 64,
        }
        pin |= {"wordings": list(wordings) or ["w"], "place": None, "by": "lan", "at": NOON, "undone_at": None}
        with self.database.transaction(write=True) as connection:
            connection.execute(insert(PinRecord).values(pin))
        return str(pin["id"])

    def undo(self) -> None:
        with self.database.transaction(write=True) as connection:
            connection.execute(update(PinRecord).values(undone_at=NOON))

    def members(self) -> dict[str, str]:
        with self.database.transaction() as connection:
            rows = connection.execute(select(col(MemberRecord.record_id), col(MemberRecord.cluster_id)))
            return {row[0]: row[1] for row in rows}

    def close(self) -> None:
        self.store.close()
        self.database.close()


@pytest.fixture
def desk(either_url: str) -> Iterator[Desk]:
    opened = Desk(either_url)
    yield opened
    opened.close()


# Joining


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("@a ai sửa đường ?who", "@a ai sửa đường ?who", True),
        ("@a Ai sửa ĐƯỜNG? ?who", "@a ai sua duong ?who", False),  # other words to this reading, and another kind
        ("@a đường xấu ai sửa ?who", "@a đường rất xấu ai sửa ?who", True),
        ("@a đường xấu ai sửa ?who", "@b đường xấu ai sửa ?who", False),
        ("@a đường xấu ai sửa ?who", "đường xấu ai sửa ?who", False),
        ("@a đường xấu khi sửa ?who", "@a đường xấu sửa mất ?money", False),
        ("@a họp thôn ?who", "@a họp thôn ?where", True),
    ],
)
def test_a_question_joins_those_that_ask_the_same(desk: Desk, one: str, other: str, together: bool) -> None:
    assert (desk.ask(one) == desk.ask(other)) is together


def test_a_follow_up_is_told_by_what_came_before(desk: Desk) -> None:
    first = desk.ask("còn thì sao", previous=("đường xấu",))
    assert desk.ask("còn thì sao", previous=("đường xấu",)) == first
    assert desk.ask("còn thì sao", previous=("rác thải nhiều",)) != first


def test_joining_twice_changes_nothing(desk: Desk) -> None:
    entry = desk.record("đường xấu")
    assert desk.clusters.join(entry) == desk.clusters.join(entry)
    assert desk.clusters.queue(QueueFilter()).clusters[0].asked == 1


def test_what_is_not_on_record_or_no_question_joins_nothing(desk: Desk) -> None:
    assert desk.clusters.join(refused("đường xấu", NOON)) is None
    for reason in LEFT_OUT:
        assert desk.clusters.join(desk.record("???", reason=reason.value)) is None
    assert desk.clusters.catch_up() == 0
    assert desk.clusters.queue(QueueFilter()).total == 0


def test_catching_up_takes_what_waits_for_review_alone_the_oldest_first(desk: Desk) -> None:
    desk.record("một hai ba", hours=3)
    desk.record("bốn năm sáu", hours=1)
    sure = desk.record("bảy tám chín", hours=2, status="answered", reason=None, state=ReviewState.NONE)
    assert desk.clusters.catch_up(limit=1) == 1
    assert [line.title for line in desk.clusters.queue(QueueFilter()).clusters] == ["bốn năm sáu"]
    assert desk.clusters.catch_up() == 1
    assert desk.clusters.catch_up() == 0
    desk.store.rate(RatingEntry(sure.id, "x", False, NOON))
    assert desk.clusters.catch_up() == 1
    assert sure.id in desk.members()


def test_many_wordings_are_told_apart_again_by_a_process_that_comes_later(desk: Desk, either_url: str) -> None:
    ids = [desk.ask(f"từ{number} lời{number} câu{number}") for number in range(300)]
    assert len(set(ids)) == 300
    later = Desk(either_url)
    try:
        assert [later.ask(f"từ{number} lời{number} câu{number}") for number in (0, 150, 299)] == [
            ids[0],
            ids[150],
            ids[299],
        ]
        assert desk.ask("từ7 lời7 thêm7 câu7") == ids[7]
        assert later.ask("từ7 lời7 thêm7 câu7 nữa7") == ids[7]
    finally:
        later.close()


def test_another_encoder_finds_old_questions_by_their_words(desk: Desk, either_url: str) -> None:
    first = desk.ask("đường xấu")
    wider = Clusters(desk.database, lambda texts: np.repeat(encode(texts), 2, axis=1) / np.float32(2**0.5), read)
    assert wider.join(desk.record("đường xấu")) == first
    assert wider.join(desk.record("rác thải")) != first


def _join_all(url: str, gate: object) -> None:
    desk = Desk(url)
    gate.wait()  # type: ignore[attr-defined]
    while desk.clusters.catch_up(25):
        pass
    desk.close()


def test_processes_that_join_at_once_double_nothing(desk: Desk, either_url: str) -> None:
    entries = [refused(f"câu{n % 10} hỏi{n % 10} số{n % 10}", NOON, f"asker{n % 7}") for n in range(120)]
    desk.store.add(entries)
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(3)
    workers = [context.Process(target=_join_all, args=(either_url, gate)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    members = desk.members()
    assert len(members) == 120
    page = desk.clusters.queue(QueueFilter())
    assert [(line.asked, line.askers) for line in page.clusters] == [(12, 7)] * 10
    with desk.database.transaction() as connection:
        seqs = connection.execute(select(func.count(col(MemberRecord.seq).distinct()))).scalar_one()
    assert seqs == 120


def test_threads_of_one_process_share_its_memory(desk: Desk) -> None:
    entries = [desk.record(f"câu{n % 4} hỏi{n % 4} số{n % 4}") for n in range(24)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(desk.clusters.join, entries))
    assert len(set(found)) == 4
    assert None not in found


# The queue


def test_the_queue_is_ordered_by_askers_recency_and_place(desk: Desk) -> None:
    for asker in ("x", "y", "y", None):
        desk.ask("ba người hỏi", asker)
    desk.ask("một người hỏi lâu rồi", "x", hours=-24 * HALF_LIFE_DAYS)
    desk.ask("một kẻ thắc mắc mới đây", "x")
    desk.ask("@a một chỗ cụ thể nào", "x")
    lines = desk.clusters.queue(QueueFilter()).clusters
    assert [line.title[:6] for line in lines] == ["ba ngư", "@a một", "một kẻ", "một ng"]
    assert (lines[0].askers, lines[0].asked, lines[0].wordings) == (3, 4, 1)
    # A half-life is worth half the askers.
    assert lines[2].rank - lines[3].rank == pytest.approx(1)


@pytest.mark.parametrize(
    ("wanted", "titles"),
    [
        (QueueFilter(), {"@a đường xấu", "@b rác thải", "họp thôn"}),
        (QueueFilter(state=ClusterState.TAKEN), set()),
        (QueueFilter(place="a"), {"@a đường xấu"}),
        (QueueFilter(channel="web"), {"@b rác thải"}),
        (QueueFilter(channel="fax"), set()),
        (QueueFilter(reason="other_law"), {"họp thôn"}),
        (QueueFilter(words="RÁC thai"), {"@b rác thải"}),
        (QueueFilter(words="thôn, họp?"), {"họp thôn"}),
        (QueueFilter(words="thon ra"), set()),
        (QueueFilter(words="%"), {"@a đường xấu", "@b rác thải", "họp thôn"}),  # no word is asked for
        (QueueFilter(words="_"), set()),
        (QueueFilter(since=dt.date(2026, 11, 21)), {"@b rác thải"}),
        (QueueFilter(until=dt.date(2026, 11, 20)), {"@a đường xấu", "họp thôn"}),
        (QueueFilter(channel="web", reason="other_law"), set()),
    ],
)
def test_the_queue_is_filtered(desk: Desk, wanted: QueueFilter, titles: set[str]) -> None:
    desk.ask("@a đường xấu")
    desk.ask("@b rác thải", channel="web", hours=12)  # midnight in Vietnam
    desk.ask("họp thôn", reason="other_law")
    page = desk.clusters.queue(wanted)
    assert {line.title for line in page.clusters} == titles
    assert page.total == len(titles)


def test_the_queue_comes_in_pages(desk: Desk) -> None:
    for number in range(5):
        desk.ask(f"việc{number} thứ{number}", hours=number)
    pages = [desk.clusters.queue(QueueFilter(), page, per_page=2) for page in (1, 2, 3, 9)]
    assert [[line.title[4:5] for line in page.clusters] for page in pages] == [["4", "3"], ["2", "1"], ["0"], ["0"]]
    assert [(page.page, page.pages, page.total) for page in pages] == [(1, 3, 5), (2, 3, 5), (3, 3, 5), (3, 3, 5)]
    assert desk.clusters.queue(QueueFilter(place="x")).pages == 1


def test_a_cluster_is_shown_with_its_wordings_and_what_search_saw(desk: Desk) -> None:
    found = desk.ask("@a đường xấu quá ?who", hours=1, channel="web")
    desk.ask("@a ĐƯỜNG xấu quá ?who", hours=-1, reason="low_confidence")
    saw = (CandidateEntry("Điều 2", "k2", 0.2, {"bm25": 1.0}), CandidateEntry("Điều 1", "k1", 0.7, {"bm25": 3.0}))
    last = desk.record("@a đường xấu quá trời ?who", hours=2, candidates=saw)
    assert desk.clusters.join(last) == found
    view = desk.clusters.view(found)
    assert view is not None
    assert [(one.text, one.times) for one in view.wordings] == [
        ("@a đường xấu quá ?who", 2),
        ("@a đường xấu quá trời ?who", 1),
    ]
    assert view.wordings[0].channels == ("cli", "web")
    assert view.wordings[0].reasons == ("low_confidence", "no_provision")
    assert view.wordings[1].record_id == last.id
    assert [candidate.key for candidate in view.candidates] == ["k1", "k2"]
    assert (view.cluster.wordings, view.cluster.asked, view.pin, view.history) == (2, 3, None, ())
    assert (view.cluster.first_at, view.cluster.last_at) == (NOON - dt.timedelta(hours=1), NOON + dt.timedelta(hours=2))
    assert desk.clusters.view("0" * 32) is None
    assert desk.clusters.places() == ("a",)


# Handling


def test_one_takes_a_cluster_and_anybody_gives_it_back(desk: Desk) -> None:
    found = desk.ask("đường xấu")
    desk.clusters.take(found, "lan")
    desk.clusters.take(found, "lan")
    with pytest.raises(ReviewRefused, match="lan"):
        desk.clusters.take(found, "minh")
    assert desk.clusters.queue(QueueFilter(state=ClusterState.TAKEN)).clusters[0].taken_by == "lan"
    desk.clusters.release(found, "minh")
    with pytest.raises(ReviewRefused):
        desk.clusters.release(found, "minh")
    view = desk.clusters.view(found)
    assert view is not None
    assert (view.cluster.state, view.cluster.taken_by) == (ClusterState.OPEN, None)
    assert [(event.who, event.what) for event in view.history] == [("lan", "cluster.take"), ("minh", "cluster.release")]


def test_states_follow_each_other_with_a_reason(desk: Desk) -> None:
    found = desk.ask("đường xấu")
    for state in (ClusterState.TAKEN, ClusterState.ANSWERED):
        with pytest.raises(ReviewRefused):
            desk.clusters.set_state(found, state, "lan", "vì thế")
    with pytest.raises(ReviewRefused, match="lý do"):
        desk.clusters.set_state(found, ClusterState.NOT_FOR_US, "lan", "  ")
    desk.clusters.take(found, "lan")
    desk.clusters.set_state(found, ClusterState.LACKS_DOCUMENT, "lan", "thiếu nghị định")
    with pytest.raises(ReviewRefused):
        desk.clusters.set_state(found, ClusterState.NOT_FOR_US, "lan", "nhầm")
    with pytest.raises(ReviewRefused):
        desk.clusters.take(found, "lan")
    desk.clusters.set_state(found, ClusterState.OPEN, "minh", None)
    view = desk.clusters.view(found)
    assert view is not None
    assert view.cluster.state is ClusterState.OPEN
    assert [(event.why, event.detail) for event in view.history[1:]] == [
        ("thiếu nghị định", {"from": "taken", "to": "lacks_document"}),
        (None, {"from": "lacks_document", "to": "open"}),
    ]
    with pytest.raises(ReviewRefused):
        desk.clusters.set_state("0" * 32, ClusterState.OPEN, "lan", None)


def test_answered_goes_with_a_pin_alone(desk: Desk) -> None:
    found = desk.ask("đường xấu")
    desk.pin(found)
    with pytest.raises(ReviewRefused, match="ghim"):
        desk.clusters.set_state(found, ClusterState.NOT_FOR_US, "lan", "vì thế")
    with desk.database.transaction(write=True) as connection:
        desk.clusters.set_state(found, ClusterState.ANSWERED, "lan", None, connection)
    view = desk.clusters.view(found)
    assert view is not None
    assert view.pin is not None
    assert (view.cluster.state, view.pin.path) == (ClusterState.ANSWERED, "art_1")
    desk.undo()
    desk.clusters.set_state(found, ClusterState.OPEN, "lan", "nhầm")
    view = desk.clusters.view(found)
    assert view is not None
    assert view.pin is None


@pytest.mark.parametrize(
    ("text", "hours", "reason", "state"),
    [
        ("@a đường rất xấu ?who", 1, "low_confidence", ClusterState.OPEN),  # words that the pin does not know
        ("@a đường xấu ?who", 1, None, ClusterState.OPEN),  # the pinned answer was called wrong
        ("@a ĐƯỜNG xấu ?who", 1, "low_confidence", ClusterState.ANSWERED),  # asked before it was live everywhere
        ("@a đường rất xấu ?who", -1, "low_confidence", ClusterState.ANSWERED),  # asked before there was a pin
        ("@a đường xấu ?who", -1, None, ClusterState.ANSWERED),
    ],
)
def test_a_question_that_the_pin_did_not_serve_opens_its_cluster_again(
    desk: Desk, text: str, hours: float, reason: str | None, state: ClusterState
) -> None:
    id_ = desk.ask("@a đường xấu ?who", hours=-2)
    desk.pin(id_, "@a đường xấu ?who")
    desk.clusters.set_state(id_, ClusterState.ANSWERED, "lan", None)
    assert desk.ask(text, hours=hours, reason=reason) == id_
    view = desk.clusters.view(id_)
    assert view is not None
    assert view.cluster.state is state
    assert ("cluster.again" in [event.what for event in view.history]) is (state is ClusterState.OPEN)
    assert view.pin is not None
    desk.clusters.set_state(id_, ClusterState.ANSWERED, "lan", "cùng ý")


def test_what_a_reviewer_closed_otherwise_stays_closed(desk: Desk) -> None:
    id_ = desk.ask("@a đường xấu ?who")
    desk.clusters.set_state(id_, ClusterState.LACKS_DOCUMENT, "lan", "chưa có")
    assert desk.ask("@a đường rất xấu ?who", hours=1) == id_
    assert desk.clusters.view(id_).cluster.state is ClusterState.LACKS_DOCUMENT  # type: ignore[union-attr]


def test_what_was_parted_stays_apart(desk: Desk) -> None:
    mixed = desk.ask("đường xấu quá trời ?who", "x")
    going = desk.record("đường xấu quá trời đất ?who", "y")
    assert desk.clusters.join(going) == mixed
    desk.ask("đường xấu quá trời đất ?who", "z")
    with pytest.raises(ReviewRefused):
        desk.clusters.split(mixed, ["0" * 32], "lan")
    new = desk.clusters.split(mixed, [going.id], "lan")
    lines = {line.id: (line.asked, line.askers, line.title) for line in desk.clusters.queue(QueueFilter()).clusters}
    assert lines == {mixed: (1, 1, "đường xấu quá trời ?who"), new: (2, 2, "đường xấu quá trời đất ?who")}
    assert desk.ask("đường xấu quá trời đất ?who") == new
    assert desk.ask("đường xấu quá trời ?who") == mixed
    assert desk.ask("đường xấu quá trời đất ơi ?who") == new
    with pytest.raises(ReviewRefused):
        desk.clusters.split(new, list(desk.members()), "lan")
    view = desk.clusters.view(new)
    assert view is not None
    assert view.history[0].detail == {"questions": 2, "wordings": 1, "from": mixed}


def test_merged_clusters_are_found_by_every_id(desk: Desk) -> None:
    one, two, three = desk.ask("@a đường xấu", "x"), desk.ask("rác thải nhiều", "x"), desk.ask("họp thôn", "y")
    desk.pin(three)
    assert desk.clusters.merge([two, three], "lan") == two
    assert desk.clusters.merge([one, three], "lan") == one
    for id_ in (one, two, three):
        view = desk.clusters.view(id_)
        assert view is not None
        assert (view.cluster.id, view.cluster.asked, view.cluster.askers) == (one, 3, 2)
        assert view.cluster.state is ClusterState.ANSWERED
        assert view.pin is not None
        assert len(view.history) == 4
    assert desk.clusters.queue(QueueFilter(state=None)).total == 1
    assert desk.ask("rác thải nhiều") == one
    with pytest.raises(ReviewRefused):
        desk.clusters.merge([one, two], "lan")


# Deleting


def test_who_is_forgotten_is_not_counted_and_leaves_no_wording(desk: Desk) -> None:
    mixed = desk.ask("đường xấu quá trời ơi", "x")
    assert desk.ask("đường xấu quá trời", "y", hours=1) == mixed
    alone = desk.ask("rác thải nhiều", "x")
    pinned = desk.ask("họp thôn", "x")
    desk.pin(pinned)
    desk.store.forget(ForgetEntry("x", "x", "cli", None, NOON + dt.timedelta(days=1)), b"s" * 32)
    lines = {line.id: line for line in desk.clusters.queue(QueueFilter()).clusters}
    assert set(lines) == {mixed, pinned}
    assert (lines[mixed].title, lines[mixed].asked, lines[mixed].askers) == ("đường xấu quá trời", 1, 1)
    assert lines[mixed].first_at == NOON + dt.timedelta(hours=1)
    assert (lines[pinned].title, lines[pinned].asked) == ("", 0)
    assert desk.clusters.view(alone) is None
    # What this process still remembers leads nowhere.
    assert desk.ask("rác thải nhiều") not in (alone, mixed, pinned)


def test_what_is_purged_takes_its_clusters_along(desk: Desk) -> None:
    first = desk.ask("đường xấu")
    second = desk.ask("rác thải nhiều")
    desk.clusters.merge([first, second], "lan")
    assert desk.store.purge(NOON + dt.timedelta(hours=1)) == 2
    with desk.database.transaction() as connection:
        assert connection.execute(select(func.count()).select_from(ClusterRecord)).scalar_one() == 0
    desk.record("đường xấu")
    assert desk.clusters.catch_up() == 1


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.sampled_from(POOL)),
        st.tuples(st.just("split"), st.integers(0, 30)),
        st.tuples(st.just("merge"), st.tuples(st.integers(0, 30), st.integers(0, 30))),
        st.tuples(st.just("erase"), st.integers(0, 30)),
    ),
    min_size=3,
    max_size=25,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_every_question_is_in_one_cluster_and_every_id_keeps_its_meaning(
    tmp_path: Path, steps: list[tuple[str, Any]]
) -> None:
    desk = Desk(f"sqlite:///{tmp_path}/{abs(hash(str(steps)))}-{len(list(tmp_path.iterdir()))}.sqlite3")
    try:
        asked: dict[str, str] = {}  # by question, the id that it was told
        for what, which in steps:
            ids = sorted(asked)
            if what == "ask":
                entry = desk.record(which, asker="x")
                asked[entry.id] = str(desk.clusters.join(entry))
            elif not ids:
                continue
            elif what == "erase":
                gone = ids[which % len(ids)]
                desk.store.erase([gone])
                del asked[gone]
            else:
                try:
                    if what == "split":
                        chosen = ids[which % len(ids)]
                        desk.clusters.split(desk.members()[chosen], [chosen], "lan")
                    else:
                        desk.clusters.merge([asked[ids[one % len(ids)]] for one in which], "lan")
                except ReviewRefused:
                    continue
                asked |= desk.members() if what == "split" else {}
            members = desk.members()
            assert set(members) == set(asked)
            lines = {line.id: line for line in desk.clusters.queue(QueueFilter(state=None), per_page=99).clusters}
            assert {id_: line.asked for id_, line in lines.items()} == {
                id_: list(members.values()).count(id_) for id_ in set(members.values())
            }
            for question, told in asked.items():
                view = desk.clusters.view(told)
                assert view is not None
                assert view.cluster.id == members[question]
    finally:
        desk.close()
