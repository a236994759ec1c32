"""Who may sign in to the review pages: names, roles and passwords; and the sessions of those who did.

A password is kept as its argon2id hash (RFC 9106), a session as the digest of its secret. Every attempt is counted
before its password is looked at, so that many at once get no more tries than one after the other.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
import threading
import unicodedata
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import ColumnElement, Connection, Row, delete, or_, select, update
from sqlmodel import col

from bot.feedback.audit import Audit
from bot.feedback.database import Database, FeedbackError
from bot.feedback.review import LockedOut, Role, User, UserSession
from bot.feedback.review_records import SessionRecord, UserRecord

PASSWORD_CHARS = 12
"""The fewest letters of a password."""
FAILURES = 10
"""After so many wrong passwords in a row nobody signs in under the name for `LOCKED`."""
LOCKED = dt.timedelta(minutes=15)
IDLE = dt.timedelta(hours=8)
"""A session ends after so long without use …"""
LONGEST = dt.timedelta(days=7)
"""… and after so long in any case."""

_PASSWORD_CHARS_MOST = 1024
_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
_SEEN_EVERY = dt.timedelta(minutes=1)  # not every page view writes
_HASHER = PasswordHasher()
_hashing = threading.BoundedSemaphore(2)  # each takes 64 MiB while it lasts


class UserRefused(FeedbackError):
    """A user, a password or a change that is not taken."""


class Users:
    """The users of a database. Every method raises StoreUnavailable where it cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._audit = Audit(database)

    # Users

    def add(self, name: str, password: str, role: Role, by: str) -> None:
        """Add a user.

        Args:
            name: small letters a-z, digits and . _ @ -, at most 64; capitals are taken as small ones.
            password: at least `PASSWORD_CHARS` letters.
            role: what they may do.
            by: who adds them, for the audit log.

        Raises:
            UserRefused: the name or the password is not of the form, or the name is taken.
        """
        name = _folded(name)
        if not _NAME.fullmatch(name):
            raise UserRefused("Tên đăng nhập gồm 1 đến 64 chữ không dấu, chữ số và các dấu . _ @ -")
        row = {"name": name, "role": role.value, "password": _hash(password), "failures": 0, "disabled": False}
        new = self._database.insert(UserRecord).values(**row, at=dt.datetime.now(dt.UTC))
        with self._database.transaction(write=True) as connection:
            added = new.on_conflict_do_nothing(index_elements=["name"]).returning(col(UserRecord.name))
            if connection.execute(added).first() is None:
                raise UserRefused(f"Đã có người dùng {name}.")
            self._audit.note(connection, by, "user.add", f"user:{name}", detail={"role": role.value})

    def set_role(self, name: str, role: Role, by: str) -> None:
        """Change what a user may do; it counts at once for who is signed in.

        Raises:
            UserRefused: there is no such user, or they are the last administrator.
        """
        with self._database.transaction(write=True) as connection:
            user = self._found(connection, name)
            if role is not Role.ADMIN:
                self._keep_an_admin(connection, user.name)
            _change(connection, user.name, role=role.value)
            detail = {"from": user.role.value, "to": role.value}
            self._audit.note(connection, by, "user.role", f"user:{user.name}", detail=detail)

    def disable(self, name: str, by: str) -> None:
        """Let somebody sign in no more; their sessions end.

        Raises:
            UserRefused: there is no such user, or they are the last administrator.
        """
        with self._database.transaction(write=True) as connection:
            user = self._found(connection, name)
            self._keep_an_admin(connection, user.name)
            _change(connection, user.name, disabled=True)
            _end_all(connection, user.name)
            self._audit.note(connection, by, "user.disable", f"user:{user.name}")

    def enable(self, name: str, by: str) -> None:
        """Let somebody sign in again.

        Raises:
            UserRefused: there is no such user.
        """
        with self._database.transaction(write=True) as connection:
            user = self._found(connection, name)
            _change(connection, user.name, disabled=False, failures=0, locked_until=None)
            self._audit.note(connection, by, "user.enable", f"user:{user.name}")

    def set_password(self, name: str, password: str, by: str) -> None:
        """Give a user another password; their sessions end, and a lock is taken off.

        Raises:
            UserRefused: there is no such user, or the password is not of the form.
        """
        hashed = _hash(password)
        with self._database.transaction(write=True) as connection:
            user = self._found(connection, name)
            _change(connection, user.name, password=hashed, failures=0, locked_until=None)
            _end_all(connection, user.name)
            self._audit.note(connection, by, "user.password", f"user:{user.name}")

    def users(self) -> tuple[User, ...]:
        """All users, by name."""
        with self._database.transaction() as connection:
            return tuple(_user(row) for row in connection.execute(_USERS.order_by(col(UserRecord.name))))

    # Signing in

    def verify(self, name: str, password: str, now: dt.datetime) -> UserSession | LockedOut | None:
        """Sign in.

        A name that nobody has takes as long as a wrong password. Only a lock, after `FAILURES` attempts, tells that
        there is such a name.

        Args:
            name: as it was typed.
            password: as it was typed.
            now: the moment, UTC.

        Returns:
            The new session; LockedOut while nobody signs in under this name; None: wrong name or password, or disabled.
        """
        name, password = _folded(name), _normal(password)
        hashed = self._attempt(name, now)
        if isinstance(hashed, LockedOut):
            return hashed
        if not _matches(hashed or _stand_in(), password) or hashed is None:
            return None
        renewed = _hash(password) if _HASHER.check_needs_rehash(hashed) else hashed
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        with self._database.transaction(write=True) as connection:
            # Not where the password was changed, or the user disabled, since the attempt began.
            this = (col(UserRecord.name) == name, col(UserRecord.password) == hashed, ~col(UserRecord.disabled))
            fresh = update(UserRecord).where(*this).values(failures=0, locked_until=None, password=renewed)
            role = connection.execute(fresh.returning(col(UserRecord.role))).scalar()
            if role is None:
                return None
            connection.execute(delete(SessionRecord).where(_over(now)))
            row = {"token_sha256": _digest(token), "name": name, "csrf": csrf, "at": now, "seen_at": now}
            connection.execute(self._database.insert(SessionRecord).values(row))
        return UserSession(name, Role(role), csrf, token)

    def session(self, token: str, now: dt.datetime | None = None) -> UserSession | None:
        """The session of a cookie's secret, with the role that its user has now; None where it is over or never was.

        Args:
            token: as the browser sent it.
            now: the moment, UTC; None for the present one.
        """
        now = now or dt.datetime.now(dt.UTC)
        digest = _digest(token)
        this = col(SessionRecord.token_sha256) == digest
        query = select(
            col(SessionRecord.name), col(SessionRecord.csrf), col(SessionRecord.seen_at), col(UserRecord.role)
        ).join(UserRecord, col(UserRecord.name) == col(SessionRecord.name))
        with self._database.transaction() as connection:
            found = connection.execute(query.where(this, ~_over(now), ~col(UserRecord.disabled))).first()
        if found is None:
            return None
        if now - found.seen_at >= _SEEN_EVERY:
            with self._database.transaction(write=True) as connection:
                connection.execute(update(SessionRecord).where(this).values(seen_at=now))
        return UserSession(found.name, Role(found.role), found.csrf, token)

    def end(self, token: str) -> None:
        """Sign out."""
        with self._database.transaction(write=True) as connection:
            connection.execute(delete(SessionRecord).where(col(SessionRecord.token_sha256) == _digest(token)))

    # Inside

    def _attempt(self, name: str, now: dt.datetime) -> str | LockedOut | None:
        """Count an attempt as a failure; the hash that its password must meet, or None where nobody has the name."""
        this = col(UserRecord.name) == name
        query = select(
            col(UserRecord.password),
            col(UserRecord.failures),
            col(UserRecord.locked_until),
            col(UserRecord.disabled),
        )
        with self._database.transaction(write=True) as connection:
            found = connection.execute(query.where(this).with_for_update()).first()
            if found is None or found.disabled:
                return None
            if found.locked_until is not None and found.locked_until > now:
                return LockedOut(found.locked_until)
            failures = 1 if found.locked_until is not None else found.failures + 1
            until = now + LOCKED if failures >= FAILURES else None
            _change(connection, name, failures=failures, locked_until=until)
            if until is not None:
                self._audit.note(connection, name, "user.lock", f"user:{name}", detail={"until": until.isoformat()})
            return str(found.password)

    def _found(self, connection: Connection, name: str) -> User:
        row = connection.execute(_USERS.where(col(UserRecord.name) == _folded(name)).with_for_update()).first()
        if row is None:
            raise UserRefused(f"Không có người dùng {_folded(name)}.")
        return _user(row)

    def _keep_an_admin(self, connection: Connection, leaving: str) -> None:
        """See that another administrator stays."""
        admins = _USERS.where(col(UserRecord.role) == Role.ADMIN.value, ~col(UserRecord.disabled))
        names = {row.name for row in connection.execute(admins.order_by(col(UserRecord.name)).with_for_update())}
        if names == {leaving}:
            raise UserRefused("Phải còn ít nhất một quản trị viên; hãy thêm người khác trước.")


