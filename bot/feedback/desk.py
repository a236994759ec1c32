"""The desk of the review pages (`bot.web.review.desk.ReviewDesk`): all of one database that reviewers work with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence

from bot.feedback.audit import Audit
from bot.feedback.clusters import Clusters
from bot.feedback.database import Database
from bot.feedback.figures import figures
from bot.feedback.gate import admit
from bot.feedback.pins import Pins, questions_of
from bot.feedback.review import Cluster, Figures, Pin, QueueFilter
from bot.feedback.review_export import to_cases, to_csv, to_xlsx
from bot.feedback.users import Users
from corpus.document import Document
from retrieval.answerer import Answerer
from retrieval.reviewed import ReviewedQuestion

_PER_READ = 2_000


class Desk:
    """What the review pages stand on. Safe to use from several threads, and from several processes at once.

    Its methods are those of the stores that it is made of. They raise StoreUnavailable where the database cannot be
    used, and ReviewRefused or PinRefused where something cannot be done as things stand.

    Args:
        database: where everything is kept.
        clusters: the clusters of that database.
        pins: its pins.
        answerer: gives the answerer of the moment, which says whether a pin may go live.
    """

    def __init__(self, database: Database, clusters: Clusters, pins: Pins, answerer: Callable[[], Answerer]) -> None:
        self._database = database
        self._answerer = answerer
        users = Users(database)
        self.verify, self.session, self.end, self.users = users.verify, users.session, users.end, users.users
        self.newest = Audit(database).newest
        self.queue, self.view, self.places = clusters.queue, clusters.view, clusters.places
        self.take, self.release, self.set_state = clusters.take, clusters.release, clusters.set_state
        self.split, self.merge = clusters.split, clusters.merge
        self.undo = pins.undo
        self._pins = pins

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
        """Name a provision as the answer; the pin keeps the wordings that will get it.

        Raises:
            PinRefused: questions that were reviewed before would get worse, or no wording would get the provision.
        """
        active = self._pins.active()
        new = ReviewedQuestion("", document_id, path, text_sha256, tuple(wordings), place)
        replaced = [pin.id for pin in active if pin.cluster_id == cluster_id]
        served = admit(self._answerer(), questions_of(active), new, replaced)
        return self._pins.pin(cluster_id, document_id, path, text_sha256, served, place, who, why)

    def figures(self, since: dt.date, until: dt.date) -> Figures:
        """What happened in these days, both included."""
        return figures(self._database, since, until)

    def export(self, form: str, filter: QueueFilter, documents: Iterable[Document]) -> bytes:
        """A file: "csv" or "xlsx" of the clusters that a filter lets through, "jsonl" of the cases of all pins."""
        if form == "jsonl":
            return to_cases(self._pins.active(), documents)
        return {"csv": to_csv, "xlsx": to_xlsx}[form](self._all(filter))

    def _all(self, filter: QueueFilter) -> Iterator[Cluster]:
        page = 1
        while True:
            found = self.queue(filter, page, _PER_READ)
            yield from found.clusters
            if page >= found.pages:
                return
            page += 1
