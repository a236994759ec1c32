"""Who comes in to the review pages, and what each may do: sessions, forms that only our own pages send, refusals."""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
from collections.abc import Mapping
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from bot import messages
from bot.feedback.review import LockedOut, Role, UserSession
from bot.limiter import Limiter
from bot.web.body import TooLarge, read_form
from bot.web.review import words
from bot.web.review.desk import ReviewDesk
from bot.web.review.show import show, when
from bot.web.site import Site

HOME = "/duyet"
SIGN_IN = "/duyet/vao"

_PER_MINUTE = 60
"""How often one address may try to sign in: each try costs a slow hash. A name is locked much sooner."""


class Refused(Exception):
    """A request that is not carried out; nothing was changed."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class SignInFirst(Exception):
    """A page that somebody who is not signed in asks for."""


class Door:
    """Knows who comes, by a cookie that scripts cannot read and other sites cannot send.

    Args:
        desk: knows sessions and passwords.
        site: says whether the site is reached by https, and so whether cookies are for https alone.
    """

    def __init__(self, desk: ReviewDesk, site: Site) -> None:
        self._desk = desk
        self._site = site

    def enter(self, request: Request, needed: Role = Role.READER) -> UserSession:
        """Who asks for a page.

        Raises:
            SignInFirst: nobody, or not any more.
            Refused: somebody who may not see it.
        """
        me = self.visitor(request)
        if me is None:
            raise SignInFirst
        if not me.role.covers(needed):
            raise Refused(403, words.NOT_ALLOWED.format(role=words.ROLES[me.role]))
        return me

    async def act(self, request: Request, needed: Role = Role.REVIEWER) -> tuple[UserSession, Mapping[str, list[str]]]:
        """Who sends a form, and its fields.

        Raises:
            Refused: the session has ended, the form is not one of ours, or they may not do that.
        """
        me = await run_in_threadpool(self.visitor, request)
        form = await _form(request)
        if me is None:
            raise Refused(403, words.EXPIRED)
        if not _same(field(form, "csrf"), me.csrf):
            raise Refused(403, words.FORGED)
        if not me.role.covers(needed):
            raise Refused(403, words.NOT_ALLOWED.format(role=words.ROLES[me.role]))
        return me, form

    def visitor(self, request: Request) -> UserSession | None:
        """Whose cookie comes along, or None."""
        token = request.cookies.get(self._cookie(request, "session"))
        me = self._desk.session(token) if token else None
        request.state.me = me  # for the page that says what was refused
        return me

    def routes(self) -> APIRouter:
        """The routes of signing in and out."""
        router = APIRouter(include_in_schema=False)
        limiter = Limiter(_PER_MINUTE)

        @router.get(SIGN_IN)
        def sign_in(request: Request, tiep: str = HOME) -> Response:
            """The form; `tiep` is where to go after it."""
            return self._sign_in_page(request, 200, None, "", tiep)

        @router.post(SIGN_IN)
        async def signed_in(request: Request) -> Response:
            """Check a name and password."""
            form = await _form(request)
            name, after = field(form, "name").strip(), field(form, "tiep")
            if not _same(field(form, "csrf"), request.cookies.get(self._cookie(request, "form"), "")):
                return self._sign_in_page(request, 403, words.FORGED, name, after)
            if limiter.wait(request.client.host if request.client else ""):
                return self._sign_in_page(request, 429, words.BUSY, name, after)
            now = dt.datetime.now(dt.UTC)
            found = await run_in_threadpool(self._desk.verify, name, field(form, "password"), now)
            if isinstance(found, LockedOut):
                sentence = words.LOCKED.format(until=when(found.until))
                return self._sign_in_page(request, 403, sentence, name, after)
            if found is None:
                return self._sign_in_page(request, 403, words.WRONG, name, after)
            response = RedirectResponse(_local(after), 303)
            self._set(request, response, "session", found.token)
            self._drop(request, response, "form")
            return response

        @router.post("/duyet/ra")
        async def sign_out(request: Request) -> Response:
            """End the session."""
            me, _ = await self.act(request, Role.READER)
            await run_in_threadpool(self._desk.end, me.token)
            response = RedirectResponse(SIGN_IN, 303)
            self._drop(request, response, "session")
            return response

        return router

    def _sign_in_page(self, request: Request, status: int, sentence: str | None, name: str, after: str) -> Response:
        # Nobody is signed in yet, so the secret that the form has to bring along lies in a cookie of its own.
        secret = request.cookies.get(self._cookie(request, "form")) or secrets.token_hex(16)
        response = show("sign_in.html", None, status=status, sentence=sentence, name=name, after=after, csrf=secret)
        self._set(request, response, "form", secret)
        return response

    def _secure(self, request: Request) -> bool:
        return self._site.base(request).startswith("https:")

    def _cookie(self, request: Request, what: str) -> str:
        # With this prefix browsers take the cookie from this very host alone, by https alone.
        return f"{'__Host-' if self._secure(request) else ''}danchu-{what}"

    def _set(self, request: Request, response: Response, what: str, value: str) -> None:
        response.set_cookie(
            self._cookie(request, what),
            value,
            path="/",
            secure=self._secure(request),
            httponly=True,
            samesite="strict",
        )

    def _drop(self, request: Request, response: Response, what: str) -> None:
        response.delete_cookie(
            self._cookie(request, what), path="/", secure=self._secure(request), httponly=True, samesite="strict"
        )


def first_sign_in(request: Request) -> Response:
    """On to the form, and from there back to where somebody wanted to go."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"{SIGN_IN}?tiep={quote(wanted, safe='')}", 303)


def field(form: Mapping[str, list[str]], name: str) -> str:
    """The last value of a field, or ""."""
    return form.get(name, [""])[-1]


def _local(address: str) -> str:
    """An address under our own pages: a link to the form may carry any other."""
    return address if address == HOME or address.startswith((f"{HOME}/", f"{HOME}?")) else HOME


def _same(given: str, wanted: str) -> bool:
    return bool(wanted) and hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode("utf-8", "replace"))


async def _form(request: Request) -> Mapping[str, list[str]]:
    try:
        return await read_form(request)
    except TooLarge:
        raise Refused(413, messages.WEB_TOO_LARGE) from None
