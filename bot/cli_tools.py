"""What the commands share: where output goes, the state folder, the engine, progress bars, errors as one line."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from rich.console import Console

    from bot.engine import Engine

Step = Callable[[int, int], None]


@cache
def console() -> Console:
    """Where answers are printed."""
    from rich.console import Console

    return Console(soft_wrap=False, highlight=False)


@cache
def notes() -> Console:
    """Where everything else is printed: stderr."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True)


def fail(error: BaseException, sentence: str | None = None) -> NoReturn:
    """End the program with one plain line in Vietnamese on stderr, exit code 1.

    With `DANCHU_DEBUG=1` the error is raised as it is, for developers.
    """
    if os.environ.get("DANCHU_DEBUG") == "1":
        raise error
    line = sentence or _sentence(error)
    print(" ".join(line.split()), file=sys.stderr)
    raise SystemExit(1) from None


def _sentence(error: BaseException) -> str:
    """The line for an error: its own where it is one of ours, else what an operator can do."""
    ours = ("bot.", "corpus.", "index.", "retrieval.", "evaluation.")
    if type(error).__module__.startswith(ours):
        return str(error)
    if isinstance(error, OSError):
        known = {13: "không có quyền", 28: "đĩa đầy", 30: "ổ đĩa chỉ đọc", 98: "cổng đang được dùng"}
        why = known.get(error.errno or 0, error.strerror or "lỗi hệ thống")
        return f"Không thực hiện được: {why}{f' ({error.filename})' if error.filename else ''}."
    if isinstance(error, MemoryError):
        return "Máy không đủ bộ nhớ để làm việc này."
    return f"Lỗi ngoài dự kiến ({type(error).__name__}). Chạy lại với DANCHU_DEBUG=1 để xem chi tiết."


def home() -> Path:
    """The folder of all state, made if it is missing."""
    from bot.settings import load_settings

    return load_settings().make_home()


def login() -> str:
    """Who works at this machine, for the records of what was done."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user without a name
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "không rõ"


def opened(home: Path | None = None) -> Engine:
    """The engine over the documents of a folder (default: the one set), with its index built if need be."""
    from bot.engine import Engine
    from bot.settings import load_settings

    settings = load_settings()
    with progress_bar("Lập chỉ mục", shown=sys.stderr.isatty()) as step:
        return Engine(home or settings.make_home(), settings.model, notes().print, step)


@contextmanager
def progress_bar(what: str, *, shown: bool) -> Iterator[Step]:
    """A progress bar on stderr that appears with the first step; silent where nobody looks."""
    if not shown:
        yield lambda _done, _total: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    with Progress(*columns, TimeRemainingColumn(), console=notes(), transient=True) as bar:
        task = None

        def step(done: int, total: int) -> None:
            nonlocal task
            if task is None:
                task = bar.add_task(what, total=total)
            bar.update(task, completed=done, total=total)

        yield step
