"""How answers and documents look in a terminal. Words of documents are printed as they stand, never as markup."""

from __future__ import annotations

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from bot import compare_words
from bot.reply import QuoteBlock, reply
from corpus.citation import name
from corpus.document import Document
from corpus.provision import MARKED, Provision
from retrieval.answer import Answer

COLOURS = {"in_force": "green", "not_yet": "yellow", "expired": "red", "not_binding": "yellow", "unknown": "yellow"}
"""A colour for each status of force."""


def show_answer(console: Console, answer: Answer, *, explain: bool = False) -> None:
    """Print an answer as a person reads it."""
    said = reply(answer)
    if said.understood:
        console.print(Text(said.understood, style="dim"))
    if said.headline:
        console.print(Text(said.headline, style="bold"))
    if said.sides:
        for side in said.sides:
            console.print(Text(compare_words.HEADING.format(place=side.place), style="bold underline"))
            if side.says:
                console.print(Text(side.says, style="dim"))
            for n in side.quotes:
                console.print(quote_panel(said.quotes[n]))
    else:
        for block in said.quotes:
            console.print(quote_panel(block))
    for line in (said.closing, said.next_question):
        if line:
            console.print(Text(line, style="dim"))
    if explain:
        console.print(_signals(answer))


def quote_panel(block: QuoteBlock) -> Panel:
    """One quote with its citation, force and check code."""
    words = [Text(lead, style="dim") for lead in block.lead_in]
    words.append(Text(block.text))
    proof = Text.assemble(
        (block.badge, f"bold {COLOURS[block.force]}"), (f" – {block.note}", "dim"), (f"  Mã: {block.code}", "cyan")
    )
    rest = [Text(f"{block.rest} {block.address}", style="dim")] if block.rest else []
    return Panel(Group(*words, Text(""), Text(block.citation, style="bold"), proof, *rest), padding=(0, 1))


_COMPARED = 3
_SIGNALS = {
    "lexical": "chữ khớp (BM25)",
    "dense": "nghĩa gần (bộ mã hoá)",
    "relevance": "đọc lại từng chữ",
    "coverage": "phần câu hỏi có trong điều khoản",
    "door_lexical": "câu hỏi soạn sẵn: chữ khớp",
    "door_dense": "câu hỏi soạn sẵn: nghĩa gần",
    "door_coverage": "câu hỏi soạn sẵn: phần trùng",
    "fact": "có nêu loại dữ kiện được hỏi",
    "alike": "câu hỏi soạn sẵn: cùng loại",
    "unheld": "chữ mà điều khoản không có",
    "here": "đúng địa phương được hỏi",
    "unmarked": "phần không đánh số",
}
"""How the signals of `retrieval.signals` are told, in the order of the table."""


def _signals(answer: Answer) -> Group:
    if not answer.candidates:
        return Group(Text("Câu hỏi được trả lời thẳng, không qua tìm kiếm.", style="dim"))
    shown = answer.candidates[:_COMPARED]
    table = Table(title="Vì sao có thứ tự này", title_justify="left")
    table.add_column("tín hiệu")
    for n in range(len(shown)):
        table.add_column(f"[{n + 1}]", justify="right")
    for at, signal in enumerate(shown[0].signals):
        cells = [f"{each.signals[at].value:.2f} ({each.signals[at].push:+.1f})" for each in shown]
        table.add_row(_SIGNALS.get(signal.name, signal.name), *cells)
    table.add_section()
    table.add_row("phần chắc trong các điều khoản", *(f"{each.score:.3f}" for each in shown), style="bold")
    lines = [Text(f"[{n}] {each.citation}") for n, each in enumerate(answer.candidates, 1)]
    sure = [] if answer.confidence is None else [Text(f"Độ chắc chắn của trích dẫn đầu: {answer.confidence:.3f}")]
    legend = Text("Trong ngoặc là phần đẩy lên hay kéo xuống (log-odds); lấy hiệu giữa hai cột để so.", style="dim")
    return Group(table, legend, *lines, *sure)


def document_tree(document: Document) -> Tree:
    """A document as a tree: each provision's first words."""
    tree = Tree(Text(name(document.meta), style="bold"))
    for part in document.parts:
        _grow(tree, document, part)
    return tree


def _grow(tree: Tree, document: Document, provision: Provision) -> None:
    first = document.own_words(provision).split("\n")[0]
    label = Text(provision.path.steps[-1].words, style="cyan" if provision.level in MARKED else "dim")
    label.append(f"  {first[:90]}{'…' if len(first) > 90 else ''}", style="default")
    branch = tree.add(label)
    for child in provision.children:
        _grow(branch, document, child)


def documents_table(documents: list[Document]) -> Table:
    """The documents held, a row each."""
    table = Table()
    for column in ("mã", "văn bản", "hiệu lực từ", "điều khoản"):
        table.add_column(column, justify="right" if column == "điều khoản" else "left", overflow="fold")
    for document in documents:
        effective = document.meta.effective
        table.add_row(
            document.id,
            name(document.meta),
            effective.isoformat() if effective else "không ghi",
            str(len(document.marked)),
        )
    return table


def counts_table(documents: list[Document]) -> Table:
    """Provisions by level, as read and as counted by hand."""
    table = Table(title="Số điều khoản có đánh dấu (đọc được / đếm tay)", title_justify="left")
    table.add_column("văn bản", no_wrap=True)
    columns = {
        "articles": "Điều",
        "sections": "Mục",
        "clauses": "khoản",
        "points": "điểm",
        "indents": "gạch đầu dòng",
        "all": "tất cả",
    }
    for heading in columns.values():
        table.add_column(heading, justify="right")
    for document in documents:
        read, by_hand = document.counts(), document.meta.counts
        cells = [f"{read[key]} / {by_hand.get(key, '–')}" for key in columns]
        table.add_row(
            document.id, *cells, style=None if all(by_hand.get(k, read[k]) == read[k] for k in columns) else "red"
        )
    return table
