"""In a chat a reference opens its clause with one tap, or by its number."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.assistant import Assistant
from bot.browse import key
from bot.conversation import Conversation
from bot.limiter import Limiter
from bot.message import ACTION_BYTES, Incoming
from bot.opening import MOST, opening
from corpus.catalog import draft
from corpus.document import Document
from tests.bot.stand_ins import DOCUMENTS, Book, Clerk

HAI_PHONG, THACH_KHOI, NGO_QUYEN = "nghi-quyet-hai-phong-2025", "nghi-quyet-thach-khoi-2025", "ke-hoach-ngo-quyen-2025"


@pytest.fixture(scope="module")
def held(laws: Path) -> tuple[Document, ...]:
    return (*DOCUMENTS, *(draft(path).document for path in sorted(laws.glob("*.txt"))))


def labels(documents: tuple[Document, ...], id: str, path: str) -> list[str]:
    document = next(document for document in documents if document.id == id)
    provision = document.by_path[path]
    rows = opening(documents, document, provision.start, provision.end)
    assert all(len(row) == 1 and len(row[0].action.encode()) <= ACTION_BYTES for row in rows)
    return [choice.label for row in rows for choice in row]


@pytest.mark.parametrize(
    ("id", "path", "wanted"),
    [
        (HAI_PHONG, "art_1__cl_2__pt_đ", ["Mở: Điều 3 Luật Thực hiện dân chủ ở cơ sở"]),
        (NGO_QUYEN, "sec_II__cl_3__pt_a__ind_8", [
            "Mở: Điều 8 Luật Thực hiện dân chủ ở cơ sở", "Mở: Điều 86 Luật Thực hiện dân chủ ở cơ sở"]),
        (NGO_QUYEN, "sec_II__cl_2__ind_1", ["Mở: Luật Thực hiện dân chủ ở cơ sở", "Mở: Nghị định 59/2023/NĐ-CP"]),
        (THACH_KHOI, "bases__basis_6", ["Mở: Nghị quyết Thành phố Hải Phòng (có lẽ)"]),
        (THACH_KHOI, "art_3__cl_2", []),
        ("luat-10-2022-qh15", "chap_VI__art_91", []),
    ],
)  # fmt: skip
def test_what_a_clause_refers_to(held: tuple[Document, ...], id: str, path: str, wanted: list[str]) -> None:
    assert labels(held, id, path) == wanted


def test_a_few_and_no_more(held: tuple[Document, ...]) -> None:
    assert len(labels(held, "luat-10-2022-qh15", "chap_II__sec_1__art_13")) == MOST
    law = next(document for document in held if document.id == "luat-10-2022-qh15")
    assert opening(DOCUMENTS, law, 0, 10_000) == ()


def test_the_choice_shows_the_clause_word_for_word(held: tuple[Document, ...]) -> None:
    book = Book()
    talk = Conversation(Assistant(Clerk(), book), lambda: held, book, Limiter(0), retention_days=365)

    def tap(action: str) -> str:
        turn = talk.handle(Incoming("telegram", "k", "1", "7", "5", action=action))
        (message,) = turn.messages
        actions.extend(choice for row in message.choices for choice in row)
        return "\n".join(line.text for block in message.blocks for line in block)

    actions: list = []
    tap(f"a:{key(HAI_PHONG)}:{key('art_1__cl_2__pt_đ')}")
    (choice,) = [one for one in actions if one.label.startswith("Mở: ")]
    law = next(document for document in held if document.id == "luat-10-2022-qh15")
    assert law.words(law.by_path["chap_I__art_3"]) in tap(choice.action)
