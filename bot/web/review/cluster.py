"""One cluster: its wordings, what search saw, the clause picker, and all that a reviewer does with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from bot.feedback.review import Cluster, ClusterState, ClusterView, Pin, QueueFilter, Role, UserSession
from bot.web.linked import anchor
from bot.web.quotes import quoted
from bot.web.review import words
from bot.web.review.desk import ReviewDesk
from bot.web.review.door import HOME, Door, Refused, field
from bot.web.review.picker import choice_of, provision_of, search, tree
from bot.web.review.show import show
from bot.web.service import Service
from corpus.citation import cite, short_name
from retrieval.reviewed import digest

Form = Mapping[str, list[str]]
Act = Callable[[ClusterView, UserSession, Form], str | None]
"""Does something to a cluster; gives the id of the one to show, or None for the same."""

_MOST_WHY = 500
_OTHERS = 8
"""How many clusters are offered to be merged with."""


def routes(desk: ReviewDesk, door: Door, service: Service) -> APIRouter:
    """The routes of a cluster's page and its actions."""
    router = APIRouter(prefix="/duyet/nhom/{cluster_id}", include_in_schema=False)

    def seen(cluster_id: str) -> ClusterView:
        view = desk.view(cluster_id)
        if view is None:
            raise Refused(404, words.NO_CLUSTER)
        return view

    @router.get("")
    def cluster(
        request: Request,
        cluster_id: str,
        tim: Annotated[str, Query(max_length=200)] = "",
        vb: str = "",
        gop: Annotated[str, Query(max_length=200)] = "",
    ) -> Response:
        """The page; `tim` are words to look for provisions by, `vb` the document whose tree is open, `gop` words to
        look for another cluster by."""
        me = door.enter(request)
        view = seen(cluster_id)
        if view.cluster.id != cluster_id:
            return RedirectResponse(address(view.cluster), 303)
        documents = service.documents()
        opened = service.document(vb)
        near = [
            (candidate, provision_of(documents, *candidate.key.split("#", 1)) if "#" in candidate.key else None)
            for candidate in view.candidates
        ]
        tim, gop = tim.strip(), gop.strip()
        return show(
            "cluster.html",
            me,
            view=view,
            may=me.role.covers(Role.REVIEWER),
            settable=_settable(view),
            near=[(candidate, choice_of(*there) if there else None) for candidate, there in near],
            anchor=lambda path: path.replace(" ", "-"),
            pin=_pinned(view.pin, service) if view.pin else None,
            sought=tim,
            choices=search(service.assistant.look, documents, tim, view.cluster.place) if tim else None,
            documents=[(document.id, short_name(document.meta)) for document in documents],
            opened=(opened.id, short_name(opened.meta), tree(opened)) if opened else None,
            merging=gop,
            others=_others(desk, view.cluster, gop) if gop else None,
        )

    @router.get("/ghim")
    def confirm(request: Request, cluster_id: str, vb: str, dk: str) -> Response:
        """A provision's words, to be read before it is pinned."""
        me = door.enter(request, Role.REVIEWER)
        return confirming(me, seen(cluster_id), vb, dk, None)

    def confirming(me: UserSession, view: ClusterView, vb: str, dk: str, sentence: str | None) -> Response:
        there = provision_of(service.documents(), vb, dk)
        if there is None:
            raise Refused(404, words.NO_PROVISION)
        document, provision = there
        whole = quoted(service, document, cite(document, provision.path, provision.start, provision.end))
        return show(
            "confirm.html",
            me,
            status=409 if sentence else 200,
            view=view,
            quote=whole,
            digest=digest(document, provision),
            anchor=anchor(provision.path),
            sentence=sentence,
        )

    @router.post("/ghim")
    async def pin(request: Request, cluster_id: str) -> Response:
        """Pin the question to the provision whose words were shown."""
        me, form = await door.act(request)
        why, vb, dk = _why(form), field(form, "vb"), field(form, "dk")

        def act() -> Response:
            view = seen(cluster_id)
            there = provision_of(service.documents(), vb, dk)
            if there is None:
                raise Refused(404, words.NO_PROVISION)
            if digest(*there) != field(form, "digest"):
                return confirming(me, view, vb, dk, words.WORDS_CHANGED)
            place = view.cluster.place if field(form, "place") else None
            wordings = [wording.text for wording in view.wordings]
            desk.pin(view.cluster.id, vb, dk, digest(*there), wordings, place, me.name, why)
            return RedirectResponse(address(view.cluster), 303)

        return await run_in_threadpool(act)

    async def acting(request: Request, cluster_id: str, act: Act) -> Response:
        """Do something to a cluster and show it, or the one whose id comes back."""
        me, form = await door.act(request)

        def work() -> str:
            view = seen(cluster_id)
            return act(view, me, form) or view.cluster.id

        return RedirectResponse(f"{HOME}/nhom/{await run_in_threadpool(work)}", 303)

    @router.post("/nhan")
    async def take(request: Request, cluster_id: str) -> Response:
        """Say that one works on it."""
        return await acting(request, cluster_id, lambda view, me, form: desk.take(view.cluster.id, me.name))

    @router.post("/tra")
    async def release(request: Request, cluster_id: str) -> Response:
        """Give it back."""
        return await acting(request, cluster_id, lambda view, me, form: desk.release(view.cluster.id, me.name))

    @router.post("/tinh-trang")
    async def state(request: Request, cluster_id: str) -> Response:
        """Say where it stands, and why."""

        def act(view: ClusterView, me: UserSession, form: Form) -> None:
            chosen = next((one for one in _settable(view) if one.value == field(form, "state")), None)
            if chosen is None:
                raise Refused(400, words.BAD_CHOICE)
            why = _why(form)
            if why is None:
                raise Refused(400, words.WHY_NEEDED)
            desk.set_state(view.cluster.id, chosen, me.name, why)

        return await acting(request, cluster_id, act)

    @router.post("/tach")
    async def split(request: Request, cluster_id: str) -> Response:
        """Move the wordings chosen into a cluster of their own."""

        def act(view: ClusterView, me: UserSession, form: Form) -> str:
            there = {wording.record_id for wording in view.wordings}
            chosen = [record_id for record_id in form.get("cau", []) if record_id in there]
            if not chosen:
                raise Refused(400, words.SPLIT_NONE)
            if len(chosen) == len(there):
                raise Refused(400, words.SPLIT_ALL)
            return desk.split(view.cluster.id, chosen, me.name)

        return await acting(request, cluster_id, act)

    @router.post("/gop")
    async def merge(request: Request, cluster_id: str) -> Response:
        """Make one of this cluster and another, or say that it asks the same as the other."""

        def act(view: ClusterView, me: UserSession, form: Form) -> str | None:
            other = seen(field(form, "nhom")).cluster
            if other.id == view.cluster.id:
                raise Refused(400, words.BAD_CHOICE)
            if field(form, "viec") == "gop":
                return desk.merge([view.cluster.id, other.id], me.name)
            why = words.DUPLICATE_OF.format(id=other.id[:8], title=other.title)[:_MOST_WHY]
            desk.set_state(view.cluster.id, ClusterState.DUPLICATE, me.name, why)
            return None

        return await acting(request, cluster_id, act)

    @router.post("/bo-ghim")
    async def undo(request: Request, cluster_id: str) -> Response:
        """Take the pin back."""

        def act(view: ClusterView, me: UserSession, form: Form) -> None:
            why = _why(form)
            if why is None:
                raise Refused(400, words.WHY_NEEDED)
            pin = view.pin if view.pin and view.pin.id == field(form, "ghim") else None
            if pin is None or not desk.undo(pin.id, me.name, why):
                raise Refused(400, words.BAD_CHOICE)

        return await acting(request, cluster_id, act)

    return router


