"""`danchu corpus …` and `danchu index …`: the documents held, and their index."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli_tools import console, fail, home, notes, opened

if TYPE_CHECKING:
    from bot.engine import Engine
    from corpus.document import Document
    from retrieval.reviewed import ReviewedQuestion

corpus_app = typer.Typer(help="Các văn bản đang giữ.", no_args_is_help=True)
index_app = typer.Typer(help="Chỉ mục tìm kiếm và bộ mã hoá.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="In JSON.")]


@corpus_app.command("list", epilog="Ví dụ: `danchu corpus list`")
def list_documents(as_json: Json = False) -> None:
    """Liệt kê các văn bản."""
    documents = _held()
    if as_json:
        print(json.dumps([_row(document) for document in documents], ensure_ascii=False))
        return
    from bot.terminal import documents_table

    console().print(documents_table(documents))


@corpus_app.command(epilog="Ví dụ: `danchu corpus show nghi-quyet-kim-bang-2024`")
def show(
    id: Annotated[str, typer.Argument(help="Mã văn bản (xem `danchu corpus list`).")], as_json: Json = False
) -> None:
    """Xem một văn bản thành cây điều khoản."""
    document = next((document for document in _held() if document.id == id), None)
    if document is None:
        fail(LookupError(), f"Không có văn bản nào mang mã “{id}”. Xem danh sách bằng: danchu corpus list")
    if as_json:
        print(json.dumps(_whole(document), ensure_ascii=False))
        return
    from bot.terminal import document_tree

    console().print(document_tree(document))


@corpus_app.command(epilog="Ví dụ: `danchu corpus check`")
def check(as_json: Json = False) -> None:
    """Đối chiếu siêu dữ liệu với văn bản, và số điều khoản với số đếm tay."""
    from corpus.catalog import differences

    documents = _held()
    wrong = {document.id: differences(document) for document in documents}
    if as_json:
        rows = [
            {"id": d.id, "counts": d.counts(), "by_hand": d.meta.counts, "differences": wrong[d.id]} for d in documents
        ]
        print(json.dumps(rows, ensure_ascii=False))
    else:
        from bot.terminal import counts_table

        console().print(counts_table(documents))
        for document in documents:
            for remark in document.remarks:
                notes().print(f"{document.id}: lưu ý – {remark}", markup=False)
    if any(wrong.values()):
        for id, sentences in wrong.items():
            for sentence in sentences:
                notes().print(f"{id}: {sentence}", markup=False)
        raise typer.Exit(1)
    notes().print("Siêu dữ liệu và số điều khoản khớp với văn bản.")


@corpus_app.command(
    epilog="Ví dụ: `danchu corpus add luat-10-2022.txt` · `danchu corpus add nq.txt --number 12/NQ-HĐND --id nq-12`"
)
def add(
    files: Annotated[list[Path], typer.Argument(help="Tệp văn bản thuần (UTF-8).")],
    id: Annotated[str | None, typer.Option(help="Mã văn bản.")] = None,
    kind: Annotated[
        str | None, typer.Option(help="Loại: law, resolution, decree, decision, plan, submission, …")
    ] = None,
    number: Annotated[str | None, typer.Option(help="Số, ví dụ 12/NQ-HĐND.")] = None,
    title: Annotated[str | None, typer.Option(help="Tên văn bản.")] = None,
    issuer: Annotated[str | None, typer.Option(help="Cơ quan ban hành.")] = None,
    place: Annotated[str | None, typer.Option(help="Địa phương, ví dụ “Phường Thạch Khôi”.")] = None,
    province: Annotated[str | None, typer.Option(help="Tỉnh, thành phố của địa phương.")] = None,
    issued: Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Ngày ban hành.")] = None,
    effective: Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Ngày có hiệu lực.")] = None,
    binding: Annotated[bool | None, typer.Option("--binding/--not-binding", help="Có giá trị bắt buộc không.")] = None,
    yes: Annotated[bool, typer.Option("--replace", help="Thay văn bản đã thêm trước đó có cùng mã.")] = False,
) -> None:
    """Thêm văn bản. Tệp không đọc được, hay câu đã duyệt bị trả lời khác đi, thì không có gì thay đổi."""
    from corpus import catalog
    from corpus.citation import name
    from corpus.document import Kind, Place, UnreadableSource

    if id is not None and len(files) > 1:
        raise typer.BadParameter("--id chỉ dùng cho một tệp")
    if kind is not None and kind not in tuple(Kind):
        raise typer.BadParameter(f"--kind phải là một trong: {', '.join(Kind)}")
    given: dict[str, Any] = {
        "id": id,
        "kind": Kind(kind) if kind else None,
        "number": number,
        "title": title,
        "issuer": issuer,
        "place": Place(place, province or "") if place else None,
        "issued": issued.date() if issued else None,
        "effective": effective.date() if effective else None,
        "binding": binding,
    }
    folder = home()
    # All are read before one is added: a bad file among several changes nothing.
    drafts = [catalog.draft(path, given) for path in files]
    ids = [ready.document.id for ready in drafts]
    for n, (path, ready) in enumerate(zip(files, drafts, strict=True)):
        there = (catalog.added_folder(folder) / f"{ready.document.id}.toml").exists()
        if ids.index(ready.document.id) != n or (there and not yes):
            raise UnreadableSource(
                f"{path.name}: đã có văn bản mang mã “{ready.document.id}”; dùng --replace hoặc --id."
            )

    def add_all(folder: Path) -> None:
        for path in files:
            catalog.add(folder, path, given)

    _try(add_all)
    for ready in drafts:
        counts = ready.document.counts()
        console().print(
            f"Đã thêm {ready.document.id}: {name(ready.document.meta)} – {counts['articles']} điều, "
            f"{counts['clauses']} khoản, {counts['points']} điểm.",
            markup=False,
        )
        if ready.missing:
            notes().print(f"  Không đọc được từ văn bản: {', '.join(ready.missing)}.", markup=False)
        for remark in ready.document.remarks:
            notes().print(f"  Lưu ý: {remark}", markup=False)
    opened()


@corpus_app.command(epilog="Ví dụ: `danchu corpus remove luat-10-2022-qh15`")
def remove(id: Annotated[str, typer.Argument(help="Mã văn bản đã thêm.")]) -> None:
    """Gỡ một văn bản đã thêm."""
    from corpus import catalog

    _try(lambda folder: catalog.remove(folder, id))
    console().print(f"Đã gỡ {id}.", markup=False)
    opened()


def _try(change: Callable[[Path], None]) -> None:
    """Change the documents, unless questions that were reviewed would get worse: then nothing is changed."""
    pinned = _pinned()
    if pinned:
        from corpus.catalog import added_folder

        notes().print(f"Thử lại các câu của {len(pinned)} điều khoản đã ghim trước khi thay đổi…")
        with TemporaryDirectory(dir=home(), prefix=".trial-") as folder:
            trial = Path(folder)
            if added_folder(home()).is_dir():
                shutil.copytree(added_folder(home()), added_folder(trial))
            change(trial)
            _refuse_worse(opened(), opened(trial), pinned)
    change(home())


def _pinned() -> Sequence[ReviewedQuestion]:
    """The reviewed questions that hold; none where there was never a database. Raises StoreUnavailable."""
    from bot.feedback.database import Database
    from bot.feedback.pins import Pins, questions_of
    from bot.settings import DATABASE_FILE, load_settings

    settings = load_settings()
    if settings.db is None and not (settings.home / DATABASE_FILE).exists():
        return ()
    with closing(Database(settings.database_url)) as database:
        return questions_of(Pins(database).active())


def _refuse_worse(before: Engine, after: Engine, pinned: Sequence[ReviewedQuestion]) -> None:
    from bot.feedback.gate import worsened
    from retrieval.reviewed import stale

    worse = worsened(before.answerer, after.answerer, pinned)
    for line in worse:
        console().print(f"- {line}", markup=False, soft_wrap=True)
    if worse:
        sentence = (
            f"Chưa thay đổi gì, vì {len(worse)} câu đã xem xét sẽ bị trả lời khác đi (danh sách ở trên). "
            "Hãy ghim lại hoặc bỏ ghim những câu ấy ở trang duyệt rồi làm lại."
        )
        fail(ValueError(), sentence)
    lost = len(stale(pinned, after.catalog)) - len(stale(pinned, before.catalog))
    if lost > 0:
        notes().print(f"{lost} điều khoản đã ghim sẽ thay đổi hoặc mất; các câu ấy không được trả lời bằng ghim nữa.")


@index_app.command(epilog="Ví dụ: `danchu index build --force`")
def build(force: Annotated[bool, typer.Option(help="Lập lại dù chỉ mục còn tốt.")] = False) -> None:
    """Lập chỉ mục; lập bên cạnh rồi thay một lần."""
    if force:
        shutil.rmtree(home() / "index", ignore_errors=True)
    engine = opened()
    console().print(
        f"Chỉ mục sẵn sàng: {len(engine.catalog.documents)} văn bản, {engine.catalog.provisions} điều khoản."
    )


@index_app.command(epilog="Ví dụ: `danchu index info`")
def info(as_json: Json = False) -> None:
    """Xem bản kê của chỉ mục."""
    from index.provision_index import read_manifest

    opened()
    manifest = read_manifest(home() / "index" / "provisions")
    if as_json:
        print(json.dumps(manifest, ensure_ascii=False))
        return
    for key, value in manifest.items():
        console().print(f"{key}: {value}", markup=False)


@index_app.command(epilog="Ví dụ: `danchu index train bo-du-lieu-beir/ --out mo-hinh/`")
def train(
    folders: Annotated[list[Path], typer.Argument(help="Các thư mục kiểu BEIR.")],
    out: Annotated[Path, typer.Option(help="Nơi ghi mô hình.")],
    seed: Annotated[int, typer.Option(help="Hạt giống ngẫu nhiên.")] = 13,
    leave_out: Annotated[
        int | None, typer.Option(min=0, max=4, help="Bỏ ra phần năm này của câu hỏi, để đo trên đó.")
    ] = None,
    split: Annotated[
        str, typer.Option(help="Phần qrels có câu hỏi để học; `none` thì không học từ câu hỏi công khai.")
    ] = "train",
) -> None:
    """Huấn luyện bộ mã hoá tĩnh từ dữ liệu kiểu BEIR, các câu hỏi soạn sẵn và các văn bản đang giữ."""
    from corpus.authored import every_authored
    from index.passages import passages_of
    from index.training import train as run

    held = _held()
    pairs = [(passage.heading, passage.text) for passage in passages_of(held) if passage.text]
    run(folders, pairs, out, authored=every_authored(held), seed=seed, split=split, leave_out=leave_out,
        say=notes().print)  # fmt: skip


def _held() -> list[Document]:
    from corpus.catalog import open_catalog

    return list(open_catalog(home()))


def _row(document: Document) -> dict[str, Any]:
    from corpus.citation import name

    meta = document.meta
    return {
        "id": meta.id,
        "name": name(meta),
        "kind": meta.kind.value,
        "number": meta.number,
        "title": meta.title,
        "issuer": meta.issuer,
        "place": meta.place.name if meta.place else None,
        "issued": meta.issued.isoformat() if meta.issued else None,
        "adopted": meta.adopted.isoformat() if meta.adopted else None,
        "effective": meta.effective.isoformat() if meta.effective else None,
        "binding": meta.binding,
        "counts": document.counts(),
        "sha256": document.sha256,
    }


def _whole(document: Document) -> dict[str, Any]:
    from corpus.provision import Provision

    def grow(provision: Provision) -> dict[str, Any]:
        start, end = document.text.source_span(provision.start, provision.end)
        return {
            "path": provision.path.id,
            "words": provision.path.words,
            "text": document.own_words(provision),
            "start": start,
            "end": end,
            "children": [grow(child) for child in provision.children],
        }

    return {**_row(document), "parts": [grow(part) for part in document.parts]}
