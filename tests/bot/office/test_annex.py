"""The Word annex: read back by python-docx, and, where LibreOffice is, turned into PDF."""

from __future__ import annotations

import datetime as dt
import io
import shutil
import subprocess
import unicodedata
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.text.paragraph import Paragraph

from bot import messages
from bot.browse import quoted
from bot.office import words as office
from bot.office.annex import FONT, LEAD_STYLE, QUOTE_STYLE, annex
from bot.office.markdown import escaped, markdown
from bot.office.sheet import Section, Sheet, by_document, of_answer
from bot.reply import QuoteBlock, block
from corpus.citation import Citation, quotations
from corpus.text import strip_layout
from retrieval.answer import Answer, Found, Reason, Searched, Side, Status
from tests.bot.web_stand_in import CAO_XANH, HAI_PHONG, HANDLED, HANDLED_PATH, KIM_BANG, THACH_KHOI, catalog, quote

DAY = dt.date(2026, 1, 15)
SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")


def all_citations() -> list[Citation]:
    """Every provision of every document that may be quoted and is short enough to be one quote."""
    shown = ((document, part) for document in catalog() for top in document.shown for part in top.walk())
    return [one for document, part in shown if part.start < part.end for one in quotations(document, part)]


def of(citation: Citation) -> QuoteBlock:
    documents = catalog().documents
    return quoted(catalog().by_id[citation.document_id], citation, documents)


def read(data: bytes) -> list[Paragraph]:
    return docx.Document(io.BytesIO(data)).paragraphs


def quotes_in(data: bytes) -> list[str]:
    """The quoted words in a file: paragraphs of their style, those that stand together joined as in the source."""
    found: list[list[str]] = []
    before = ""
    for paragraph in read(data):
        style = paragraph.style.name if paragraph.style else ""
        if style == QUOTE_STYLE:
            if before != QUOTE_STYLE:
                found.append([])
            found[-1].append(paragraph.text)
        before = style
    return ["\n".join(lines) for lines in found]


def answer(
    *quotes: object, status: Status = Status.ANSWERED, reason: Reason | None = None, question: str = HANDLED
) -> Answer:
    return Answer(question, question, status, reason, quotes, Searched(5, 206, "x"), DAY)  # type: ignore[arg-type]


def test_every_quote_is_word_for_word_its_source_s_slice() -> None:
    cited = all_citations()
    assert len(cited) > 200
    data = annex(Sheet((Section("", tuple(map(of, cited))),), DAY))
    found = quotes_in(data)
    assert len(found) == len(cited)
    for words, citation in zip(found, cited, strict=True):
        assert words == citation.text
        source = catalog().by_id[citation.document_id].source_text[citation.source_start : citation.source_end]
        assert strip_layout(words) == strip_layout(source)


def test_the_page_is_that_of_official_papers() -> None:
    file = docx.Document(io.BytesIO(annex(of_answer(answer(quote(THACH_KHOI, HANDLED_PATH))))))
    page = file.sections[0]
    assert (round(page.page_width.mm), round(page.page_height.mm)) == (210, 297)
    for margin, least, most in (
        (page.top_margin, 20, 25), (page.bottom_margin, 20, 25), (page.left_margin, 30, 35), (page.right_margin, 15, 20),
    ):  # fmt: skip
        assert least <= round(margin.mm) <= most
    used = {paragraph.style.name: paragraph.style for paragraph in file.paragraphs if paragraph.style}
    for style in used.values():
        font = style.font
        assert font.name == FONT
        assert font.size.pt in (13, 14)
        assert font.color.rgb == docx.shared.RGBColor(0, 0, 0)
        assert all(
            style.element.rPr.rFonts.get(docx.oxml.ns.qn(f"w:{each}")) == FONT
            for each in ("ascii", "hAnsi", "eastAsia", "cs")
        )
    head, title, with_what = file.paragraphs[:3]
    assert head.text == "PHỤ LỤC"
    assert head.runs[0].bold
    assert head.alignment == title.alignment == with_what.alignment == WD_ALIGN_PARAGRAPH.CENTER
    assert with_what.runs[0].italic
    assert page.different_first_page_header_footer
    assert "PAGE" in page.header._element.xml
    assert file.core_properties.title == office.ANNEX_TITLE


