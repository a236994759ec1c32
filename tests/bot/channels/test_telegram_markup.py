from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import messages
from bot.channels import telegram_markup as markup
from bot.reply import QuoteBlock, Reply, reply
from corpus.catalog import open_catalog
from corpus.citation import quotations
from corpus.validity import validity
from retrieval.answer import Answer, Quote, Rest, Searched, Status
from tests.bot.fake_telegram import utf16_units, visible

DAY = dt.date(2026, 11, 20)
DOCUMENTS = open_catalog(None).documents
BLOCK = QuoteBlock(
    lead_in=("Điều 1. Các biện pháp", "5. Người đứng đầu:"),
    text="b) Cản trở <dân chủ> & trù dập;",
    citation="điểm b khoản 5 Điều 1 Nghị quyết X",
    force="in_force",
    badge="Đang có hiệu lực",
    note="Có hiệu lực từ 19/12/2025.",
    code="34NJSWH5",
    document_id="x",
    path="art_1__cl_5__pt_b",
    rest="",
)


def a_reply(*quotes: QuoteBlock, **fields: str) -> Reply:
    return Reply(
        status=Status.ANSWERED,
        headline=fields.get("headline", ""),
        understood=fields.get("understood", ""),
        quotes=quotes,
        closing=fields.get("closing", ""),
        next_question=fields.get("next_question"),
    )


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_a_quote_is_written_with_all_that_proves_it() -> None:
    assert markup.parts(a_reply(BLOCK)) == [
        "<b>điểm b khoản 5 Điều 1 Nghị quyết X</b>\n"
        "🟢 Đang có hiệu lực · <i>Có hiệu lực từ 19/12/2025.</i>\n"
        "<i>Điều 1. Các biện pháp</i>\n"
        "<i>5. Người đứng đầu:</i>\n"
        "<blockquote>b) Cản trở &lt;dân chủ&gt; &amp; trù dập;</blockquote>\n"
        "Mã kiểm tra: <code>34NJSWH5</code>"
    ]


def test_a_long_quote_is_folded_and_an_asked_for_one_is_not() -> None:
    long = dataclasses.replace(BLOCK, text="b) Cản trở dân chủ. " * 60)
    assert "<blockquote expandable>" in markup.parts(a_reply(long))[0]
    assert "<blockquote>" in markup.quote_parts([long])[0]


def test_headline_closing_and_second_question_stand_around_the_quotes() -> None:
    [part] = markup.parts(
        a_reply(BLOCK, headline="Gần nhất:", understood="Tìm theo: x", closing="Đã tìm.", next_question="Còn?")
    )
    assert part.startswith("Gần nhất:\n<i>Tìm theo: x</i>\n\n<b>")
    assert part.endswith("</code>\n\nĐã tìm.\n\nCòn?")


@pytest.mark.parametrize(
    ("text", "units"),
    [("", 0), ("abc", 3), ("Điều 5", 6), ("🟢", 2), ("e\u0323\u0302", 3), ("\ud83d", 1), ("👨‍👩‍👧", 8)],
)
def test_utf16_len(text: str, units: int) -> None:
    assert markup.utf16_len(text) == units


def test_whole_quotes_go_to_the_next_message_rather_than_be_cut() -> None:
    blocks = [dataclasses.replace(BLOCK, text=f"{n}. " + "dân chủ ở cơ sở " * 110) for n in range(5)]
    parts = markup.parts(a_reply(*blocks))
    assert len(parts) == 3
    for n, block in enumerate(blocks):
        [holding] = [part for part in parts if squeezed(block.text) in squeezed(visible(part))]
        assert f"<blockquote expandable>{n}. " in holding


