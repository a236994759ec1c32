"""`danchu feedback list|show|export|remarks|clusters|forget|purge|gate|digest`: the review queue, and its end.

Commands import the database when they run, so that the program starts fast without it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot.feedback.cli_digest import digest
from bot.feedback.cli_gate import gate

if TYPE_CHECKING:
    from bot.feedback.recorder import Recorder
    from bot.feedback.records import Reviewed
    from bot.feedback.store import Store

_TAKE_IN_WAIT_S = 1.0

feedback_app = typer.Typer(
    name="feedback",
    help="Những câu hỏi cần người phụ trách xem xét.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


class StatusChoice(StrEnum):
    """The outcomes that a list can be narrowed to: the statuses of the contract."""

    ANSWERED = "answered"
    RELATED = "related"
    UNANSWERED = "unanswered"
    ERROR = "error"


class FormatChoice(StrEnum):
    """The formats of an export."""

    JSONL = "jsonl"
    CSV = "csv"


StatusOption = Annotated[
    list[StatusChoice] | None,
    typer.Option("--status", help="Chỉ những câu có kết quả này; ghi nhiều lần để lấy nhiều loại."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="In JSON ra stdout.")]


@feedback_app.command(
    "list",
    help="Các câu hỏi cần xem xét, mới nhất trước: chưa trả lời được, chưa chắc, hoặc bị chê.",
    epilog="Ví dụ: danchu feedback list --status unanswered --limit 20",
)
def list_queue(
    status: StatusOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Nhiều nhất bao nhiêu câu.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """Print the review queue as a table or as a JSON list."""
    with _store() as store:
        items = store.review_queue(limit, statuses=[choice.value for choice in status or ()])
        waiting = store.counts().in_review
    if as_json:
        from bot.feedback.export import to_json

        typer.echo(json.dumps([to_json(item) for item in items], ensure_ascii=False, indent=2))
    elif not items:
        typer.echo("Không có câu hỏi nào cần xem xét.")
    else:
        _print_table(items)
        typer.echo(f"{len(items)} trên tổng số {waiting} câu cần xem xét. Xem một câu: danchu feedback show MÃ")


@feedback_app.command(
    "show",
    help="Một câu hỏi: đã hiểu thế nào, đã trích gì, vì sao chưa trả lời được.",
    epilog="Ví dụ: danchu feedback show 3f9a12",
)
def show(
    record_id: Annotated[str, typer.Argument(metavar="MÃ", help="Mã câu hỏi, hoặc vài ký tự đầu của mã.")],
    as_json: JsonOption = False,
) -> None:
    """Print one question in full."""
    with _store() as store:
        item = store.get(_only(store, record_id))
    if item is None:
        _fail(f"Không có câu hỏi nào có mã {record_id}.")
    if as_json:
        from bot.feedback.export import to_json

        typer.echo(json.dumps(to_json(item), ensure_ascii=False, indent=2))
    else:
        _print_item(item)


@feedback_app.command(
    "export",
    help="Ghi các câu hỏi cần xem xét ra tệp, để mở bằng bảng tính (csv) hoặc xử lý tiếp (jsonl).",
    epilog="Ví dụ: danchu feedback export cau-hoi.csv",
)
def export_queue(
    file: Annotated[Path, typer.Argument(metavar="TỆP", help="Tệp cần tạo.")],
    form: Annotated[
        FormatChoice | None, typer.Option("--format", help="Định dạng; mặc định theo đuôi tệp, không rõ thì jsonl.")
    ] = None,
    status: StatusOption = None,
    force: Annotated[bool, typer.Option("--force", help="Ghi đè nếu tệp đã có.")] = False,
) -> None:
    """Write the review queue to a file."""
    if form is None:
        form = FormatChoice.CSV if file.suffix.lower() == ".csv" else FormatChoice.JSONL
    with _store() as store:
        from bot.feedback.export import export

        items = store.iterate(statuses=[choice.value for choice in status or ()], brief=form is FormatChoice.CSV)
        amount = export(items, file, form.value, overwrite=force)
    typer.echo(f"Đã ghi {amount} câu hỏi vào {file}.", err=True)


@feedback_app.command(
    "remarks",
    help="Những lời góp ý mà mọi người gửi cho chương trình, mới nhất trước.",
    epilog="Ví dụ: danchu feedback remarks --limit 20",
)
def list_remarks(
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Nhiều nhất bao nhiêu lời.")] = 50,
) -> None:
    """Print what people said of the bot."""
    with _store() as store:
        remarks = store.persons.remarks(limit)
    if not remarks:
        typer.echo("Chưa có lời góp ý nào.")
    for remark in remarks:
        typer.echo(f"{remark.at:%d/%m/%Y %H:%M} · {remark.channel} · {' '.join(remark.text.split())}")


@feedback_app.command(
    "clusters",
    help="Đo xem các câu hỏi giống nhau có được gom đúng nhóm không.",
    epilog="Ví dụ: danchu feedback clusters --measure cau-hoi.jsonl",
)
def measure_clusters(
    measure: Annotated[
        Path,
        typer.Option(
            "--measure", metavar="TỆP", help='Mỗi dòng một câu hỏi với các cách hỏi: {"id": "1", "wordings": ["…"]}.'
        ),
    ],
    as_json: JsonOption = False,
) -> None:
    """Cluster a file of questions of which it is known which ask the same, in a database that is gone afterwards."""
    from dataclasses import asdict

    from bot.cli_tools import opened
    from bot.feedback.same import asked_by
    from bot.feedback.same_measure import measure as measured
    from bot.feedback.same_measure import read_groups

    try:
        groups = read_groups(measure)
    except (OSError, ValueError):
        _fail(f"Không đọc được {measure}: mỗi dòng phải là một câu hỏi với các cách hỏi, dạng JSON.")
    engine = opened()
    found = measured(groups, engine.encode, asked_by(engine.understood))
    if as_json:
        typer.echo(json.dumps(asdict(found)))
        return
    typer.echo(
        f"{found.questions} câu hỏi, {found.wordings} cách hỏi, {found.clusters:.1f} nhóm. Theo từng cặp: "
        f"F1 {found.f1:.3f}, chính xác {found.precision:.3f}, đầy đủ {found.recall:.3f}."
    )


YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Xóa ngay, không hỏi lại.")]


@feedback_app.command(
    "forget",
    help="Xóa hẳn một câu hỏi, hoặc tất cả những gì đang lưu về một người.",
    epilog="Ví dụ: danchu feedback forget 3f9a12 · danchu feedback forget --channel telegram --asker 12345",
)
def forget(
    record_id: Annotated[
        str | None, typer.Argument(metavar="MÃ", help="Mã câu hỏi cần xóa, hoặc vài ký tự đầu của mã.")
    ] = None,
    channel: Annotated[str | None, typer.Option("--channel", help="Kênh của người hỏi: telegram, zalo, web…")] = None,
    asker: Annotated[str | None, typer.Option("--asker", help="Mã của người hỏi trên kênh đó.")] = None,
    address: Annotated[
        str | None, typer.Option("--address", help="Nơi nhận tin báo của người đó, nếu khác mã người hỏi.")
    ] = None,
    yes: YesOption = False,
) -> None:
    """Delete one question by its id, or a person by channel and raw id."""
    if record_id is not None and channel is None and asker is None:
        with _store() as store:
            record_id = _only(store, record_id)
            _confirm(f"Xóa hẳn câu hỏi {record_id}?", yes)
            gone = store.erase([record_id])
    elif record_id is None and channel is not None and asker is not None:
        _confirm(f"Xóa tất cả những gì đang lưu về người {asker} trên kênh {channel}?", yes)
        with _recorder() as recorder:
            forgotten = recorder.forget(channel, asker, address or asker)
        if forgotten is None:
            _fail("Chưa xóa được lúc này; yêu cầu đã được ghi lại và sẽ thực hiện khi cơ sở dữ liệu hoạt động lại.")
        gone = forgotten
    else:
        raise typer.BadParameter("Hãy cho MÃ câu hỏi, hoặc cả --channel và --asker.")
    typer.echo(f"Đã xóa {gone} câu hỏi.")


@feedback_app.command(
    "purge",
    help="Xóa hẳn các câu hỏi, và những gì đang lưu về người hỏi, cũ hơn một số ngày.",
    epilog="Ví dụ: danchu feedback purge --days 365",
)
def purge(
    days: Annotated[int, typer.Option("--days", min=1, max=36_500, help="Giữ lại bao nhiêu ngày gần nhất.")],
    yes: YesOption = False,
) -> None:
    """Delete what is older than a number of days."""
    _confirm(f"Xóa hẳn mọi câu hỏi cũ hơn {days} ngày?", yes)
    with _store() as store, _recorder() as recorder:
        store.check()
        gone = recorder.purge(days)
        status = recorder.status()
    if not status.database_ok:
        _fail(f"Đã xóa {gone} câu hỏi, chưa hết: {status.last_error}")
    typer.echo(f"Đã xóa {gone} câu hỏi cũ hơn {days} ngày.")


feedback_app.command(
    "gate",
    help="Hỏi lại mọi câu đã xem xét; câu nào không còn nhận đúng điều khoản thì in ra và thoát với mã 1.",
    epilog="Ví dụ: danchu feedback gate",
)(gate)
feedback_app.command(
    "digest",
    help="Một trang cho người đứng đầu: tuần qua mọi người hỏi gì, câu nào chưa trả lời được, còn thiếu văn bản nào.",
    epilog="Ví dụ: danchu feedback digest --week --out bao-cao",
)(digest)


def _confirm(question: str, yes: bool) -> None:
    if not yes and not typer.confirm(question):
        typer.echo("Không xóa gì.")
        raise typer.Exit


@contextmanager
def _recorder() -> Iterator[Recorder]:
    """The recorder of these settings. Errors end the program with one line."""
    from bot.feedback.recorder import open_recorder
    from bot.feedback.store import FeedbackError
    from bot.settings import SettingsError, load_settings

    try:
        recorder = open_recorder(load_settings())
    except (FeedbackError, SettingsError) as error:
        _fail(str(error))
    try:
        yield recorder
    finally:
        recorder.close()


def _only(store: Store, prefix: str) -> str:
    """The whole id of the one question whose id begins so."""
    found = store.find(prefix, limit=2)
    if len(found) > 1:
        _fail(f"Có nhiều câu hỏi có mã bắt đầu bằng {prefix}; hãy gõ thêm ký tự.")
    if not found:
        _fail(f"Không có câu hỏi nào có mã {prefix}.")
    return found[0]


@contextmanager
def _store() -> Iterator[Store]:
    """The database of these settings, with what waited in the spool taken in. Errors end the program with one line."""
    from bot.feedback.recorder import open_recorder
    from bot.feedback.spool import Spool
    from bot.feedback.store import FeedbackError, Store, StoreUnavailable
    from bot.settings import SettingsError, load_settings

    try:
        settings = load_settings()
        store = Store(settings.database_url)
        spool = Spool(settings.spool)
        try:
            if not spool.is_empty():
                try:
                    store.check(wait_s=_TAKE_IN_WAIT_S)
                    open_recorder(settings).close()
                except StoreUnavailable as error:  # reading may work all the same
                    typer.echo(f"Còn {spool.count()} bản ghi chờ đưa vào cơ sở dữ liệu: {error}", err=True)
            yield store
        finally:
            store.close()
    except (FeedbackError, SettingsError) as error:
        _fail(str(error))


def _fail(reason: str) -> NoReturn:
    typer.echo(f"Lỗi: {reason}", err=True)
    raise typer.Exit(1)


def _print_table(items: list[Reviewed]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from bot.feedback.export import REASON_WORDS, STATUS_WORDS

    table = Table(box=box.SIMPLE_HEAD, expand=False)
    for title, options in (
        ("Mã", {"no_wrap": True}),
        ("Lúc (UTC)", {"no_wrap": True}),
        ("Kênh", {"no_wrap": True}),
        ("Kết quả", {}),
        ("👎", {"justify": "right"}),
        ("Câu hỏi", {"ratio": 1}),
    ):
        table.add_column(title, **options)
    for item in items:
        entry = item.entry
        outcome = STATUS_WORDS.get(entry.status, entry.status)
        if entry.reason:
            outcome += f": {REASON_WORDS.get(entry.reason, entry.reason)}"
        cells = (
            entry.id[:8],
            entry.asked_at.strftime("%d/%m/%Y %H:%M"),
            entry.channel,
            outcome,
            str(item.unhelpful or ""),
            _short(entry.question),
        )
        table.add_row(*(Text(words) for words in cells))  # Text: a question with [brackets] is no markup
    Console().print(table)


def _print_item(item: Reviewed) -> None:
    from rich.console import Console
    from rich.text import Text

    from bot.feedback.export import REASON_WORDS, STATUS_WORDS

    entry = item.entry
    console = Console()
    cut = f" (bản gốc {entry.question_chars} ký tự)" if entry.question_chars > len(entry.question) else ""
    place = ", ".join(words for words in (entry.place, entry.province) if words)
    lines = [
        ("Mã", entry.id),
        ("Lúc", entry.asked_at.strftime("%d/%m/%Y %H:%M:%S UTC")),
        ("Kênh", entry.channel),
        ("Câu hỏi", entry.question + cut),
        *(("Câu trước", words) for words in entry.previous),
        ("Hiểu là", entry.understood),
        ("Nơi", place),
        ("Ngày áp dụng", entry.on_date.strftime("%d/%m/%Y")),
        ("Kết quả", STATUS_WORDS.get(entry.status, entry.status)),
        ("Lý do", REASON_WORDS.get(entry.reason or "", entry.reason or "")),
        ("Chi tiết", entry.detail or ""),
        ("Đã tìm", f"{entry.documents} văn bản, {entry.provisions} điều khoản, dữ liệu {entry.corpus_version}"),
        ("Góp ý", f"{item.helpful} hữu ích, {item.unhelpful} không hữu ích"),
        ("Thời gian", f"{entry.latency_ms:.1f} ms"),
    ]
    for title, words in lines:
        if words:
            console.print(Text.assemble((f"{title}: ", "bold"), words))
    for number, quote in enumerate(entry.quotes, 1):
        console.print()
        console.print(Text.assemble((f"[{number}] {quote.citation}", "bold"), f" · {quote.code} · {quote.score:.3f}"))
        console.print(Text(quote.text))
    if entry.candidates:
        console.print()
        console.print(Text("Các điều khoản đã xét:", "bold"))
        for candidate in entry.candidates:
            console.print(Text(f"  {candidate.score:.3f}  {candidate.citation}"))


def _short(words: str, limit: int = 200) -> str:
    line = " ".join(words.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