def test_an_answer_s_annex_says_what_was_asked_where_it_stands_and_how_to_check_it() -> None:
    lines = [
        paragraph.text
        for paragraph in read(annex(of_answer(answer(quote(THACH_KHOI, HANDLED_PATH)), "https://danchu.vn")))
    ]
    assert f"Câu hỏi: {HANDLED}" in lines
    assert any(
        line.startswith("1. Điểm b khoản 5 Mục II Điều 1 Nghị quyết (chưa có số trong bản nguồn)") for line in lines
    )
    assert "Hiệu lực vào ngày 15/01/2026: Đang có hiệu lực. Có hiệu lực từ 19/12/2025. Bản nguồn chưa có số." in lines
    code = quote(THACH_KHOI, HANDLED_PATH).code
    assert f"Mã kiểm tra: {code[:4]}-{code[4:]}, kiểm tra tại https://danchu.vn/kiem-tra/{code}" in lines
    leads = [
        p.text
        for p in read(annex(of_answer(answer(quote(THACH_KHOI, HANDLED_PATH)))))
        if p.style and p.style.name == LEAD_STYLE
    ]
    assert leads[-1] == "5. Tăng cường công tác kiểm tra, giám sát việc thực hiện dân chủ ở cơ sở"


def test_what_is_only_related_is_said_to_be() -> None:
    related = answer(quote(HAI_PHONG, "art_3__cl_1"), status=Status.RELATED, reason=Reason.FACT_NOT_STATED)
    said = messages.RELATED[Reason.FACT_NOT_STATED]
    assert said in [paragraph.text for paragraph in read(annex(of_answer(related)))]
    assert escaped(said) in markdown(of_answer(related))


def test_a_question_with_letters_that_no_file_can_carry() -> None:
    odd = "Ai\x00 giám\x1b sát\ud83d\n\tviệc\x0b này? <b>&amp;"
    data = annex(of_answer(answer(quote(THACH_KHOI, HANDLED_PATH), question=odd)))
    assert "Câu hỏi: Ai giám sát việc này? <b>&amp;" in [paragraph.text for paragraph in read(data)]
    markdown(of_answer(answer(quote(THACH_KHOI, HANDLED_PATH), question=odd))).encode("utf-8")
    words = replace(of(all_citations()[0]), text="a) Một trang\x0c mới\x00", lead_in=("\x1f",))
    assert quotes_in(annex(Sheet((Section("\x0b", (words,), "\x08"),), DAY))) == ["a) Một trang mới"]


def test_headings_part_the_quotes_of_several_places() -> None:
    places = {"Kim Bảng": quote(KIM_BANG, "art_2"), "Thạch Khôi": quote(THACH_KHOI, "art_2")}
    sections = tuple(Section(name, (block(one),)) for name, one in places.items())
    sheet = Sheet((*sections, Section("Cao Xanh", (), "Không có quy định về nội dung này.")), DAY, "So sánh kinh phí")
    lines = [paragraph.text for paragraph in read(annex(sheet))]
    for before, after in (
        ("So sánh kinh phí", "Kim Bảng"),
        ("Kim Bảng", "Thạch Khôi"),
        ("Cao Xanh", "Không có quy định về nội dung này."),
    ):
        assert lines.index(before) < lines.index(after)
    assert quotes_in(annex(sheet)) == [one.text for one in places.values()]
    text = markdown(sheet)
    assert text.index("### Kim Bảng") < text.index("### Thạch Khôi") < text.index("### Cao Xanh")


def test_a_comparison_has_a_part_for_each_place_also_where_nothing_was_found() -> None:
    quotes = (quote(HAI_PHONG, "art_3__cl_1"), quote(THACH_KHOI, "art_2"))
    held = catalog().by_id
    sides = (
        Side("Thành phố Hải Phòng", Found.FOUND, (0,), (held[HAI_PHONG],)),
        Side("Phường Cao Xanh", Found.NOTHING, (), (held[CAO_XANH],)),
        Side("Phường Thạch Khôi", Found.FOUND, (1,), (held[THACH_KHOI],)),
    )
    answer = Answer("so sánh", "", Status.ANSWERED, None, quotes, Searched(5, 206, "v"), DAY, comparison=sides)
    sheet = of_answer(answer)
    assert [(part.heading, [one.text for one in part.quotes]) for part in sheet.sections] == [
        ("Thành phố Hải Phòng", [quotes[0].text]),
        ("Phường Cao Xanh", []),
        ("Phường Thạch Khôi", [quotes[1].text]),
    ]
    words = [paragraph.text for paragraph in read(annex(sheet))]
    assert "Phường Cao Xanh" in words
    assert any(one.startswith("Tôi không tìm thấy điều khoản nào về việc này trong Tờ trình số 35") for one in words)
    assert "### Phường Cao Xanh" in markdown(sheet)


