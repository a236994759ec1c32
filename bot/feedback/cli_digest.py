"""`danchu feedback digest`: the week on one page, in Markdown and HTML."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from bot.cli_tools import fail

WeekOption = Annotated[
    bool, typer.Option("--week", help="Tuần trước, từ thứ hai đến chủ nhật; không ghi thì tuần này đến hôm nay.")
]
OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="THƯ-MỤC", help="Ghi tệp .md và .html vào đây; không ghi thì in ra.")
]


def digest(week: WeekOption = False, out: OutOption = None) -> None:
    """Print the page in Markdown, or write it in both forms."""
    from bot.feedback.database import Database, FeedbackError
    from bot.feedback.digest import digest as gather
    from bot.feedback.digest import span, to_html, to_markdown, today
    from bot.settings import SettingsError, load_settings

    since, until = span(today(), whole=week)
    try:
        with closing(Database(load_settings().database_url)) as database:
            page = gather(database, since, until)
    except (FeedbackError, SettingsError) as error:
        fail(error)
    if out is None:
        typer.echo(to_markdown(page), nl=False)
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
        for ending, words in ((".md", to_markdown(page)), (".html", to_html(page))):
            path = out / f"danchu-tuan-{since.isoformat()}{ending}"
            path.write_text(words, "utf-8")
            typer.echo(f"Đã ghi {path}.", err=True)
    except OSError as error:
        fail(error, f"Không ghi được vào {out}: kiểm tra thư mục, quyền ghi và chỗ trống.")