_USERS = select(
    col(UserRecord.name),
    col(UserRecord.role),
    col(UserRecord.disabled),
    col(UserRecord.locked_until),
    col(UserRecord.at),
)


def _user(row: Row[*tuple[Any, ...]]) -> User:
    return User(row.name, Role(row.role), row.disabled, row.locked_until, row.at)


def _change(connection: Connection, name: str, **columns: object) -> None:
    connection.execute(update(UserRecord).where(col(UserRecord.name) == name).values(**columns))


def _end_all(connection: Connection, name: str) -> None:
    connection.execute(delete(SessionRecord).where(col(SessionRecord.name) == name))


def _over(now: dt.datetime) -> ColumnElement[bool]:
    return or_(col(SessionRecord.seen_at) <= now - IDLE, col(SessionRecord.at) <= now - LONGEST)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _folded(name: str) -> str:
    return _normal(name).strip().lower()


def _normal(words: str) -> str:
    # One keyboard composes "ế", another sends a letter and its marks.
    return unicodedata.normalize("NFC", words)


def _hash(password: str) -> str:
    password = _normal(password)
    if len(password) < PASSWORD_CHARS:
        raise UserRefused(f"Mật khẩu cần ít nhất {PASSWORD_CHARS} ký tự.")
    if len(password) > _PASSWORD_CHARS_MOST:
        raise UserRefused(f"Mật khẩu dài nhất {_PASSWORD_CHARS_MOST} ký tự.")
    with _hashing:
        return _HASHER.hash(_bytes(password))


def _matches(hashed: str, password: str) -> bool:
    with _hashing:
        try:
            return _HASHER.verify(hashed, _bytes(password[: _PASSWORD_CHARS_MOST + 1]))
        except VerificationError:
            return False


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")


@cache
def _stand_in() -> str:
    """A hash that no password meets, for who has none."""
    return _HASHER.hash(secrets.token_bytes(32))
