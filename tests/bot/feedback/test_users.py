from __future__ import annotations

import datetime as dt
import hashlib
import threading
import time
import unicodedata
from collections.abc import Iterator
from statistics import median

import pytest
from sqlalchemy import text

from bot.feedback.audit import Audit
from bot.feedback.database import Database
from bot.feedback.review import LockedOut, Role, UserSession
from bot.feedback.users import FAILURES, IDLE, LOCKED, LONGEST, UserRefused, Users

PASSWORD = "con đường nhỏ 12"
NOW = dt.datetime(2026, 11, 20, 8, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def database(either_url: str) -> Iterator[Database]:
    opened = Database(either_url, busy_timeout_s=10)
    yield opened
    opened.close()


@pytest.fixture
def users(database: Database) -> Users:
    made = Users(database)
    made.add("lan", PASSWORD, Role.ADMIN, "cli:root")
    return made


def signed_in(users: Users, name: str = "lan", now: dt.datetime = NOW) -> UserSession:
    session = users.verify(name, PASSWORD, now)
    assert isinstance(session, UserSession)
    return session


def done(users: Users) -> list[tuple[str, str, str]]:
    return [(event.who, event.what, event.subject) for event in users._audit.of("user:lan")]


# Users


def test_a_user_signs_in_with_the_password_and_with_nothing_else(users: Users) -> None:
    session = signed_in(users)
    assert (session.name, session.role) == ("lan", Role.ADMIN)
    assert len(session.token) >= 43
    assert session.csrf not in ("", session.token)
    assert signed_in(users, " LAN ").token != session.token
    for name, password in (("lan", ""), ("lan", PASSWORD + " "), ("lan", "\ud800"), ("minh", PASSWORD), ("", "")):
        assert users.verify(name, password, NOW) is None


def test_the_same_password_typed_on_another_keyboard_is_the_same(users: Users) -> None:
    assert isinstance(users.verify("lan", unicodedata.normalize("NFD", PASSWORD), NOW), UserSession)


def test_neither_the_password_nor_the_secret_of_the_cookie_is_kept(users: Users, database: Database) -> None:
    session = signed_in(users)
    with database.transaction() as connection:
        kept = [
            str(row)
            for table in ("reviewer", "session", "event")
            for row in connection.execute(text(f"SELECT * FROM {table}"))
        ]
    assert any("$argon2id$" in row for row in kept)
    assert any(hashlib.sha256(session.token.encode()).hexdigest() in row for row in kept)
    assert not any(PASSWORD in row or session.token in row for row in kept)


@pytest.mark.parametrize(
    ("name", "password", "reason"),
    [
        ("lan", PASSWORD, "Đã có người dùng lan"),
        ("LAN ", PASSWORD, "Đã có người dùng lan"),
        ("", PASSWORD, "Tên đăng nhập"),
        ("lân", PASSWORD, "Tên đăng nhập"),
        ("a b", PASSWORD, "Tên đăng nhập"),
        ("a" * 65, PASSWORD, "Tên đăng nhập"),
        ("minh", "mười một 11", "ít nhất 12"),
        ("minh", "a" * 1025, "dài nhất"),
    ],
)
def test_names_and_passwords_that_are_not_of_the_form_are_refused(
    users: Users, name: str, password: str, reason: str
) -> None:
    with pytest.raises(UserRefused, match=reason):
        users.add(name, password, Role.READER, "cli:root")
    assert [user.name for user in users.users()] == ["lan"]
    assert done(users) == [("cli:root", "user.add", "user:lan")]


def test_a_name_that_nobody_has_takes_as_long_as_a_wrong_password(users: Users) -> None:
    def took(name: str) -> float:
        start = time.perf_counter()
        assert users.verify(name, "sai mật khẩu rồi", NOW) is None
        return time.perf_counter() - start

    took("nobody")
    known, unknown = (median(took(name) for _ in range(4)) for name in ("lan", "nobody"))
    assert unknown > known / 3, "a stranger's password is hashed too"


# Lockout


def test_ten_wrong_passwords_lock_for_a_quarter_of_an_hour(users: Users) -> None:
    for _ in range(FAILURES):
        assert users.verify("lan", "sai mật khẩu rồi", NOW) is None
    locked = users.verify("lan", PASSWORD, NOW + MINUTE)
    assert locked == LockedOut(NOW + LOCKED)
    assert users.users()[0].locked_until == NOW + LOCKED
    assert users.verify("lan", PASSWORD, NOW + LOCKED - MINUTE) == locked, "trying does not make it longer"
    assert users.verify("lan", "sai mật khẩu rồi", NOW + LOCKED) is None, "counted anew"
    signed_in(users, now=NOW + LOCKED)
    assert users.users()[0].locked_until is None
    assert done(users)[1:] == [("lan", "user.lock", "user:lan")]


def test_a_right_password_in_between_starts_the_count_anew(users: Users) -> None:
    for _ in range(2):
        for _ in range(FAILURES - 1):
            assert users.verify("lan", "sai mật khẩu rồi", NOW) is None
        signed_in(users)


def test_many_attempts_at_once_get_no_more_tries(users: Users) -> None:
    answers: list[object] = []

    def guess() -> None:
        answers.append(users.verify("lan", "sai mật khẩu rồi", NOW))

    threads = [threading.Thread(target=guess) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(None) == FAILURES
    assert sum(isinstance(answer, LockedOut) for answer in answers) == 6


def test_a_new_password_takes_the_lock_off_and_ends_the_sessions(users: Users) -> None:
    session = signed_in(users)
    for _ in range(FAILURES):
        users.verify("lan", "sai mật khẩu rồi", NOW)
    users.set_password("lan", "mật khẩu khác hẳn", "cli:root")
    assert users.session(session.token, NOW) is None
    assert users.verify("lan", PASSWORD, NOW) is None
    assert isinstance(users.verify("lan", "mật khẩu khác hẳn", NOW), UserSession)
    assert done(users)[-1] == ("cli:root", "user.password", "user:lan")


# Sessions


def test_a_session_is_found_by_its_secret_until_it_is_ended(users: Users) -> None:
    session, other = signed_in(users), signed_in(users)
    assert users.session(session.token, NOW) == session
    assert users.session(session.token + "x", NOW) is None
    assert users.session("", NOW) is None
    users.end(session.token)
    assert users.session(session.token, NOW) is None
    assert users.session(other.token, NOW) == other


def test_a_session_ends_after_eight_hours_without_use(users: Users) -> None:
    session = signed_in(users)
    used = NOW + IDLE - MINUTE
    assert users.session(session.token, used) == session
    assert users.session(session.token, used + IDLE - MINUTE) == session
    assert users.session(session.token, used + IDLE - MINUTE + IDLE) is None


def test_a_session_ends_after_seven_days_in_any_case(users: Users) -> None:
    session = signed_in(users)
    now = NOW
    while now + IDLE / 2 < NOW + LONGEST:
        now += IDLE / 2
        assert users.session(session.token, now) == session
    assert users.session(session.token, NOW + LONGEST) is None


def test_sessions_that_are_over_are_deleted_when_somebody_signs_in(users: Users, database: Database) -> None:
    signed_in(users)
    signed_in(users, now=NOW + IDLE)
    with database.transaction() as connection:
        assert connection.execute(text("SELECT count(*) FROM session")).scalar() == 1


# Roles


def test_a_role_covers_those_below_it() -> None:
    assert [[role.covers(needed) for needed in Role] for role in Role] == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]


def test_a_change_of_role_counts_at_once(users: Users) -> None:
    users.add("minh", PASSWORD, Role.READER, "lan")
    session = signed_in(users, "minh")
    assert session.role is Role.READER
    users.set_role("minh", Role.REVIEWER, "lan")
    found = users.session(session.token, NOW)
    assert found is not None
    assert found.role is Role.REVIEWER
    event = users._audit.newest(1)[0]
    assert (event.who, event.what, event.subject) == ("lan", "user.role", "user:minh")
    assert event.detail == {"from": "reader", "to": "reviewer"}


def test_who_is_disabled_is_out_at_once_and_may_come_back(users: Users) -> None:
    users.add("minh", PASSWORD, Role.REVIEWER, "lan")
    session = signed_in(users, "minh")
    users.disable("Minh", "lan")
    assert users.session(session.token, NOW) is None
    assert users.verify("minh", PASSWORD, NOW) is None
    assert [(user.name, user.disabled) for user in users.users()] == [("lan", False), ("minh", True)]
    users.enable("minh", "lan")
    assert users.session(session.token, NOW) is None, "signed in anew"
    signed_in(users, "minh")
    assert [event.what for event in users._audit.of("user:minh")] == ["user.add", "user.disable", "user.enable"]


def test_one_administrator_stays(users: Users) -> None:
    users.add("minh", PASSWORD, Role.REVIEWER, "lan")
    for change in (lambda: users.disable("lan", "lan"), lambda: users.set_role("lan", Role.READER, "lan")):
        with pytest.raises(UserRefused, match="quản trị viên"):
            change()
    users.set_role("minh", Role.ADMIN, "lan")
    users.disable("lan", "minh")
    with pytest.raises(UserRefused, match="quản trị viên"):
        users.disable("minh", "minh")


def test_nothing_is_done_to_nobody(users: Users) -> None:
    for change in (
        lambda: users.disable("minh", "lan"),
        lambda: users.enable("minh", "lan"),
        lambda: users.set_role("minh", Role.READER, "lan"),
        lambda: users.set_password("minh", PASSWORD, "lan"),
    ):
        with pytest.raises(UserRefused, match="Không có người dùng minh"):
            change()
    assert users._audit.of("user:minh") == ()


# The log


def test_events_come_in_order_and_with_what_was_done_or_not_at_all(database: Database) -> None:
    audit = Audit(database)
    for n in range(5):
        audit.note(None, "lan", "cluster.state", "cluster:a", f"lý do {n}", {"to": "open"})
    audit.note(None, "cli:" + "x" * 100, "pin.undo", "pin:b")

    def undone() -> None:
        with database.transaction(write=True) as connection:
            audit.note(connection, "lan", "cluster.state", "cluster:a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        undone()
    assert [event.why for event in audit.of("cluster:a")] == [f"lý do {n}" for n in range(5)]
    newest = audit.newest(2)
    assert [(event.subject, event.why, event.detail) for event in newest] == [
        ("pin:b", None, {}),
        ("cluster:a", "lý do 4", {"to": "open"}),
    ]
    assert len(newest[0].who) == 64
    assert newest[0].at.tzinfo is not None