def test_a_quote_over_the_limit_is_cut_at_a_line_break_then_at_a_sentence() -> None:
    lines = "\n".join(f"- Dòng thứ {n} của khoản này, viết cho đủ dài." for n in range(200))
    parts = markup.parts(a_reply(dataclasses.replace(BLOCK, text=lines)))
    assert len(parts) > 2
    assert all(part.split("</blockquote>")[0].endswith("viết cho đủ dài.") for part in parts)
    assert all("<blockquote expandable>- Dòng" in part for part in parts)

    sentences = "Dân biết, dân bàn, dân làm. " * 400
    parts = markup.parts(a_reply(dataclasses.replace(BLOCK, text=sentences)))
    assert all(part.split("</blockquote>")[0].endswith("dân làm.") for part in parts)


def test_the_number_of_an_article_is_no_end_of_a_sentence() -> None:
    text = "Chữ " * 900 + "Điều 15. " + "chữ " * 400
    first = markup.parts(a_reply(dataclasses.replace(BLOCK, text=text)))[0]
    assert not first.split("</blockquote>")[0].endswith("15.")


def test_a_word_longer_than_a_message_keeps_letters_and_pairs_whole() -> None:
    parts = markup.parts(a_reply(dataclasses.replace(BLOCK, text="🟢" * 5000 + "e\u0323\u0302" * 3000)))
    assert all(utf16_units(visible(part)) <= markup.LIMIT for part in parts)
    quoted = [part.partition("<blockquote expandable>")[2].partition("</blockquote>")[0] for part in parts]
    assert "".join(quoted) == "🟢" * 5000 + "e\u0323\u0302" * 3000
    assert not any(words.startswith(("\u0323", "\u0302")) for words in quoted)


def test_a_lone_surrogate_does_not_break_a_message() -> None:
    [part] = markup.parts(a_reply(understood="Tìm theo: \ud83d"))
    assert part.encode()


words = st.builds(
    lambda text, times: text * times,
    st.text(max_size=60) | st.sampled_from(["Điều 5. ", "<b>&amp;</i>", "dân chủ ở cơ sở; ", "🏘️\n", "a" * 50, "  \n"]),
    st.sampled_from([1, 1, 1, 2, 30, 300]),
)
blocks = st.builds(
    QuoteBlock,
    lead_in=st.lists(words, max_size=3).map(tuple),
    text=words,
    citation=words,
    force=st.just("in_force"),
    badge=st.just("Đang có hiệu lực"),
    note=words,
    code=words,
    document_id=st.just("x"),
    path=st.just("art_1"),
    rest=words,
)
replies = st.builds(
    Reply,
    status=st.just(Status.ANSWERED),
    headline=words,
    understood=words,
    quotes=st.lists(blocks, max_size=5).map(tuple),
    closing=words,
    next_question=st.none() | words,
)


@given(replies)
@settings(deadline=None, max_examples=150)
def test_any_reply_keeps_its_words_its_limit_and_its_tags(reply: Reply) -> None:
    parts = markup.parts(reply)
    shown = [visible(part) for part in parts]  # raises on tags that are not balanced
    assert all(words.strip() and utf16_units(words) <= markup.LIMIT for words in shown)
    assert shown == [markup.plain(part) for part in parts]
    expected = [reply.headline, reply.understood]
    for block in reply.quotes:
        badge = f"🟢 {block.badge} · " if block.note.strip() else f"🟢 {block.badge}"
        code = messages.CHECK_CODE + block.code if block.code.strip() else ""
        expected += [block.citation, badge, block.note, *block.lead_in, block.text, block.rest, code]
    expected += [reply.closing, reply.next_question or ""]
    assert squeezed("".join(shown)) == squeezed("".join(expected))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.id)
def test_every_part_that_can_be_opened_is_sent_word_for_word(document) -> None:
    for path in [p.path for p in document.walk() if p in markup._entries(document)]:
        provision = document.by_path[path.id]
        parts = markup.quote_parts(markup.whole(document, provision, DOCUMENTS))
        quoted = [q.split("</blockquote>")[0] for part in parts for q in part.split("<blockquote>")[1:]]
        assert squeezed(markup.plain("".join(quoted))) == squeezed(document.words(provision))
        assert all(utf16_units(visible(part)) <= markup.LIMIT for part in parts)
        assert "Mã kiểm tra: <code>" in parts[0]


