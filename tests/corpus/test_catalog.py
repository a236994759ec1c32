"""The catalog: metadata held against the text; adding and removing, whole or not at all."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from corpus import catalog as catalogs
from corpus.catalog import Catalog, add, differences, draft, from_toml, open_catalog, remove, to_toml
from corpus.document import BrokenMetadata, CorpusError, Kind, UnreadableSource

RESOLUTION = """HỘI ĐỒNG NHÂN DÂN
XÃ TÂN TIẾN

Số: 07/NQ-HĐND

Tân Tiến, ngày 05 tháng 3 năm 2026

NGHỊ QUYẾT

Về thực hiện dân chủ ở cơ sở

HỘI ĐỒNG NHÂN DÂN XÃ TÂN TIẾN

Căn cứ Luật Thực hiện dân chủ ở cơ sở ngày 10 tháng 11 năm 2022;

QUYẾT NGHỊ:

Điều 1. Họp dân

1. Mỗi quý họp một lần.

2. Biên bản niêm yết tại nhà văn hóa.

Điều 2. Hiệu lực

Nghị quyết này có hiệu lực từ ngày 15 tháng 3 năm 2026.

CHỦ TỊCH

Trần Văn Bình
"""


@pytest.fixture
def resolution(tmp_path: Path) -> Path:
    path = tmp_path / "tan-tien.txt"
    path.write_text(RESOLUTION, "utf-8")
    return path


def test_metadata_agrees_with_what_the_texts_say(catalog: Catalog) -> None:
    for document in catalog:
        assert differences(document) == []


def test_a_difference_is_told(catalog: Catalog) -> None:
    document = catalog.by_id["nghi-quyet-kim-bang-2024"]
    wrong = dataclasses.replace(document, meta=dataclasses.replace(document.meta, number="19/NQ-HĐND"))
    assert any(sentence.startswith("số:") for sentence in differences(wrong))


def test_metadata_reads_back(catalog: Catalog) -> None:
    for document in catalog:
        assert from_toml(to_toml(document.meta, "x"), "x") == (document.meta, "x")


def test_a_resolution_is_read_from_its_own_words(resolution: Path) -> None:
    ready = draft(resolution)
    meta = ready.document.meta
    assert (meta.kind, meta.number, meta.id) == (Kind.RESOLUTION, "07/NQ-HĐND", "nghi-quyet-07-nq-hdnd")
    assert meta.issuer == "Hội đồng nhân dân xã Tân Tiến"
    assert meta.place is not None
    assert meta.place.name == "Xã Tân Tiến"
    assert str(meta.effective) == "2026-03-15"
    assert meta.signer == "Trần Văn Bình"
    assert meta.bases[0].words.startswith("Luật Thực hiện dân chủ")
    assert ready.missing == ()


def test_add_list_remove(resolution: Path, home: Path) -> None:
    before = open_catalog(home).digest
    ready = add(home, resolution, {"number": "08/NQ-HĐND", "id": "nq-tan-tien"})
    held = open_catalog(home)
    assert held.by_id["nq-tan-tien"].meta.number == "08/NQ-HĐND"
    assert held.digest != before
    assert Path(held.by_id["nq-tan-tien"].source_name).is_absolute()
    assert held.by_id["nq-tan-tien"].source_text == RESOLUTION
    assert ready.document.id == "nq-tan-tien"
    remove(home, "nq-tan-tien")
    assert open_catalog(home).digest == before
    assert not list(catalogs.added_folder(home).iterdir())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "trống"),
        (b"   \n\n", "trống"),
        ("Điều 1. A\n\nđọc được\n".encode() + b"\xff\xfe", "dòng 4"),
        (b"PK\x03\x04\x00\x00", "nhị phân"),
        ("Công thức nấu phở\n\nCho xương vào nồi.".encode(), "không thấy Điều"),
        ("Danh sách\n\n1. Gạo\n\n2. Muối".encode(), "không nhận ra loại văn bản"),
    ],
)
def test_what_is_no_legal_text_is_refused_with_line_and_reason(
    tmp_path: Path, home: Path, content: bytes, says: str
) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(content)
    with pytest.raises(UnreadableSource, match=says) as refused:
        add(home, path)
    assert "dòng" in str(refused.value)
    assert not catalogs.added_folder(home).exists()


def test_a_missing_file_and_a_shipped_id_are_refused(tmp_path: Path, home: Path, resolution: Path) -> None:
    with pytest.raises(UnreadableSource, match="không mở được"):
        add(home, tmp_path / "none.txt")
    with pytest.raises(CorpusError, match="có sẵn"):
        add(home, resolution, {"id": "nghi-quyet-kim-bang-2024"})
    with pytest.raises(CorpusError, match="có sẵn"):
        remove(home, "nghi-quyet-kim-bang-2024")
    with pytest.raises(CorpusError, match="Không có"):
        remove(home, "../nghi-quyet")


def test_broken_metadata_is_told(home: Path, resolution: Path) -> None:
    add(home, resolution)
    next(catalogs.added_folder(home).glob("*.toml")).write_text("id = [", "utf-8")
    with pytest.raises(BrokenMetadata, match="hỏng"):
        open_catalog(home)


def test_a_byte_order_mark_and_windows_lines_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "crlf.txt"
    path.write_bytes(b"\xef\xbb\xbf" + RESOLUTION.replace("\n", "\r\n").encode())
    document = draft(path).document
    assert document.counts()["articles"] == 2
    assert document.source_text.startswith("\ufeff")
