"""What the bot says of measures on every channel, in Vietnamese. Quotes never come from here."""

from __future__ import annotations

from corpus.citation import short_name
from corpus.measures import Cell, Clause, Group, Holder
from corpus.provision import Level, ProvisionPath

TITLE = "Biện pháp bảo đảm thực hiện dân chủ ở cơ sở"
SHORT_TITLE = "Biện pháp"
INTRO = (
    "Mỗi nơi có những biện pháp nào, ở điều khoản nào. Năm nhóm đầu theo Điều 8 Luật Thực hiện dân chủ ở cơ sở năm "
    "2022; các nhóm sau do các văn bản của địa phương thêm vào."
)
BY_LAW = "theo khoản {clause} Điều 8 Luật số 10/2022/QH15"
BY_LAW_SHORT = "khoản {clause} Điều 8 Luật"
ADDED = "do văn bản của địa phương thêm vào"
ADDED_SHORT = "địa phương thêm"
GAP_SHORT = "Không có trong văn bản đang giữ"
GAP = "Văn bản đang giữ của {place} ({documents}) không có biện pháp nào thuộc nhóm “{group}”."
GAP_MEANS = "Đây là khoảng trống mà Hội đồng nhân dân có thẩm quyền có thể xem xét để bổ sung."
GAP_ELSEWHERE = (
    "Lưu ý: văn bản ấy nhắc đến một văn bản khác về các biện pháp ({clause}), chưa có trong dữ liệu; "
    "biện pháp này có thể nằm ở đó."
)
GAP_NATIONAL = "{documents} không có điều khoản nào xếp vào nhóm “{group}”."
GAP_MARK = "—"
LEGEND_GAP = (
    f"{GAP_MARK} là khoảng trống: văn bản đang giữ của nơi ấy không có biện pháp này; "
    "Hội đồng nhân dân có thẩm quyền có thể xem xét để bổ sung."
)
LEGEND_ELSEWHERE = (
    "{place}: văn bản đang giữ nhắc đến một văn bản khác về các biện pháp, chưa có trong dữ liệu ({clause}); "
    "chỗ trống có thể được quy định ở đó."
)
LEGEND_GAP_WEB = f"“{GAP_SHORT}” là khoảng trống: Hội đồng nhân dân có thẩm quyền có thể xem xét để bổ sung."
LEGEND_SHORT = "Cách ghi tắt: Đ1.II.2.c-1 là gạch đầu dòng thứ nhất điểm c khoản 2 Mục II Điều 1."
UNCHECKED = "Xếp nhóm tự động theo tiêu đề và câu chữ, chưa có người kiểm lại."
UNCHECKED_SHORT = "chưa kiểm"
UNCHECKED_MARK = "*"
LEGEND_UNCHECKED = f"{UNCHECKED_MARK} {UNCHECKED}"
NO_PLACE = "Tôi chưa có văn bản nào của “{place}”. Hiện có: {places}."
NOTHING = "Hiện chưa có văn bản nào để xem biện pháp."
DOCUMENT = "{place}: {document} – {force}"
MORE = "và {clauses} điều khoản khác"

CHOOSE_GROUP = "Bạn muốn xem nhóm biện pháp nào?"
CHOOSE_GROUP_OF = "{place}: bạn muốn xem nhóm biện pháp nào?"
CHOOSE_PLACE = "Nhóm “{group}”. Bạn muốn xem ở đâu?"
LABEL = "{name} ({clauses})"
LABEL_GAP = "{name} (không có)"
HEAD = "{group} – {place} ({number}/{total})"
BEFORE = "« Điều khoản trước"
AFTER = "Điều khoản sau »"
OTHER_PLACE = "🗺️ Nơi khác"
OTHER_GROUP = "📋 Nhóm khác"

WEB_ORIGIN = "Nhóm biện pháp {origin}."
WEB_GROUP = "Nhóm biện pháp"
WEB_ALL = "Bảng biện pháp"
WEB_ELSEWHERE = "Nhóm này ở nơi khác"
WEB_HERE = "Các nhóm khác ở {place}"
WEB_NONE = "Không có nhóm biện pháp hoặc nơi này."
WEB_PAGES = "Trang"
WEB_PAGE = "Trang {page}"


def label(name: str, cell: Cell) -> str:
    """A cell's name in a list of choices, with how many clauses it has."""
    return LABEL.format(name=name, clauses=len(cell.clauses)) if cell.clauses else LABEL_GAP.format(name=name)


def gap(cell: Cell) -> str:
    """What an empty cell says: that there is no such measure in what is held, and what that means."""
    holder, group = cell.holder, cell.group
    documents = ", ".join(short_name(document.meta) for document in holder.documents)
    if holder.national:
        return GAP_NATIONAL.format(documents=documents, group=group.name)
    words = f"{GAP.format(place=holder.name, documents=documents, group=group.name)} {GAP_MEANS}"
    if holder.elsewhere:
        words += f" {GAP_ELSEWHERE.format(clause=', '.join(clause.words for clause in holder.elsewhere))}"
    return words


def elsewhere(holders: tuple[Holder, ...]) -> list[str]:
    """For each place whose documents name another one for their measures: that this is so, and where they do."""
    return [
        LEGEND_ELSEWHERE.format(place=holder.name, clause=", ".join(clause.words for clause in holder.elsewhere))
        for holder in holders
        if holder.elsewhere
    ]


def origin(group: Group) -> str:
    """Where a group comes from: a clause of the law, or the resolutions."""
    return BY_LAW.format(clause=group.law) if group.law else ADDED


def origin_short(group: Group) -> str:
    """The same in a few words, for a table whose heading names the law."""
    return BY_LAW_SHORT.format(clause=group.law) if group.law else ADDED_SHORT


def not_held(words: str, holders: tuple[Holder, ...]) -> str:
    """That nothing is held of what was named, and what is."""
    return NO_PLACE.format(place=words, places=", ".join(holder.name for holder in holders))


def short(path: ProvisionPath) -> str:
    """A path as a narrow table writes it: "Đ1.II.2.c-1" (see `LEGEND_SHORT`)."""
    steps = list(path.steps)
    articles = [n for n, step in enumerate(steps) if step.level is Level.ARTICLE]
    words = ""
    for step in steps[articles[0] :] if articles else steps:
        mark = f"Đ{step.number}" if step.level is Level.ARTICLE else step.number or step.words
        words += f"-{mark}" if step.level is Level.INDENT else f".{mark}" if words else mark
    return words


def short_list(clauses: tuple[Clause, ...]) -> str:
    """Clauses as a narrow table writes them; three and more that follow one another as "Đ30–45", "III.1–5"."""
    written: list[str] = []
    run: list[Clause] = []
    for clause in (*clauses, None):
        if run and (clause is None or not _follows(run[-1], clause)):
            marks = [short(one.provision.path) for one in run]
            written += [f"{marks[0]}–{run[-1].provision.path.number}"] if len(run) > 2 else marks
            run = []
        if clause is not None:
            run.append(clause)
    return "; ".join(written)


def _follows(before: Clause, after: Clause) -> bool:
    """Whether two provisions stand side by side: articles of one document, or parts of one provision."""
    one, other = before.provision.path, after.provision.path
    if before.document is not after.document or one.level is not other.level:
        return False
    if one.level is not Level.ARTICLE and one.parent != other.parent:
        return False
    return before.document.neighbours(before.provision)[1] is after.provision