def test_quotes_of_several_documents_stand_under_their_names() -> None:
    sheet = by_document([quote(KIM_BANG, "art_2"), quote(THACH_KHOI, "art_2"), quote(THACH_KHOI, HANDLED_PATH)], DAY)
    assert [len(section.quotes) for section in sheet.sections] == [1, 2]
    assert [section.heading for section in by_document([quote(KIM_BANG, "art_2")], DAY).sections] == [""]


def test_the_same_sheet_is_the_same_file_from_one_day_to_the_next() -> None:
    sheet = of_answer(answer(quote(THACH_KHOI, HANDLED_PATH)))
    first, second = (docx.Document(io.BytesIO(annex(sheet))) for _ in range(2))
    assert first.core_properties.modified == second.core_properties.modified
    assert first.element.xml == second.element.xml
    assert "x" not in replace(sheet, link="").check("ABCDEFGH")


# Markdown.


def plain(text: str) -> list[list[str]]:
    """The paragraphs of each quotation in a Markdown text, as they are shown."""
    from markdown_it import MarkdownIt

    found: list[list[str]] = []
    inside = False
    for token in MarkdownIt().parse(text):
        if token.type == "blockquote_open":
            found.append([])
            inside = True
        elif token.type == "blockquote_close":
            inside = False
        elif inside:
            assert token.type in ("paragraph_open", "paragraph_close", "inline"), token
            if token.type == "inline":
                assert all(child.type in ("text", "text_special") for child in token.children or []), token.content
                found[-1].append("".join(child.content for child in token.children or []))
    return found


def test_markdown_shows_every_quote_word_for_word() -> None:
    cited = all_citations()
    shown = plain(markdown(Sheet((Section("", tuple(map(of, cited))),), DAY)))
    assert ["\n".join(" ".join(line.split()) for line in one) for one in shown] == [
        "\n".join(" ".join(line.split()) for line in citation.text.split("\n")) for citation in cited
    ]


@pytest.mark.parametrize(
    "words",
    [
        "- một",
        "+ một",
        "1. một",
        "12) một",
        "# một",
        "*một* _hai_",
        "a [b](c) <d> &amp; `e` | f ~~g~~",
        "> một",
        "a \\ b",
        "100%",
        "= =",
    ],
)
def test_marks_of_markdown_in_a_document_are_words(words: str) -> None:
    assert plain(f"> {escaped(words)}\n") == [[words]]


# LibreOffice.


@pytest.mark.skipif(
    SOFFICE is None, reason="no LibreOffice on this machine (Debian: apt-get install libreoffice-writer)"
)
def test_libreoffice_opens_it_and_makes_a_pdf(tmp_path: Path) -> None:
    path = tmp_path / "phu-luc.docx"
    sheet = by_document(
        [quote(THACH_KHOI, HANDLED_PATH), quote(KIM_BANG, "art_2"), quote(CAO_XANH, "cl_4__ind_1")], DAY
    )
    path.write_bytes(annex(sheet))
    assert SOFFICE
    done = subprocess.run(
        [SOFFICE, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(path)],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    pdf = path.with_suffix(".pdf")
    assert pdf.is_file(), done.stderr
    assert pdf.read_bytes().startswith(b"%PDF")
    if shutil.which("pdftotext"):
        text = subprocess.run(
            ["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, timeout=60
        ).stdout
        # Where Times New Roman is not installed, letters come from several fonts, with gaps between them.
        flat = unicodedata.normalize("NFC", "".join(text.split()))
        assert "PHỤLỤC" in flat
        assert "".join("Nghiêm cấm và xử lý nghiêm người đứng đầu có hành vi cản trở".split()) in flat
