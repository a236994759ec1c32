"""A desk in memory, over the documents that ship; it keeps what was done to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from bot.feedback.records import CandidateEntry
from bot.feedback.review import (
    Cluster,
    ClusterState,
    ClusterView,
    DayFigure,
    Event,
    Figures,
    Gap,
    LockedOut,
    Pin,
    QueueFilter,
    QueuePage,
    Role,
    Tellings,
    User,
    UserSession,
    WeekWait,
    Wording,
)
from bot.feedback.review_export import to_cases, to_csv, to_xlsx
from corpus.document import Document
from corpus.text import fold
from retrieval.reviewed import digest
from tests.bot.web_stand_in import HANDLED_PATH, THACH_KHOI, catalog

NOW = dt.datetime(2026, 11, 20, 3, 0, tzinfo=dt.UTC)
VIETNAM = dt.timedelta(hours=7)
SCRIPT = "<script>alert('x')</script> hỏi về <b>dân chủ</b> & \"kinh phí\""
PASSWORDS = {"an": Role.READER, "binh": Role.REVIEWER, "chi": Role.ADMIN}
PASSWORD = "mật khẩu đủ dài"
NOBODY = Tellings(0, 0, 0, 0)
TELLINGS = Tellings(3, 2, 5, 1, NOW)
KEY = f"{THACH_KHOI}#{HANDLED_PATH}"
MANY = "Khoan thư sức dân là kế gì?"


def provision_digest() -> str:
    document = catalog().by_id[THACH_KHOI]
    return digest(document, document.by_path[HANDLED_PATH])


def cluster(id: str, title: str, **changes: object) -> Cluster:
    fields: dict[str, object] = {
        "id": id,
        "title": title,
        "state": ClusterState.OPEN,
        "place": "Phường Thạch Khôi",
        "askers": 4,
        "asked": 7,
        "wordings": 2,
        "first_at": NOW - dt.timedelta(days=9),
        "last_at": NOW - dt.timedelta(hours=5),
        "taken_by": None,
        "rank": 3.0,
    }
    return Cluster(**{**fields, **changes})  # type: ignore[arg-type]


def wordings(*texts: str) -> tuple[Wording, ...]:
    return tuple(
        Wording(text, 3 - n % 3, NOW - dt.timedelta(hours=n), f"{n:032x}", ("telegram", "web"), ("no_provision",))
        for n, text in enumerate(texts)
    )


@dataclass
class DeskInMemory:
    """What the pages see of the store. `signed_in` maps cookies to names; dropping one is a session that ended."""

    clusters: dict[str, ClusterView] = field(default_factory=dict)
    signed_in: dict[str, str] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)
    done: list[tuple[object, ...]] = field(default_factory=list)
    pins: dict[str, Pin] = field(default_factory=dict)
    filters: list[QueueFilter] = field(default_factory=list)

    def verify(self, name: str, password: str, now: dt.datetime) -> UserSession | LockedOut | None:
        if self.failures.get(name, 0) >= 10:
            return LockedOut(now + dt.timedelta(minutes=15))
        if name not in PASSWORDS or password != PASSWORD:
            self.failures[name] = self.failures.get(name, 0) + 1
            return None
        token = f"token-{name}-{len(self.signed_in)}"
        self.signed_in[token] = name
        return self.session(token)

    def session(self, token: str) -> UserSession | None:
        name = self.signed_in.get(token)
        return UserSession(name, PASSWORDS[name], f"csrf-{token}", token) if name else None

    def end(self, token: str) -> None:
        del self.signed_in[token]

    def users(self) -> Sequence[User]:
        return [User(name, role, False, None, NOW) for name, role in PASSWORDS.items()]

    def newest(self, limit: int) -> Sequence[Event]:
        return [
            Event(NOW, str(who), str(what), f"cluster:{subject}", SCRIPT) for what, subject, who, *_ in self.done
        ] or [Event(NOW, "chi", "user.add", "user:binh", SCRIPT)]

    def queue(self, filter: QueueFilter, page: int, per_page: int = 50) -> QueuePage:
        self.filters.append(filter)
        found = [
            view.cluster
            for view in self.clusters.values()
            if (filter.state is None or view.cluster.state is filter.state)
            and (filter.place is None or view.cluster.place == filter.place)
            and any(filter.channel is None or filter.channel in wording.channels for wording in view.wordings)
            and any(filter.reason is None or filter.reason in wording.reasons for wording in view.wordings)
            and (filter.since is None or (view.cluster.last_at + VIETNAM).date() >= filter.since)
            and (filter.until is None or (view.cluster.first_at + VIETNAM).date() <= filter.until)
            and any(fold(filter.words) in fold(wording.text) for wording in view.wordings)
        ]
        pages = max(1, -(-len(found) // per_page))
        page = min(page, pages)
        return QueuePage(tuple(found[(page - 1) * per_page : page * per_page]), len(found), page, pages)

    def places(self) -> Sequence[str]:
        return sorted({view.cluster.place for view in self.clusters.values() if view.cluster.place})

    def view(self, cluster_id: str) -> ClusterView | None:
        return self.clusters.get(cluster_id)

    def take(self, cluster_id: str, who: str) -> None:
        self._note("take", cluster_id, who, state=ClusterState.TAKEN, taken_by=who)

    def release(self, cluster_id: str, who: str) -> None:
        self._note("release", cluster_id, who, state=ClusterState.OPEN, taken_by=None)

    def set_state(self, cluster_id: str, state: ClusterState, who: str, why: str | None) -> None:
        self._note("state", cluster_id, who, why, state=state)

    def split(self, cluster_id: str, record_ids: Sequence[str], who: str) -> str:
        view = self.clusters[cluster_id]
        away = tuple(one for one in view.wordings if one.record_id in record_ids)
        stay = tuple(one for one in view.wordings if one.record_id not in record_ids)
        self.clusters[cluster_id] = replace(view, wordings=stay)
        new = "c" + "9" * 31
        self.clusters[new] = replace(view, cluster=replace(view.cluster, id=new, title=away[0].text), wordings=away)
        self._note("split", cluster_id, who)
        return new

    def merge(self, ids: Sequence[str], who: str) -> str:
        kept, *gone = ids
        for other in gone:
            moved = self.clusters.pop(other).wordings
            self.clusters[kept] = replace(self.clusters[kept], wordings=self.clusters[kept].wordings + moved)
        self._note("merge", kept, who)
        return kept

    def pin(
        self,
        cluster_id: str,
        document_id: str,
        path: str,
        text_sha256: str,
        wordings: Sequence[str],
        place: str | None,
        who: str,
        why: str | None,
    ) -> Pin:
        pin = Pin("p1" * 16, cluster_id, document_id, path, text_sha256, tuple(wordings), place, who, NOW)
        self.pins[pin.id] = pin
        self.clusters[cluster_id] = replace(self.clusters[cluster_id], pin=pin)
        self._note("pin", cluster_id, who, why, state=ClusterState.ANSWERED)
        return pin

    def undo(self, pin_id: str, who: str, why: str | None) -> bool:
        pin = self.pins.pop(pin_id)
        self.clusters[pin.cluster_id] = replace(self.clusters[pin.cluster_id], pin=None)
        self._note("undo", pin.cluster_id, who, why, state=ClusterState.OPEN)
        return True

    def figures(self, since: dt.date, until: dt.date) -> Figures:
        days = [since + dt.timedelta(days=n) for n in range((until - since).days + 1)]
        return Figures(
            since,
            until,
            tuple(DayFigure(day, n * 7 % 23, (n * 7 % 23) * 3 // 4) for n, day in enumerate(days)),
            (("no_provision", 41), ("place_not_in_corpus", 23), ("low_confidence", 9), ("", 2)),
            (Gap(SCRIPT, 9, 31), Gap("Phường Thạch Khôi", 4, 12), Gap(None, 3, 7)),
            (WeekWait(dt.date(2026, 11, 2), 4, 30.5), WeekWait(dt.date(2026, 11, 9), 6, 12.0)),
            TELLINGS,
        )

    def export(self, form: str, filter: QueueFilter, documents: Iterable[Document]) -> bytes:
        if form == "jsonl":
            return to_cases(self.pins.values(), documents)
        clusters = self.queue(filter, 1, 1000).clusters
        return to_csv(clusters) if form == "csv" else to_xlsx(clusters)

    def _note(self, what: str, cluster_id: str, who: str, why: str | None = None, **changes: object) -> None:
        view = self.clusters[cluster_id]
        event = Event(NOW, who, what, f"cluster:{cluster_id}", why)
        changed = replace(view.cluster, **changes)  # type: ignore[arg-type]
        self.clusters[cluster_id] = replace(view, cluster=changed, history=(*view.history, event))
        self.done.append((what, cluster_id, who, why))


def desk(more: int = 0) -> DeskInMemory:
    """A desk with clusters "c1" (five wordings, near misses), "c2" (a script typed as a question) and "c3"; `more` as
    many others beside them."""
    made = DeskInMemory()
    near = tuple(
        CandidateEntry(f"khoản {n} Điều 1 Nghị quyết phường Thạch Khôi", key, 0.5 / n, {"bm25": 7.25 / n, "dense": 0.4})
        for n, key in enumerate((KEY, f"{THACH_KHOI}#art_2", "khong-con#art_1"), 1)
    )
    script = CandidateEntry(SCRIPT, SCRIPT, 0.1, {SCRIPT: 1.0})
    first = cluster("c1", "Tiền đâu để phường làm mấy việc này?", wordings=5, askers=12, asked=19)
    made.clusters["c1"] = ClusterView(
        first,
        wordings(
            "Tiền đâu để phường làm mấy việc này?",
            "tien dau ra de lam may viec nay",
            "Kinh phí của phường lấy ở đâu ra?",
            "phường lấy kinh phí đâu mà làm",
            "ai trả tiền cho mấy việc dân chủ này",
        ),
        near,
        None,
        (),
        TELLINGS,
    )
    made.clusters["c2"] = ClusterView(
        cluster("c2", SCRIPT, place=SCRIPT, taken_by="binh", state=ClusterState.TAKEN),
        wordings(SCRIPT, f"{SCRIPT} lần nữa"),
        (script,),
        None,
        (Event(NOW, "binh", "cluster.take", "cluster:c2", SCRIPT),),
        NOBODY,
    )
    made.clusters["c3"] = ClusterView(
        cluster("c3", "=1+1 ai chịu trách nhiệm?", place=None, wordings=1, askers=1, asked=1),
        (replace(wordings("=1+1 ai chịu trách nhiệm?")[0], channels=("zalo",), reasons=("low_confidence",)),),
        (),
        None,
        (),
        NOBODY,
    )
    for n in range(more):
        made.clusters[f"m{n}"] = ClusterView(
            cluster(f"m{n}", f"{MANY} {n}"), wordings(f"{MANY} {n}"), (), None, (), NOBODY
        )
    return made
