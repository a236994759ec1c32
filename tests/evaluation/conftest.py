"""Cases and answers made by hand, and an answerer over the shipped documents."""

from __future__ import annotations

import pytest

from evaluation.cases import Case, Gold
from evaluation.run import open_answerer
from retrieval.answerer import Answerer
from retrieval.question import Question

FIRST = "Ở Thạch Khôi người đứng đầu cản trở dân chủ thì bị xử lý sao?"


@pytest.fixture(scope="session")
def shipped() -> Answerer:
    return open_answerer()


@pytest.fixture(scope="session")
def few() -> list[Case]:
    """Two that can be answered, one wrongly judged, and three that cannot."""

    def case(
        id: str, text: str, gold: str = "", *, near: bool = False, doc: str = "nghi-quyet-thach-khoi-2025"
    ) -> Case:
        found = (Gold(doc, gold),) if gold else ()
        return Case(id, Question(text, id=id), bool(gold), "right" if gold else "refused", found, near=near)

    return [
        case("a", FIRST, "Nghiêm cấm và xử lý nghiêm người đứng đầu"),
        case("b", "Ai ký nghị quyết Thạch Khôi?", "Nguyễn Văn Kiên"),
        case("c", "Ai ký nghị quyết Hải Phòng?", "Nguyễn Văn Kiên"),
        case("d", "hôm nay trời có mưa không"),
        case("e", "Ai ký nghị quyết Kim Bảng?"),
        case("f", "Mức phạt khi cản trở dân chủ ở Thạch Khôi là bao nhiêu tiền?", near=True),
    ]
