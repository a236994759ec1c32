from __future__ import annotations

import dataclasses
from itertools import pairwise

import pytest

from bot import browse, messages
from bot.channels.telegram import markup
from bot.message import ACTION_BYTES
from bot.packing import pack, words_of
from bot.reply import BADGES
from corpus.document import Document
from corpus.provision import Level
from tests.bot.fake_telegram import utf16_units, visible
from tests.bot.stand_ins import DOCUMENTS


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.id)
def test_every_part_that_can_be_opened_is_sent_word_for_word(document: Document) -> None:
    for provision in browse._entries(document):
        parts = markup.parts(browse.whole(document, provision, DOCUMENTS))
        quoted = [q.split("</blockquote>")[0] for part in parts for q in part.split("<blockquote>")[1:]]
        assert squeezed(markup.plain("".join(quoted))) == squeezed(document.words(provision))
        assert all(utf16_units(visible(part)) <= markup.LIMIT for part in parts)
        assert "Mã kiểm tra: <code>" in parts[0]
        assert sum("".join(parts).count(badge) for badge in BADGES.values()) == 1


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.id)
def test_the_next_of_each_provision_leads_through_the_whole_document(document: Document) -> None:
    for level in {p.level for p in document.walk() if p.level is not Level.ATTESTATION}:
        row = [p for part in document.shown for p in part.walk() if p.level is level]
        assert all(document.neighbours(one)[1] is other for one, other in pairwise(row))
        assert all(document.neighbours(other)[0] is one for one, other in pairwise(row))
        assert not row or document.neighbours(row[-1])[1] is None


def test_the_attestation_with_its_addresses_is_not_to_be_had() -> None:
    hidden = [(d, p) for d in DOCUMENTS for p in d.walk() if p.level is Level.ATTESTATION]
    assert hidden
    assert all(browse.provision_of(d, browse.key(p.path.id)) is None for d, p in hidden)


def test_pages_of_documents_and_contents_reach_everything() -> None:
    many = [
        dataclasses.replace(DOCUMENTS[n % 5], meta=dataclasses.replace(DOCUMENTS[n % 5].meta, id=f"d{n}"))
        for n in range(45)
    ]
    seen: list[str] = []
    for page in range(3):
        shown = browse.document_list(many, page)
        [part] = markup.parts(shown)
        assert utf16_units(visible(part)) <= markup.LIMIT
        actions = [choice.action for row in shown.choices for choice in row]
        assert all(len(action.encode()) <= ACTION_BYTES for action in actions)
        seen += [action for action in actions if action.startswith("d:")]
        turning = {action for action in actions if action.startswith("v:")}
        assert turning == {f"v:{other}" for other in (page - 1, page + 1) if 0 <= other < 3}
    assert seen == [f"d:{browse.key(document.id)}:0" for document in many]
    assert browse.document_list(many, 99) == browse.document_list(many, 2)
    empty = browse.document_list([], 0)
    assert words_of(pack(empty.blocks, 2000)) == messages.NO_DOCUMENTS
    assert empty.choices == ()
