"""`danchu user add|list|role|disable|enable|password`: who may sign in to the review pages.

Commands import the database when they run, so that the program starts fast without it.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli_tools import login

if TYPE_CHECKING:
    from bot.feedback.users import Users

user_app = typer.Typer(
    name="user",
    help="Người được đăng nhập vào trang duyệt câu hỏi.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


class RoleChoice(StrEnum):
    """The roles that may be given: those of `review.Role`."""

    READER = "reader"
    REVIEWER = "reviewer"
    ADMIN = "admin"


_ROLES = {"reader": "chỉ xem", "reviewer": "duyệt", "admin": "quản trị"}

Name = Annotated[str, typer.Argument(metavar="TÊN", help="Tên đăng nhập.")]
RoleOption = Annotated[
    RoleChoice, typer.Option("--role", help="Vai trò: reader (chỉ xem), reviewer (duyệt), admin (quản trị).")
]
Stdin = Annotated[bool, typer.Option("--password-stdin", help="Đọc mật khẩu từ dòng đầu của stdin, không hỏi.")]


@user_app.command(
    "add",
    help="Thêm một người; mật khẩu cần ít nhất 12 ký tự và được hỏi hai lần.",
    epilog="Ví dụ: danchu user add lan --role admin · danchu user add minh --role reviewer --password-stdin < tep",
)
def add(name: Name, role: RoleOption = RoleChoice.READER, password_stdin: Stdin = False) -> None:
    """Add a user."""
    from bot.feedback.review import Role

    with _users() as users:
        users.add(name, _password(password_stdin), Role(role), _by())
    typer.echo(f"Đã thêm {name} ({_ROLES[role]}).")


@user_app.command("list", help="Những người được đăng nhập.", epilog="Ví dụ: danchu user list")
def list_users() -> None:
    """Print every user."""
    with _users() as users:
        found = users.users()
    now = dt.datetime.now(dt.UTC)
    for user in found:
        words = [user.name, _ROLES[user.role], f"từ {user.at.astimezone():%d/%m/%Y}"]
        if user.disabled:
            words.append("đã ngừng")
        elif user.locked_until is not None and user.locked_until > now:
            words.append(f"bị khóa đến {user.locked_until.astimezone():%H:%M %d/%m/%Y} vì nhập sai mật khẩu")
        typer.echo(" · ".join(words))
    if not found:
        typer.echo("Chưa có ai. Thêm người đầu tiên: danchu user add TÊN --role admin")


@user_app.command(
    "role", help="Đổi vai trò của một người; có hiệu lực ngay.", epilog="Ví dụ: danchu user role lan reviewer"
)
def set_role(name: Name, role: Annotated[RoleChoice, typer.Argument(metavar="VAI_TRÒ")]) -> None:
    """Change what a user may do."""
    from bot.feedback.review import Role

    with _users() as users:
        users.set_role(name, Role(role), _by())
    typer.echo(f"{name} nay là: {_ROLES[role]}.")


@user_app.command(
    "disable",
    help="Không cho một người đăng nhập nữa; phiên đang mở kết thúc.",
    epilog="Ví dụ: danchu user disable lan",
)
def disable(name: Name) -> None:
    """Let a user in no more."""
    with _users() as users:
        users.disable(name, _by())
    typer.echo(f"{name} không đăng nhập được nữa.")


@user_app.command("enable", help="Cho một người đăng nhập lại.", epilog="Ví dụ: danchu user enable lan")
def enable(name: Name) -> None:
    """Let a user in again."""
    with _users() as users:
        users.enable(name, _by())
    typer.echo(f"{name} lại đăng nhập được.")


@user_app.command(
    "password",
    help="Đặt mật khẩu mới cho một người và mở khóa; phiên đang mở kết thúc.",
    epilog="Ví dụ: danchu user password lan",
)
def set_password(name: Name, password_stdin: Stdin = False) -> None:
    """Give a user another password."""
    with _users() as users:
        users.set_password(name, _password(password_stdin), _by())
    typer.echo(f"Đã đổi mật khẩu của {name}.")


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("Mật khẩu", hide_input=True, confirmation_prompt="Nhập lại mật khẩu"))


def _by() -> str:
    return f"cli:{login()}"


@contextmanager
def _users() -> Iterator[Users]:
    """The users of these settings' database. Errors end the program with one line."""
    from bot.feedback.database import Database, FeedbackError
    from bot.feedback.users import Users
    from bot.settings import SettingsError, load_settings

    try:
        database = Database(load_settings().database_url)
        try:
            yield Users(database)
        finally:
            database.close()
    except (FeedbackError, SettingsError) as error:
        typer.echo(f"Lỗi: {error}", err=True)
        raise typer.Exit(1) from None
