"""The table of lay words: each entry is found as people type it, leads to words of the law, and fires on nothing else."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from corpus.catalog import Catalog
from corpus.text import fold
from index.normalise import syllables
from retrieval.words import LayEntry, law_words, words, write_out


@pytest.mark.parametrize("entry", words().lay, ids=lambda entry: entry.example)
def test_an_entry_is_found_in_its_example_with_and_without_accents(entry: LayEntry) -> None:
    assert entry in law_words(write_out(entry.example))
    assert entry in law_words(write_out(fold(entry.example)))


def test_what_people_say_stands_in_one_entry_only() -> None:
    said = Counter(say for entry in words().lay for say in entry.say)
    assert [say for say, times in said.items() if times > 1] == []


def test_the_words_of_the_law_stand_in_a_document(catalog: Catalog, laws: Path) -> None:
    texts = [document.text.text for document in catalog] + [file.read_text("utf-8") for file in laws.glob("*.txt")]
    held = [set(syllables(line)) for text in texts for line in text.splitlines()]
    strange = [
        phrase
        for entry in words().lay
        for phrase in entry.law.split(",")
        if not any(line.issuperset(syllables(phrase)) for line in held)
    ]
    assert strange == []


@pytest.mark.parametrize(
    "question",
    [
        "Hôm nay trời có mưa không?",
        "Nấu canh chua cần những gia vị gì?",
        "Đội nào thắng trận bóng đá tối qua?",
        "Bị đau đầu thì uống thuốc gì?",
        "Con chung ai được nuôi khi ly hôn?",
        "Không đội mũ bảo hiểm phạt mấy trăm?",
        "Làm sổ đỏ mất bao lâu?",
        "Làm căn cước công dân ở đâu?",
        "Thuế thu nhập cá nhân tính thế nào?",
        "Công ty nợ lương thì đòi ở đâu?",
        "Chia thừa kế khi không có di chúc thế nào?",
        "Đóng bảo hiểm xã hội bao nhiêu năm thì được lương hưu?",
        "Thứ bảy có mở cửa không?",
        "Sản phẩm này chất lượng có cơ bản tốt không?",
    ],
)
def test_a_question_of_another_matter_fires_no_entry(question: str) -> None:
    assert law_words(write_out(question)) == []
    assert law_words(write_out(fold(question))) == []


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("HDND phuong lam ji?", "hoi dong nhan dan phuong lam gi?"),
        ("xữ lí kỉ luật", "xử lý kỷ luật"),
        ("nguời dân phuờng đuợc biết", "người dân phường được biết"),
        ("mng ktra cđs thì hông đc hả", "mọi người kiểm tra chuyển đổi số thì không được hả"),
        ("CBCCVCLĐ và BGSĐTCĐ", "cán bộ, công chức, viên chức, người lao động và Ban Giám sát đầu tư của cộng đồng"),
    ],
)
def test_short_forms_and_slips_are_written_out(typed: str, read: str) -> None:
    assert write_out(typed) == read
