"""`danchu place`: a place on a day, its chain, and the documents that bind there."""

from __future__ import annotations

import datetime as dt
import json
from typing import Annotated

import typer

from bot.cli_tools import console, home

EXAMPLES = (
    'Ví dụ: `danchu place "P. Thạch Khôi"` · `danchu place "huyện Kim Bảng" --on 2024-08-01` · '
    '`danchu place "Phường 5, Quận 3" --json` · `danchu place "Kim Bảng năm 2024"`'
)
"""Shown under `--help`."""


def place(
    words: Annotated[str, typer.Argument(help="Nơi muốn biết, gõ tắt hay đủ, có dấu hay không dấu.")],
    on: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Ngày muốn biết; để trống là hôm nay.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
) -> None:
    """Nơi này thuộc đâu, và văn bản nào áp dụng ở đó vào ngày nào."""
    from bot.office.place import report, to_json
    from corpus.catalog import open_catalog

    told = report(words, on.date() if on else None, open_catalog(home()).documents)
    if as_json:
        print(json.dumps(to_json(told), ensure_ascii=False))
        return
    from bot.office.terminal_place import show_place

    show_place(console(), told)
