from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import messages
from bot.channels.telegram import markup
from bot.message import Line, Message, Style
from bot.packing import pack, utf16_units, words_of
from bot.reply import QuoteBlock, Reply, message
from retrieval.answer import Status
from tests.bot.fake_telegram import utf16_units as counted_otherwise
from tests.bot.fake_telegram import visible

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


def a_reply(*quotes: QuoteBlock, **fields: str) -> Message:
    return message(
        Reply(
            status=Status.ANSWERED,
            headline=fields.get("headline", ""),
            understood=fields.get("understood", ""),
            quotes=quotes,
            closing=fields.get("closing", ""),
            next_question=fields.get("next_question"),
        )
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


def test_a_long_quote_is_folded() -> None:
    long = dataclasses.replace(BLOCK, text="b) Cản trở dân chủ. " * 60)
    assert "<blockquote expandable>" in markup.parts(a_reply(long))[0]


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
def test_utf16_units(text: str, units: int) -> None:
    assert utf16_units(text) == units


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
    text = "🟢" * 5000 + "e\u0323\u0302" * 3000
    parts = markup.parts(a_reply(dataclasses.replace(BLOCK, text=text)))
    assert all(counted_otherwise(visible(part)) <= markup.LIMIT for part in parts)
    quoted = [part.partition("<blockquote expandable>")[2].partition("</blockquote>")[0] for part in parts]
    assert "".join(quoted) == text
    assert not any(words.startswith(("\u0323", "\u0302")) for words in quoted)


def test_a_lone_surrogate_does_not_break_a_message() -> None:
    [part] = markup.parts(a_reply(understood="Tìm theo: \ud83d"))
    assert part.encode()


@pytest.mark.parametrize("limit", [2000, 2001])
def test_a_limit_in_code_points_is_met_to_the_letter(limit: int) -> None:
    [part] = pack([(Line("🟢" * limit),)], limit)
    assert len(part.words) == limit
    assert [len(part.words) for part in pack([(Line("🟢" * (limit + 1)),)], limit)] == [limit, 1]


words = st.builds(
    lambda text, times: text * times,
    st.text(max_size=60) | st.sampled_from(["Điều 5. ", "<b>&amp;</i>", "dân chủ ở cơ sở; ", "🏘️\n", "a" * 50, "  \n"]),
    st.sampled_from([1, 1, 1, 2, 30, 300]),
)
lines = st.builds(Line, text=words, style=st.sampled_from(list(Style)), label=st.sampled_from(["", "Mã: ", "🟢 · "]))
blocks = st.lists(st.lists(lines, max_size=6).map(tuple), max_size=6)


@given(blocks)
@settings(max_examples=150)
def test_any_message_keeps_its_words_its_limit_and_its_tags(blocks: list[tuple[Line, ...]]) -> None:
    parts = markup.parts(Message(tuple(blocks)))
    shown = [visible(part) for part in parts]  # raises on tags that are not balanced
    assert all(counted_otherwise(words.strip()) <= markup.LIMIT for words in shown)
    assert shown == [markup.plain(part) for part in parts]
    expected = "".join(line.label + line.text for block in blocks for line in block if line.text.strip())
    assert squeezed("".join(shown)) == squeezed(expected).replace("\ud83d", "\ufffd")
    plain = pack(blocks, 2000)
    assert all(len(part.words) <= 2000 for part in plain)
    assert squeezed(words_of(plain)) == squeezed("".join(shown))


def test_a_code_keeps_its_label() -> None:
    [part] = pack([(Line("34NJSWH5", Style.CODE, messages.CHECK_CODE),)], 2000)
    assert part.words == "Mã kiểm tra: 34NJSWH5"
