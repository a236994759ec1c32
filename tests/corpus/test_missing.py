"""What an office should get: the documents named and not held, counted by hand from the five documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.catalog import Catalog, draft
from corpus.missing import missing
from corpus.references import references

HAI_PHONG, KIM_BANG, THACH_KHOI, CAO_XANH, NGO_QUYEN = (
    "nghi-quyet-hai-phong-2025",
    "nghi-quyet-kim-bang-2024",
    "nghi-quyet-thach-khoi-2025",
    "to-trinh-cao-xanh-2024",
    "ke-hoach-ngo-quyen-2025",
)
# How a name begins, and how often each document names it, names inside other names not counted.
BY_HAND = [
    ("Luật Thực hiện dân chủ ở cơ sở ngày 10", {NGO_QUYEN: 7, HAI_PHONG: 2, KIM_BANG: 1, THACH_KHOI: 1, CAO_XANH: 4}),
    ("Hiến pháp", {NGO_QUYEN: 1, HAI_PHONG: 1, KIM_BANG: 1, THACH_KHOI: 2}),
    ("Nghị định số 59/2023/NĐ-CP", {NGO_QUYEN: 1, HAI_PHONG: 1, KIM_BANG: 1, THACH_KHOI: 1}),
    ("Luật Tiếp công dân", {HAI_PHONG: 1, THACH_KHOI: 1, CAO_XANH: 1}),
    ("Nghị định số 61/2023/NĐ-CP", {HAI_PHONG: 1, KIM_BANG: 1, THACH_KHOI: 1}),
    ("Quyết định số 346/QĐ-TTg", {HAI_PHONG: 1, KIM_BANG: 1, THACH_KHOI: 1}),
    ("Luật sửa đổi, bổ sung một số điều của Luật Tổ chức Chính phủ", {KIM_BANG: 1, CAO_XANH: 1}),
    ("Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025", {HAI_PHONG: 1, THACH_KHOI: 1}),
    ("Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015", {KIM_BANG: 1, CAO_XANH: 1}),
]
ONCE = {
    "Luật Sửa đổi, bổ sung một số điều của Luật Mặt trận Tổ quốc Việt Nam": HAI_PHONG,
    "Nghị quyết số 202/2025/QH15": HAI_PHONG,
    "Nghị quyết số 1669/NQ-UBTVQH15": HAI_PHONG,
    "Thông báo số 167-TB/TU": HAI_PHONG,
    "Tờ trình số 260/TTr-UBND": HAI_PHONG,
    "Báo cáo thẩm tra số 84/BC-BPC": HAI_PHONG,
    "Tờ trình số 291/TTr-UBND": KIM_BANG,
    "Báo cáo thẩm tra số 65/BC-HĐND": KIM_BANG,
    "Quyết định số 05/2025/QĐ-UBND": THACH_KHOI,
    "Tờ trình số 64/TTr-UBND": THACH_KHOI,
    "Báo cáo thẩm tra của Ban Văn hóa - Xã hội": THACH_KHOI,
    "Nghị quyết số 56/NQ-HĐND": CAO_XANH,
    "Dự thảo Nghị quyết kèm theo": CAO_XANH,
    "Nghị quyết số 46/NQ-HĐND": NGO_QUYEN,
    "Chương trình công tác năm 2025": NGO_QUYEN,
}


def test_the_list_of_what_is_not_held(catalog: Catalog) -> None:
    listed = missing(references(catalog))
    assert len(listed) == len(BY_HAND) + len(ONCE)
    for one, (name, by) in zip(listed, BY_HAND, strict=False):
        assert one.name.startswith(name)
        assert one.by == by
        assert one.times == sum(by.values())
    for one in listed[len(BY_HAND) :]:
        (where,) = [where for name, where in ONCE.items() if one.name.startswith(name)]
        assert one.by == {where: 1}


def test_other_names_and_what_it_is_about_are_told(catalog: Catalog) -> None:
    law, _, decree, *_ = missing(references(catalog))
    assert law.also == ("Luật dân chủ ở cơ sở",)
    assert set(law.basis_of) == {HAI_PHONG, KIM_BANG, THACH_KHOI, NGO_QUYEN}
    assert decree.about == "quy định chi tiết một số điều của Luật Thực hiện dân chủ ở cơ sở"


def test_what_is_added_leaves_the_list(catalog: Catalog, laws: Path) -> None:
    held = [*catalog, *(draft(path).document for path in sorted(laws.glob("*.txt")))]
    names = [one.name for one in missing(references(held))]
    assert not [name for name in names if name.startswith(("Luật Thực hiện", "Nghị định số 59", "Nghị định số 61"))]
    assert names[0] == "Hiến pháp"


@pytest.mark.parametrize("held", [(), ("nghi-quyet-kim-bang-2024",)])
def test_few_documents_or_none(catalog: Catalog, held: tuple[str, ...]) -> None:
    listed = missing(references([document for document in catalog if document.id in held]))
    assert len(listed) == 9 * len(held)
