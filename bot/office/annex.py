"""A sheet of quotes as a Word file, laid out as an annex in the manner of official papers.

Page, margins and letters are those of Decree 30/2020/NĐ-CP, Annex I: A4; 20 mm above and below, 30 mm left, 20 mm
right; Times New Roman, black, 14 points; "PHỤ LỤC" in bold capitals in the middle; page numbers in the middle above,
none on the first page. The words of the law stand in paragraphs of a style of their own, one for each of the source's.
"""

from __future__ import annotations

import datetime as dt
import io
import re

from docx import Document as new_document
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

from bot import messages
from bot.office import words as office
from bot.office.sheet import Sheet
from bot.reply import QuoteBlock
from corpus.validity import vn_date

FONT = "Times New Roman"
QUOTE_STYLE = "Nguyên văn"
"""The style of the quoted words, and of nothing else."""
LEAD_STYLE = "Câu dẫn"

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""Control characters and halves of surrogate pairs, which XML 1.0 cannot carry; no word holds one."""

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def annex(sheet: Sheet) -> bytes:
    """Lay a sheet out as a Word file (Office Open XML).

    The words of documents are passed on untouched; control characters, which XML cannot carry, are left out.
    """
    paper = new_document()
    _lay_out(paper)
    _styles(paper)
    _head(paper, sheet)
    number = 0
    for section in sheet.sections:
        if section.heading:
            _add(paper, section.heading, "Mục")
        if section.note:
            _add(paper, section.note)
        for quote in section.quotes:
            number += 1
            _quote(paper, sheet, quote, number)
    _tell(paper, sheet)
    file = io.BytesIO()
    paper.save(file)
    return file.getvalue()


def _lay_out(paper: WordDocument) -> None:
    page = paper.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin = page.bottom_margin = Mm(20)
    page.left_margin, page.right_margin = Mm(30), Mm(20)
    page.header_distance = Mm(10)
    page.different_first_page_header_footer = True
    number = page.header.paragraphs[0]
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = number.add_run()
    for kind, words in (("begin", ""), ("", "PAGE"), ("end", "")):
        part = OxmlElement("w:instrText" if words else "w:fldChar")
        if words:
            part.text = words
        else:
            part.set(qn("w:fldCharType"), kind)
        run._r.append(part)


def _styles(paper: WordDocument) -> None:
    normal = paper.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)
    _letters(normal, 14)
    normal.paragraph_format.space_after = Pt(6)
    normal.paragraph_format.space_before = Pt(0)
    normal.paragraph_format.line_spacing = 1.15
    normal.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    normal.paragraph_format.widow_control = True
    header = paper.styles["Header"]
    assert isinstance(header, ParagraphStyle)
    _letters(header, 13)
    for name, size, bold, italic, indent in (
        ("Mục", 14, True, False, 0),
        ("Nguồn", 14, True, False, 0),
        (LEAD_STYLE, 13, False, True, 10),
        (QUOTE_STYLE, 14, False, False, 10),
        ("Chứng thực", 13, False, False, 10),
    ):
        style = paper.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        assert isinstance(style, ParagraphStyle)
        style.base_style = normal
        style.quick_style = True
        _letters(style, size)
        style.font.bold, style.font.italic = bold, italic
        style.paragraph_format.left_indent = Mm(indent)
        style.paragraph_format.keep_with_next = name in ("Mục", "Nguồn", LEAD_STYLE)
    for name in ("Mục", "Nguồn"):
        paper.styles[name].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
    paper.styles["Mục"].paragraph_format.space_before = Pt(12)
    paper.styles["Nguồn"].paragraph_format.space_before = Pt(8)


def _letters(style: ParagraphStyle, size: int) -> None:
    style.font.name, style.font.size = FONT, Pt(size)
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), FONT)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN")
    style.element.get_or_add_rPr().append(language)


def _head(paper: WordDocument, sheet: Sheet) -> None:
    _add(paper, office.ANNEX, middle=True, bold=True)
    _add(paper, sheet.title, middle=True, bold=True)
    _add(paper, office.ANNEX_WITH, middle=True, italic=True, after=12)
    if sheet.question:
        _add(paper, office.ANNEX_QUESTION.format(question=" ".join(sheet.question.split())))
    if sheet.note:
        _add(paper, sheet.note, italic=True)


def _quote(paper: WordDocument, sheet: Sheet, quote: QuoteBlock, number: int) -> None:
    _add(paper, f"{number}. {quote.citation[:1].upper()}{quote.citation[1:]}", "Nguồn")
    for lead in quote.lead_in:
        for words in lead.split("\n"):
            _add(paper, words, LEAD_STYLE)
    for words in quote.text.split("\n"):
        _add(paper, words, QUOTE_STYLE)
    if quote.rest:
        _add(paper, quote.rest, "Chứng thực")
    force = office.FORCE.format(day=vn_date(sheet.day), force=quote.badge, note=quote.note)
    _add(paper, force.strip(), "Chứng thực")
    _add(paper, sheet.check(quote.code), "Chứng thực")


def _add(
    paper: WordDocument,
    words: str,
    style: str | None = None,
    *,
    middle: bool = False,
    bold: bool | None = None,
    italic: bool | None = None,
    after: int | None = None,
) -> None:
    paragraph = paper.add_paragraph(style=style)
    run = paragraph.add_run(_NOT_XML.sub("", words))
    run.bold, run.italic = bold, italic
    if middle:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if after is not None:
        paragraph.paragraph_format.space_after = Pt(after)


def _tell(paper: WordDocument, sheet: Sheet) -> None:
    """What the file says of itself; the day is the sheet's, so that the same sheet is the same file."""
    about = paper.core_properties
    about.title, about.author, about.language = sheet.title, messages.NAME, "vi-VN"
    about.comments = about.keywords = ""
    about.created = about.modified = dt.datetime.combine(sheet.day, dt.time())
