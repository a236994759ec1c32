"""The `danchu` program: every command, and the one place where errors become one plain line.

Heavy libraries are imported inside the commands that need them: `danchu ask` is to answer within two seconds of a
cold start.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from bot.cli_answering import answering_app
from bot.cli_corpus import corpus_app, index_app
from bot.cli_tools import console, fail, home, notes, opened, progress_bar
from bot.feedback.cli import feedback_app
from bot.feedback.cli_db import db_app
from bot.feedback.cli_user import user_app
from bot.office.cli import office_app, write
from bot.office.cli_measures import measures
from bot.office.cli_place import EXAMPLES, place
from bot.office.cli_references import references
from evaluation.cli import evaluate_app

if TYPE_CHECKING:
    from bot.assistant import Assistant
    from bot.engine import Engine
    from retrieval.answer import Answer
    from retrieval.answerer import Answerer


def _give_pins(answerer: Answerer) -> None:
    """Let an answerer know the pins of the database: for `danchu evaluate cases --live`, which knows no database."""
    from bot.feedback.database import Database
    from bot.feedback.pins import Pins, questions_of
    from bot.settings import load_settings
    from retrieval.reviewed import Reviewed

    with closing(Database(load_settings().database_url)) as database:
        answerer.reviewed = Reviewed(questions_of(Pins(database).active()), answerer)


app = typer.Typer(
    name="danchu",
    help="Trả lời câu hỏi về thực hiện dân chủ ở cơ sở bằng nguyên văn điều khoản.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"], "obj": _give_pins},
)
app.add_typer(corpus_app, name="corpus")
app.add_typer(index_app, name="index")
app.add_typer(evaluate_app, name="evaluate")
app.add_typer(feedback_app, name="feedback")
app.add_typer(answering_app, name="answering")
app.add_typer(db_app, name="db")
app.add_typer(user_app, name="user")
app.command(epilog='Ví dụ: `danchu measures` · `danchu measures --place "Kim Bảng"` · `danchu measures --json`')(
    measures
)
app.command(epilog='Ví dụ: `danchu references` · `danchu references "Kim Bảng"` · `danchu references --missing`')(
    references
)
app.add_typer(office_app)
app.command(epilog=EXAMPLES)(place)


def main() -> NoReturn:
    """Run the program. Errors that can be foreseen end as one plain line in Vietnamese and exit code 1."""
    try:
        app()
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except BrokenPipeError:
        # The reader of our output went away (`danchu … | head`); nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    except Exception as error:  # noqa: BLE001 -- the last border: no stack is ever shown to a person
        fail(error)
    raise SystemExit(0)


@app.command(
    epilog='Ví dụ: `danchu ask "Ai giám sát nghị quyết ở Thạch Khôi?"` · `danchu ask --batch cau-hoi.jsonl --json`'
)
def ask(
    question: Annotated[str | None, typer.Argument(help="Câu hỏi, có dấu hay không dấu.")] = None,
    place: Annotated[str | None, typer.Option(help="Địa phương, ví dụ “Thạch Khôi”.")] = None,
    on: Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Hỏi cho ngày nào.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
    explain: Annotated[
        bool, typer.Option(help="In vì sao điều khoản này đứng đầu: từng tín hiệu và phần nó đẩy lên.")
    ] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="In Markdown, để dán vào báo cáo.")] = False,
    docx: Annotated[Path | None, typer.Option(help="Ghi trích dẫn thành phụ lục Word (.docx).")] = None,
    batch: Annotated[Path | None, typer.Option(help="Tệp JSONL, mỗi dòng một câu hỏi.")] = None,
    live: Annotated[
        bool, typer.Option(help="Với --batch: cũng ghi câu hỏi vào cơ sở dữ liệu, và trả lời theo các ghim.")
    ] = False,
) -> None:
    """Hỏi một câu."""
    if (question is None) == (batch is None):
        raise typer.BadParameter("cần một câu hỏi, hoặc --batch TỆP")
    if batch is not None:
        return _batch(batch, live)
    from retrieval.question import Question

    asked = Question(question or "", place, on.date() if on else None)
    with _assistant(opened()) as (assistant, trouble):
        answer = assistant.ask(asked, channel="cli", asker=_operator()).answer
        if docx is not None:
            _annex(answer, docx)
        if as_json:
            print(json.dumps(_explained(answer, explain), ensure_ascii=False))
        elif as_markdown:
            _markdown(answer)
        elif docx is None or not answer.quotes:
            from bot.terminal import show_answer

            show_answer(console(), answer, explain=explain)
        _tell(trouble())
    return None


@app.command(epilog='Ví dụ: `danchu chat --place "Thạch Khôi"`; gõ `/thoat` để dừng.')
def chat(place: Annotated[str | None, typer.Option(help="Địa phương.")] = None) -> None:
    """Trò chuyện trong cửa sổ lệnh."""
    from bot import messages
    from bot.settings import load_settings
    from bot.terminal import show_answer
    from retrieval.question import Question

    screen = console()
    screen.print(messages.GREETING)
    screen.print(messages.PRIVACY.format(days=load_settings().retention_days), style="dim")
    previous: list[str] = []
    with _assistant(opened()) as (assistant, trouble):
        while True:
            try:
                text = screen.input("\n[bold]Bạn hỏi:[/bold] ")
            except EOFError:
                break
            if text.strip().lower() in ("/thoat", "/thoát", "thoát", "exit", "quit"):
                break
            asked = Question(text, place, previous=tuple(previous[-3:]))
            show_answer(screen, assistant.ask(asked, channel="cli", asker=_operator()).answer)
            if text.strip():
                previous.append(text)
        _tell(trouble())


@app.command(epilog="Ví dụ: `danchu serve --port 8080`")
def serve(
    host: Annotated[str | None, typer.Option(help="Địa chỉ để nghe.")] = None,
    port: Annotated[int | None, typer.Option(help="Cổng.")] = None,
) -> None:
    """Chạy trang hỏi đáp, cùng Telegram và Zalo khi có mã."""
    from bot.serving import serve as run

    run(host, port)


_Host = Annotated[str | None, typer.Option(help="Địa chỉ để nghe webhook.")]
_Port = Annotated[int | None, typer.Option(help="Cổng để nghe webhook.")]


@app.command(epilog="Ví dụ: `DANCHU_TELEGRAM_TOKEN=… danchu telegram`")
def telegram(host: _Host = None, port: _Port = None) -> None:
    """Chạy riêng kênh Telegram."""
    from bot.serving import alone

    alone(["telegram"], host, port)


@app.command(epilog="Ví dụ: `DANCHU_ZALO_TOKEN=… danchu zalo`")
def zalo(host: _Host = None, port: _Port = None) -> None:
    """Chạy riêng kênh Zalo: bot, và Official Account khi có đặt."""
    from bot.serving import alone

    alone(["zalo", "zalo_oa"], host, port)


@app.command(epilog="Ví dụ: `danchu verify K7M2Q8XH`")
def verify(
    code: Annotated[str, typer.Argument(help="Mã kiểm tra in dưới trích dẫn.")],
    as_json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
) -> None:
    """Kiểm tra một trích dẫn còn nguyên trong văn bản hay không."""
    from bot import messages
    from corpus.catalog import open_catalog
    from corpus.verify import Standing
    from corpus.verify import verify as check

    verdict = check(code, open_catalog(home()))
    sentence = messages.STANDING[verdict.standing]
    stands = verdict.standing is Standing.STANDS
    if as_json:
        citation = verdict.citation
        print(
            json.dumps(
                {
                    "code": code,
                    "stands": stands,
                    "standing": verdict.standing.value,
                    "citation": citation.words if citation else None,
                    "text": citation.text if citation else None,
                    "note": verdict.note or None,
                },
                ensure_ascii=False,
            )
        )
    else:
        (console() if stands else notes()).print(sentence, style="bold green" if stands else "bold red")
        if verdict.citation:
            console().print(verdict.citation.words, style="bold", markup=False)
            console().print(verdict.citation.text, markup=False, highlight=False)
        if verdict.note:
            notes().print(verdict.note)
    if not stands:
        raise typer.Exit(1)


@contextmanager
def _assistant(engine: Engine) -> Iterator[tuple[Assistant, Callable[[], str | None]]]:
    """The assistant over an engine, and what tells in one line why recording failed, or None."""
    from bot.assistant import Assistant
    from bot.feedback.pins import open_pins
    from bot.feedback.recorder import open_recorder
    from bot.settings import load_settings

    settings = load_settings()
    recorder = open_recorder(settings)
    pins, stop = open_pins(settings), Event()
    engine.watch(pins.changed, stop)

    def trouble() -> str | None:
        status = recorder.status()
        return None if status.database_ok else (status.last_error or "Không ghi được vào cơ sở dữ liệu.")

    try:
        yield Assistant(engine, recorder), trouble
    finally:
        stop.set()
        pins.close()
        recorder.close()


def _tell(problem: str | None) -> None:
    """Say that a question could not be recorded yet, and end with exit code 1."""
    if problem:
        notes().print(f"{problem} Câu hỏi đã được để vào hàng chờ.", markup=False)
        raise typer.Exit(1)


def _batch(path: Path, live: bool) -> None:
    from bot.batch import answer_lines

    try:
        lines = path.read_text("utf-8", errors="replace").splitlines()
    except OSError as error:
        fail(error, f"Không đọc được tệp {path}.")
    engine = opened()
    with ExitStack() as stack:
        assistant = stack.enter_context(_assistant(engine))[0] if live else None
        step = stack.enter_context(progress_bar("Trả lời", shown=sys.stderr.isatty()))
        for n, line in enumerate(answer_lines(lines, engine, assistant), 1):
            print(line)
            step(n, len(lines))


def _annex(answer: Answer, path: Path) -> None:
    """Write the quotes of an answer as a Word file, and say so; where there are none, say that."""
    from bot.office import words as office

    if not answer.quotes:
        return notes().print(office.NOTHING_TO_WRITE)
    from bot.office.annex import annex
    from bot.office.sheet import of_answer

    write(path, annex(of_answer(answer, _link())))
    return notes().print(office.WRITTEN.format(path=path), markup=False)


def _markdown(answer: Answer) -> None:
    from bot.office.markdown import markdown
    from bot.office.sheet import of_answer

    print(markdown(of_answer(answer, _link())), end="")


def _link() -> str:
    """The address of the site, where the operator has set one."""
    from bot.settings import load_settings

    return (load_settings().public_url or "").rstrip("/")


def _explained(answer: Answer, explain: bool) -> dict[str, Any]:
    table = answer.to_json()
    if explain:
        table["candidates"] = [
            {
                "citation": candidate.citation,
                "key": candidate.key,
                "score": round(candidate.score, 4),
                "signals": {signal.name: round(signal.value, 4) for signal in candidate.signals},
            }
            for candidate in answer.candidates
        ]
    return table


def _operator() -> str:
    return f"cli:{os.getuid() if hasattr(os, 'getuid') else 'local'}"


if __name__ == "__main__":
    logging.captureWarnings(True)
    main()
