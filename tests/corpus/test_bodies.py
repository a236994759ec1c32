from __future__ import annotations

from pathlib import Path

import pytest

from corpus.bodies import all_bodies, bodies_meant, find_bodies
from corpus.catalog import Catalog
from tests.corpus.paper import paper

NAMED = [
    ("UBND các phường thuộc quận", [("UBND các phường", "ubnd-xa")]),
    ("Uỷ ban nhân dân cấp tỉnh", [("Uỷ ban nhân dân cấp tỉnh", "ubnd-tinh")]),
    ("Ủy ban nhân dân", [("Ủy ban nhân dân", "ubnd-xa")]),  # a ward's paper speaks of its own
    ("UBND các cấp", [("UBND các cấp", "ubnd-tinh ubnd-huyen ubnd-xa")]),
    ("UBND quận, phường", [("UBND quận, phường", "ubnd-huyen ubnd-xa")]),
    ("Chủ tịch Ủy ban nhân dân xã Đông Sơn quyết định", [("Chủ tịch Ủy ban nhân dân xã Đông Sơn", "chu-tich-ubnd-xa")]),
    ("các Ban của Hội đồng nhân dân phường", [("các Ban của Hội đồng nhân dân phường", "hdnd-xa")]),
    (
        "Ban Thường trực Ủy ban Mặt trận Tổ quốc Việt Nam phường",
        [("Ban Thường trực Ủy ban Mặt trận Tổ quốc Việt Nam phường", "mttq")],
    ),
    ("UBMTTQ phường", [("UBMTTQ phường", "mttq")]),
    ("Trưởng ban công tác Mặt trận", [("Trưởng ban công tác Mặt trận", "ban-cong-tac-mat-tran")]),
    (
        "Ban Thanh tra nhân dân, Ban Giám sát đầu tư của cộng đồng",
        [
            ("Ban Thanh tra nhân dân", "ban-thanh-tra-nhan-dan"),
            ("Ban Giám sát đầu tư của cộng đồng", "ban-giam-sat-dau-tu"),
        ],
    ),
    ("Công an phường", [("Công an phường", "cong-an")]),
    ("Tổ trưởng tổ dân phố", [("Tổ trưởng tổ dân phố", "truong-thon")]),
    ("Lãnh đạo cơ quan, ban, ngành, khu phố", [("Lãnh đạo cơ quan, ban, ngành, khu phố", "nguoi-dung-dau")]),
    ("các cơ quan, đơn vị, địa phương", [("các cơ quan, đơn vị, địa phương", "co-quan-don-vi")]),
    ("tổ chức hội nghị", []),  # a verb
    ("sự lãnh đạo của Đảng", []),
    ("sắp xếp đơn vị hành chính", []),
    ("công khai, minh bạch", []),
]


@pytest.mark.parametrize(("words", "named"), NAMED, ids=[words for words, _ in NAMED])
def test_bodies_are_found_as_they_are_named(words: str, named: list[tuple[str, str]], tmp_path: Path) -> None:
    document = paper(tmp_path, "1. Một việc.\n2. Một việc nữa.")
    found = [
        (words[one.start : one.end], " ".join(body.id for body in one.bodies)) for one in find_bodies(words, document)
    ]
    assert found == named


def test_a_city_is_a_province_or_in_its_time_a_district(catalog: Catalog) -> None:
    of = {id: find_bodies("UBND thành phố", catalog.by_id[id])[0].bodies[0].id for id in catalog.by_id}
    assert of["nghi-quyet-hai-phong-2025"] == "ubnd-tinh"
    assert of["to-trinh-cao-xanh-2024"] == "ubnd-huyen"  # Hạ Long, 2024


MEANT = [
    ("ubnd-xa", "ubnd-xa"),
    ("UBND phường", "ubnd-xa"),
    ("ubnd phuong", "ubnd-xa"),
    ("Ủy ban nhân dân cấp xã", "ubnd-xa"),
    ("uy ban nhan dan huyen", "ubnd-huyen"),
    ("UBND", "ubnd-tinh ubnd-huyen ubnd-xa"),
    ("hdnd", "hdnd-tinh hdnd-huyen hdnd-xa"),
    ("MTTQ", "mttq"),
    ("mat tran to quoc", "mttq"),
    ("ban thanh tra nhan dan", "ban-thanh-tra-nhan-dan"),
    ("công an xã", "cong-an"),
    ("nội vụ", "phong-noi-vu"),
    ("doanh nghiệp", "co-quan-don-vi"),
    ("", ""),
    ("   ", ""),
    ("hội cờ vua", ""),
    ("(", ""),
]


@pytest.mark.parametrize(("typed", "meant"), MEANT, ids=[typed or "nothing" for typed, _ in MEANT])
def test_what_people_type_is_understood(typed: str, meant: str) -> None:
    assert " ".join(body.id for body in bodies_meant(typed)) == meant


def test_every_body_has_an_id_of_its_own() -> None:
    ids = [body.id for body in all_bodies()]
    assert len(ids) == len(set(ids))
    assert all(id.isascii() and id == id.lower() for id in ids)
