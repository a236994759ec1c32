"""`danchu feedback gate`: every reviewed question is asked, and each must get the provision that was named."""

from __future__ import annotations

from contextlib import closing

import typer

from bot.cli_tools import console, notes, opened


def gate() -> None:
    """Print the reviewed questions that lost their provision, and end with exit code 1 where there are any."""
    from bot.feedback.database import Database
    from bot.feedback.gate import cases_of, failures
    from bot.feedback.pins import Pins, questions_of
    from bot.settings import load_settings
    from retrieval.reviewed import Reviewed, stale

    answerer = opened().answerer
    with closing(Database(load_settings().database_url)) as database:
        pinned = questions_of(Pins(database).active())
    gone = stale(pinned, answerer.catalog)
    cases = cases_of(one for one in pinned if one not in gone)
    failed = failures(answerer.with_reviewed(Reviewed(pinned, answerer)), cases)
    for one in gone:
        notes().print(
            f"Ghim {one.id[:8]} không còn dùng: {one.path} của {one.document_id} đã thay đổi hoặc không còn.",
            markup=False,
        )
    for line in failed:
        console().print(str(line), markup=False, soft_wrap=True)
    notes().print(f"{len(cases) - len(failed)} trên {len(cases)} câu đã xem xét được trả lời đúng.")
    if failed:
        raise typer.Exit(1)
