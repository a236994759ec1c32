"""`danchu db backup|restore|migrate|check`: looking after the database in the terminal.

Commands import the database when they run, so that the program starts fast without it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.feedback.database import Database

db_app = typer.Typer(
    name="db", help="Sao lưu, khôi phục, nâng cấp, kiểm tra cơ sở dữ liệu.", no_args_is_help=True, rich_markup_mode=None
)

_ROWS = "tên kết thúc bằng .jsonl.gz thì ghi mọi dòng dạng JSON, dùng được cho cả SQLite và PostgreSQL"


@db_app.command(
    "backup",
    help="Sao lưu cơ sở dữ liệu, cả khi chương trình đang chạy. Bản sao có lời người hỏi: hãy giữ kín.",
    epilog="Ví dụ: danchu db backup · danchu db backup /mnt/sao-luu/danchu.sqlite3 · danchu db backup danchu.jsonl.gz",
)
def backup(
    file: Annotated[
        Path | None, typer.Argument(metavar="TỆP", help=f"Tệp cần tạo; {_ROWS}. Mặc định: trong DANCHU_HOME/backups.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Ghi đè nếu tệp đã có.")] = False,
) -> None:
    """Write a backup."""
    from bot.feedback.backup import ROWS_SUFFIX
    from bot.feedback.backup import backup as write

    with _database() as (database, home):
        if file is None:
            folder = home / "backups"
            folder.mkdir(mode=0o700, exist_ok=True)
            suffix = ".sqlite3" if database.file else ROWS_SUFFIX
            file = folder / f"danchu-{dt.datetime.now():%Y%m%d-%H%M%S}{suffix}"
        write(database, file, overwrite=force)
    typer.echo(f"Đã sao lưu vào {file}.")


@db_app.command(
    "restore",
    help="Đưa một bản sao lưu vào thay cơ sở dữ liệu hiện có; bản hiện có được giữ lại.",
    epilog="Ví dụ: danchu db restore /mnt/sao-luu/danchu.sqlite3",
)
def restore(
    file: Annotated[Path, typer.Argument(metavar="TỆP", help="Bản sao lưu: tệp SQLite hoặc .jsonl.gz.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Khôi phục ngay, không hỏi lại.")] = False,
) -> None:
    """Put a backup in the database's place."""
    from bot.feedback import copies
    from bot.feedback.backup import restore as take

    with _database() as (database, home):
        if not yes and not typer.confirm(f"Thay toàn bộ cơ sở dữ liệu hiện có bằng {file}?"):
            typer.echo("Không thay gì.")
            raise typer.Exit
        done = take(database, file, home / "backups")
    typer.echo(f"Đã khôi phục {done.rows} dòng từ {file}. Hãy khởi động lại chương trình nếu nó đang chạy.")
    typer.echo("Người phụ trách cần đăng nhập lại.")
    if done.aside is not None:
        ends = f"; nó tự được xóa sau {copies.KEPT_DAYS} ngày" if database.file else ""
        typer.echo(f"Bản trước đó nằm ở {done.aside}{ends}.")


@db_app.command(
    "migrate",
    help="Nâng cấp cơ sở dữ liệu lên phiên bản của chương trình. Chương trình cũng tự làm việc này khi khởi động.",
    epilog="Ví dụ: danchu db migrate",
)
def migrate() -> None:
    """Take the steps that are due."""
    from bot.feedback import copies, migrations

    with _database() as (database, _):
        before = None
        if database.file is None or database.file.exists():
            with database.transaction(as_it_is=True) as connection:
                before = migrations.revision(connection)
        with database.transaction():
            pass
        kept = copies.beside(database.file, "before", migrations.HEAD) if database.file else None
    if before == migrations.HEAD:
        typer.echo(f"Cơ sở dữ liệu đã ở phiên bản {before}, không cần nâng cấp.")
    elif before is None:
        typer.echo(f"Đã tạo cơ sở dữ liệu, phiên bản {migrations.HEAD}.")
    else:
        typer.echo(f"Đã nâng cấp cơ sở dữ liệu từ phiên bản {before} lên {migrations.HEAD}.")
        if kept is not None and kept.exists():
            typer.echo(f"Bản trước khi nâng cấp nằm ở {kept}; nó tự được xóa sau {copies.KEPT_DAYS} ngày.")


@db_app.command(
    "check",
    help="Kiểm tra cơ sở dữ liệu: tệp còn nguyên vẹn, các bảng đúng phiên bản. Không thay đổi gì.",
    epilog="Ví dụ: danchu db check",
)
def check() -> None:
    """Look whether the database is sound, and what it holds; exit code 1 where it is not."""
    from bot.feedback.condition import condition
    from bot.feedback.migrations import HEAD

    with _database() as (database, _):
        if database.file is not None and not database.file.exists():
            typer.echo("Chưa có cơ sở dữ liệu; chương trình sẽ tạo khi chạy.")
            return
        found = condition(database)
    typer.echo(f"Phiên bản: {found.revision or 'chưa có bảng'} (chương trình: {HEAD})")
    for table, rows in found.rows.items():
        typer.echo(f"{table}: {rows} dòng")
    for problem in found.problems:
        typer.echo(problem, err=True)
    if found.problems:
        raise typer.Exit(1)
    typer.echo("Cơ sở dữ liệu nguyên vẹn.")


@contextmanager
def _database() -> Iterator[tuple[Database, Path]]:
    """The database of these settings, and the state folder. Errors end the program with one line."""
    from bot.feedback.database import Database, FeedbackError
    from bot.settings import SettingsError, load_settings

    try:
        settings = load_settings()
        database = Database(settings.database_url)
        try:
            yield database, settings.make_home()
        finally:
            database.close()
    except (FeedbackError, SettingsError) as error:
        typer.echo(f"Lỗi: {error}", err=True)
        raise typer.Exit(1) from None
