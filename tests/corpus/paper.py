"""A short paper made up for a test, read as documents that are added are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from corpus.catalog import draft
from corpus.document import Document, Tier

HEAD = """UBND PHƯỜNG HÒA AN
Số: 7/KH-UBND
Hòa An, ngày 05 tháng 3 năm 2026
KẾ HOẠCH
Thực hiện dân chủ ở cơ sở trên địa bàn phường Hòa An

Căn cứ Luật Thực hiện dân chủ ở cơ sở ngày 10 tháng 11 năm 2022;

"""


def paper(folder: Path, body: str, name: str = "ke-hoach-hoa-an") -> Document:
    """A plan of a ward with this body, one paragraph a line."""
    path = folder / f"{name}.txt"
    path.write_text(HEAD + "\n\n".join(body.strip().splitlines()) + "\n", "utf-8")
    document = draft(path, {"id": name, "issuer": "Ủy ban nhân dân phường Hòa An"}).document
    return replace(document, meta=replace(document.meta, tier=Tier.WARD))
