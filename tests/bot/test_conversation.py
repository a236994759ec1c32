from __future__ import annotations

from itertools import count

import pytest

from bot import browse, messages
from bot.conversation import Conversation
from bot.message import ACTION_BYTES, Incoming, Style, Turn
from bot.packing import pack, words_of
from corpus.citation import quotations
from corpus.verify import Standing
from tests.bot.stand_ins import DOCUMENTS, POINT, SECOND, THACH_KHOI, Book, Clerk, conversation, quote

KEPT = messages.KEPT.format(days=90)


class Talk:
    """One person's talk with a conversation."""

    def __init__(self, book: Book | None = None, per_minute: int = 0, group: bool = False) -> None:
        self.book = book or Book()
        self.clerk = Clerk()
        self.group = group
        self.conversation: Conversation = conversation(self.clerk, self.book, per_minute)
        self._numbers = count(1)

    def say(self, text: str | None, person: str = "7", edited: str | None = None) -> Turn:
        number = str(next(self._numbers))
        return self.conversation.handle(
            Incoming(
                "telegram", number, "c", person, edited or number, text, edited=edited is not None, group=self.group
            )
        )

    def pick(self, action: str, person: str = "7") -> Turn:
        number = str(next(self._numbers))
        return self.conversation.handle(Incoming("telegram", number, "c", person, "1", action=action, group=self.group))


def words(turn: Turn) -> str:
    return "\n\n".join(words_of(pack(message.blocks, 100_000)) for message in turn.messages)


def actions(turn: Turn) -> list[str]:
    return [choice.action for message in turn.messages for row in message.choices for choice in row]


def test_a_quote_has_its_choices_under_it() -> None:
    talk = Talk()
    record = "0" * 32
    document = next(d for d in DOCUMENTS if d.id == THACH_KHOI)
    section, after = document.by_path["art_1__sec_II"], document.by_path["art_1__sec_II__cl_6__pt_a"]
    turn = talk.say("cản trở")
    assert quote(THACH_KHOI, POINT).text in words(turn)
    assert actions(turn) == [
        f"r:{record}:1",
        f"r:{record}:0",
        browse.whole_action(document, section),
        browse.whole_action(document, after),
        f"o:{record}",
    ]
    assert all(len(action.encode()) <= ACTION_BYTES for action in actions(turn))


def test_a_refusal_offers_to_tell_and_has_no_thumbs() -> None:
    talk = Talk()
    turn = talk.say("Luật Đất đai?")
    assert actions(turn) == [f"t:{'0' * 32}"]
    kept = talk.pick(actions(turn)[0])
    assert kept.toast == messages.TELL_ME_KEPT
    assert talk.book.waiting == [("0" * 32, "telegram", "c")]
    talk.book.works = False
    assert talk.pick(actions(turn)[0]).toast == messages.TELL_ME_NOT_KEPT


def test_what_is_kept_is_told_once_with_the_first_answer() -> None:
    talk = Talk(Book(told=False))
    first, second = talk.say("một"), talk.say("hai")
    assert words(first).endswith(KEPT)
    assert first.messages[-1].blocks[-1][0].style is Style.SOFT
    assert len(first.messages) == 1
    assert KEPT not in words(second)
    assert words(talk.say("ba", person="8")).endswith(KEPT)


def test_who_began_with_start_was_told_there() -> None:
    talk = Talk(Book(told=False))
    assert KEPT in words(talk.say("/start"))
    assert KEPT not in words(talk.say("một"))


def test_a_group_is_told_once_not_each_of_its_people() -> None:
    talk = Talk(Book(told=False), group=True)
    assert words(talk.say("một", person="7")).endswith(KEPT)
    assert KEPT not in words(talk.say("hai", person="8"))


@pytest.mark.parametrize(
    "typed", ["/noio Thạch Khôi", "/noio thach khoi", "/NOIO  phường Thạch Khôi ", "/noio@bot Thạch Khôi"]
)
def test_a_place_is_remembered_and_goes_with_each_question(typed: str) -> None:
    talk = Talk()
    assert words(talk.say(typed)) == messages.PLACE_SET.format(place="Phường Thạch Khôi")
    talk.say("ai ký?")
    assert talk.clerk.asked[-1].place == "Phường Thạch Khôi"
    shown = talk.say("/noio")
    assert messages.PLACE_NOW.format(place="Phường Thạch Khôi") in words(shown)
    assert actions(shown)[-1] == "p:"
    assert words(talk.pick("p:")) == messages.PLACE_FORGOTTEN
    talk.say("ai ký?")
    assert talk.clerk.asked[-1].place is None


def test_a_place_can_be_picked() -> None:
    talk = Talk()
    shown = talk.say("/noio")
    assert len(actions(shown)) == 5
    label = next(
        choice.label for row in shown.messages[0].choices for choice in row if choice.action == actions(shown)[2]
    )
    assert words(talk.pick(actions(shown)[2])) == messages.PLACE_SET.format(place=label)


@pytest.mark.parametrize("place", ["Bến Nghé", "<script>", "x" * 500, "Thạch Khôi và Kim Bảng", "🏘️"])
def test_a_place_that_no_document_is_held_of_is_not_remembered(place: str) -> None:
    talk = Talk()
    assert "không ghi nhớ" in words(talk.say(f"/noio {place}"))
    assert talk.book.people == {}