def test_pages_of_documents_and_contents_reach_everything() -> None:
    many = [
        dataclasses.replace(DOCUMENTS[n % 5], meta=dataclasses.replace(DOCUMENTS[n % 5].meta, id=f"d{n}"))
        for n in range(45)
    ]
    seen: list[str] = []
    for page in range(3):
        text, rows = markup.document_list(many, page)
        assert utf16_units(text) <= markup.LIMIT
        buttons = [button for row in rows for button in row]
        assert all(len(button.data.encode()) <= 64 for button in buttons)
        seen += [button.data for button in buttons if button.data.startswith("d:")]
        turning = {button.data for button in buttons if button.data.startswith("v:")}
        assert turning == {f"v:{other}" for other in (page - 1, page + 1) if 0 <= other < 3}
    assert seen == [f"d:{markup.key(document.id)}:0" for document in many]
    assert markup.document_list(many, 99) == markup.document_list(many, 2)
    assert markup.document_list([], 0) == (messages.NO_DOCUMENTS, [])


def an_answer(*quotes: Quote, next_question: str | None = None) -> Answer:
    return Answer(
        question="?",
        understood="",
        status=Status.ANSWERED,
        reason=None,
        quotes=quotes,
        searched=Searched(5, 206, "1"),
        on=DAY,
        next_question=next_question,
    )


def a_quote(document_id: str, path: str, rest: Rest | None = None) -> Quote:
    document = next(document for document in DOCUMENTS if document.id == document_id)
    citation = quotations(document, document.by_path[path])[0]
    return Quote(document, citation, (), validity(document.meta, DAY), 1.0, rest)


def test_buttons_under_an_answer() -> None:
    answer = an_answer(
        a_quote("nghi-quyet-thach-khoi-2025", "art_1__sec_II__cl_5__pt_b"),
        a_quote("nghi-quyet-thach-khoi-2025", "art_1__sec_II__cl_5__pt_a"),
        a_quote("nghi-quyet-kim-bang-2024", "art_2"),
        next_question="Còn Kim Bảng?",
    )
    thumbs, whole, following = markup.answer_buttons("f" * 32, answer)
    assert [button.data for button in thumbs] == ["r:" + "f" * 32 + ":1", "r:" + "f" * 32 + ":0"]
    assert [button.label for button in whole] == ["📖 Đọc cả Mục II Điều 1 Nghị quyết Phường Thạch Khôi"]
    assert [button.data for button in following] == ["n"]


def test_a_quote_that_goes_on_has_its_button_too() -> None:
    quote = a_quote("nghi-quyet-hai-phong-2025", "art_2", Rest("art_2__cl_3", 4, "/van-ban"))
    _, [button] = markup.answer_buttons("f" * 32, an_answer(quote))
    assert button.label == "📖 Đọc cả Điều 2 Nghị quyết Thành phố Hải Phòng"


def test_a_record_id_too_long_for_a_button_has_no_thumbs() -> None:
    assert markup.answer_buttons("f" * 61, an_answer()) == []


@pytest.mark.parametrize("question", ["Kinh phí lấy từ đâu?", "“dân bàn” là gì", "a – gửi riêng b"])
def test_the_second_question_is_read_back_from_what_is_shown(question: str) -> None:
    parts = markup.parts(reply(an_answer(next_question=question)))
    assert markup.offered_question(markup.plain(parts[-1])) == question
    assert markup.offered_question("Chữ khác") == ""


def test_greeting_and_help_are_one_message() -> None:
    for text in (markup.greeting(), markup.help_text()):
        assert utf16_units(visible(text)) <= markup.LIMIT
    assert messages.PRIVACY in visible(markup.greeting())
    assert all(example in visible(markup.greeting()) for example in messages.EXAMPLES)