def address(cluster: Cluster) -> str:
    """The address of a cluster's page."""
    return f"{HOME}/nhom/{cluster.id}"


def _settable(view: ClusterView) -> tuple[ClusterState, ...]:
    """The states that it can be given by hand; what is closed is opened again first."""
    if view.cluster.state in (ClusterState.OPEN, ClusterState.TAKEN):
        return (ClusterState.ANSWERED,) if view.pin else words.CLOSING
    return () if view.pin else (ClusterState.OPEN,)


def _pinned(pin: Pin, service: Service) -> dict[str, object]:
    """A pin as the page shows it: the words as they stand now, and what is wrong with them."""
    there = provision_of(service.documents(), pin.document_id, pin.path)
    if there is None:
        return {"pin": pin, "choice": None, "words": "", "warning": words.PIN_GONE}
    changed = digest(*there) != pin.text_sha256
    document, provision = there
    return {
        "pin": pin,
        "choice": choice_of(document, provision),
        "words": document.words(provision),
        "warning": words.PIN_CHANGED if changed else None,
    }


def _others(desk: ReviewDesk, cluster: Cluster, typed: str) -> list[Cluster]:
    found = desk.queue(QueueFilter(state=None, words=typed), 1, _OTHERS + 1)
    return [other for other in found.clusters if other.id != cluster.id][:_OTHERS]


def _why(form: Form) -> str | None:
    return " ".join(field(form, "why").split())[:_MOST_WHY] or None