def test_a_place_that_cannot_be_stored_is_said_so() -> None:
    talk = Talk(Book(works=False))
    assert words(talk.say("/noio Thạch Khôi")) == messages.PLACE_NOT_KEPT


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", messages.CHECK_HOW),
        ("K7", messages.STANDING[Standing.NOT_A_CODE]),
        ("222222BB", messages.STANDING[Standing.UNKNOWN]),
        ("0OIL1111", messages.STANDING[Standing.NOT_A_CODE]),
    ],
)
def test_a_code_that_proves_nothing(typed: str, told: str) -> None:
    assert words(Talk().say(f"/kiemtra {typed}")) == told


def test_a_code_shows_the_words_it_stands_for() -> None:
    expected = quote(THACH_KHOI, POINT)
    code = expected.code.lower()
    told = words(Talk().say(f"/kiemtra {code[:4]}-{code[4:]}"))
    assert told.startswith("✅")
    assert expected.text in told
    assert expected.citation.words in told


def test_a_remark_is_kept() -> None:
    talk = Talk()
    assert words(talk.say("/phanhoi")) == messages.REMARK_HOW
    assert words(talk.say("/phanhoi Thiếu khoản 3\nở Kim Bảng")) == messages.REMARK_KEPT
    assert talk.book.remarks == [("telegram", "7", "Thiếu khoản 3\nở Kim Bảng")]


def test_forgetting_is_asked_for_and_then_done() -> None:
    talk = Talk()
    talk.say("Luật Đất đai?")
    talk.pick(f"t:{'0' * 32}")
    talk.say("/noio Thạch Khôi")
    asked = talk.say("/xoa")
    assert actions(asked) == ["x:1", "x:0"]
    assert words(talk.pick("x:0")) == messages.FORGET_KEPT
    assert talk.book.records
    assert words(talk.pick("x:1")) == messages.FORGOTTEN.format(questions=1)
    assert not talk.book.records
    assert not talk.book.waiting
    assert not talk.book.people
    talk.say("còn Kim Bảng?")
    assert talk.clerk.asked[-1].previous == ()


def test_forgetting_while_the_database_is_dead_is_put_off_and_said_so() -> None:
    talk = Talk(Book(works=False))
    assert words(talk.pick("x:1")) == messages.FORGET_LATER


def test_other_places_are_asked_as_a_follow_up_each() -> None:
    talk = Talk()
    turn = talk.say("cản trở")
    others = talk.pick(next(action for action in actions(turn) if action.startswith("o:")))
    asked = [question for question in talk.clerk.asked if question.previous]
    assert [question.previous for question in asked] == [("cản trở",)] * 4
    assert not any("Thạch Khôi" in question.text for question in asked)
    assert "Chưa thấy điều khoản trả lời ở" in words(others)
    assert len(talk.book.records) == 1


def test_the_second_question_is_asked_once() -> None:
    talk = Talk()
    turn = talk.say("hai câu: cản trở?")
    action = next(action for action in actions(turn) if action.startswith("n:"))
    assert SECOND in words(talk.pick(action))
    assert talk.pick(action) == Turn()


@pytest.mark.parametrize(
    "action",
    ["", "r", "r:x", "z:1", "v:x", "v:-1", "d:aa:bb", "a:a", "a:0:0", "p:zzz", "x:2", "o:zz", "n:", "r:1:2", "v:1:2"],
)
def test_a_choice_that_is_no_more(action: str) -> None:
    assert Talk().pick(action).toast == messages.GONE


def test_too_many_questions_get_a_polite_word_and_another_person_is_served() -> None:
    talk = Talk(per_minute=3)
    assert [words(talk.say("Luật?")) == messages.BUSY for _ in range(5)] == [False] * 3 + [True] * 2
    assert talk.pick("v:0").toast == messages.BUSY
    assert words(talk.say("Luật?", person="8")) != messages.BUSY
    assert len(talk.book.records) == 4


def test_the_whole_of_a_provision_is_its_words_and_leads_on() -> None:
    document = next(d for d in DOCUMENTS if d.id == "nghi-quyet-kim-bang-2024")
    turn = Talk().pick(browse.whole_action(document, document.by_path["art_2"]))
    for citation in quotations(document, document.by_path["art_2"]):
        assert citation.text in words(turn)
    assert actions(turn) == [browse.whole_action(document, document.by_path["art_3"])]


def test_inline_offers_are_quotes_and_nothing_is_recorded() -> None:
    talk = Talk()
    [offer] = talk.conversation.offers("cản trở")
    expected = quote(THACH_KHOI, POINT)
    assert offer.title == expected.citation.words
    assert expected.text in words_of(pack(offer.message.blocks, 10_000))
    assert talk.conversation.offers("không có") == ()
    assert not talk.book.records


@pytest.mark.parametrize("command", ["/help", "/khongco", "/help gì đó"])
def test_help_lists_every_command(command: str) -> None:
    told = words(Talk().say(command))
    assert all(f"/{name} – {what}" in told for name, what in messages.COMMANDS.items())


def test_a_lone_slash_is_a_question_like_any_other() -> None:
    talk = Talk()
    talk.say("/")
    assert [question.text for question in talk.clerk.asked] == ["/"]


def test_a_picture_is_answered_with_a_sentence() -> None:
    assert words(Talk().say(None)) == messages.NOT_TEXT
