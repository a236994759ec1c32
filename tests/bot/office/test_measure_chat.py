"""Measures in a chat: what can be chosen, what it shows, and that nothing exceeds what a channel can carry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot import messages
from bot.channels.telegram import Telegram, markup
from bot.channels.zalo_bot import ZaloBot
from bot.channels.zalo_chat import texts
from bot.channels.zalo_wire import TEXT_LIMIT
from bot.message import ACTION_BYTES, Message
from bot.office import measure_chat, measure_words
from bot.packing import pack, words_of
from corpus.catalog import draft
from corpus.document import Document
from corpus.measures import all_groups, matrix
from tests.bot.fake_telegram import TOKEN as TELEGRAM_TOKEN
from tests.bot.fake_telegram import FakeTelegram, utf16_units, visible
from tests.bot.fake_zalo_bot import TOKEN as ZALO_TOKEN
from tests.bot.fake_zalo_bot import FakeZaloBot
from tests.bot.running import Running
from tests.bot.stand_ins import DOCUMENTS

NAMES = [group.name for group in all_groups()]


def squeezed(text: str) -> str:
    return "".join(text.split())


def words(message: Message) -> str:
    return words_of(pack(message.blocks, 100_000))


def choices(message: Message) -> dict[str, str]:
    """The actions by label."""
    return {choice.label: choice.action for row in message.choices for choice in row}


def pick(action: str, documents: Sequence[Document] = DOCUMENTS) -> Message | None:
    kind, *rest = action.split(":")
    assert kind == "m"
    return measure_chat.picked(documents, rest)


def shown(action: str, documents: Sequence[Document] = DOCUMENTS) -> Message:
    message = pick(action, documents)
    assert message
    return message


def every_clause(documents: Sequence[Document]) -> None:
    """Walk through everything as a thumb would: each clause of each cell is shown, word for word, within limits."""
    table = matrix(documents)
    groups = measure_chat.begin(documents)
    assert list(choices(groups)) == NAMES
    for group, to_group in zip(table.groups, choices(groups).values(), strict=True):
        places = shown(to_group, documents)
        assert places.replaces
        to_places = list(choices(places).items())
        assert to_places.pop() == (measure_words.OTHER_GROUP, "m")
        for cell, (label, action) in zip(table.of_group(group), to_places, strict=True):
            assert cell.holder.name in label
            if not cell.clauses:
                assert measure_words.gap(cell) in words(shown(action, documents))
            for number, clause in enumerate(cell.clauses, 1):
                message = shown(action, documents)
                said = words(message)
                assert squeezed(f"({number}/{len(cell.clauses)})") in squeezed(said)
                assert (measure_words.UNCHECKED in said) != cell.holder.checked
                for citation in clause.citations:
                    assert squeezed(citation.text) in squeezed(said)
                    assert citation.words in said
                    assert citation.code in said
                parts = markup.parts(message)
                assert all(utf16_units(visible(part)) <= markup.LIMIT for part in parts)
                assert all(len(part) <= TEXT_LIMIT for part in texts(message))
                turned = choices(message)
                assert all(len(one.encode()) <= ACTION_BYTES for one in turned.values())
                assert (measure_words.BEFORE in turned) == (number > 1)
                assert (measure_words.AFTER in turned) == (number < len(cell.clauses))
                if number < len(cell.clauses):
                    before, action = action, turned[measure_words.AFTER]
                    assert choices(shown(action, documents))[measure_words.BEFORE] == before


def test_every_clause_is_reached_word_for_word() -> None:
    every_clause(DOCUMENTS)


def test_also_those_of_the_law_and_its_decrees(laws: Path) -> None:
    added = [draft(path).document for path in sorted(laws.glob("*.txt"))]
    every_clause([*DOCUMENTS, *added])


@pytest.mark.parametrize(
    ("typed", "place"),
    [("kim bang", "Huyện Kim Bảng"), ("Thạch Khôi", "Phường Thạch Khôi"), ("ở TP Hải Phòng", "Thành phố Hải Phòng")],
)
def test_a_place_typed_gives_its_own_groups(typed: str, place: str) -> None:
    message = measure_chat.begin(DOCUMENTS, typed)
    assert words(message) == measure_words.CHOOSE_GROUP_OF.format(place=place)
    assert [label.rsplit(" (", 1)[0] for label in choices(message)] == NAMES
    assert place in words(shown(next(iter(choices(message).values()))))


@pytest.mark.parametrize("typed", ["Bến Nghé", "<b>x</b> " * 40, "Kim Bảng và Hải Phòng"])
def test_a_place_that_is_not_held_is_said_with_those_that_are(typed: str) -> None:
    message = measure_chat.begin(DOCUMENTS, typed)
    said = words(message)
    assert said.startswith(f"Tôi chưa có văn bản nào của “{typed[:40]}")
    assert "Phường Thạch Khôi" in said.split("\n")[0]
    assert len(said) < 700
    assert list(choices(message)) == NAMES


@pytest.mark.parametrize(
    "action",
    [
        "m:khong-co",
        "m:kinh-phi:000000000000:0",
        "m:kinh-phi:000000000000",
        "m:kinh-phi:000000000000:0:1",
        "m:kinh-phi:{key}:99",
        "m:kinh-phi:{key}:-1",
        "m:kinh-phi:{key}:x",
        "m:",
    ],
)
def test_a_choice_of_what_is_gone_shows_nothing(action: str) -> None:
    key = choices(shown("m:kinh-phi"))["Huyện Kim Bảng (1)"].split(":")[2]
    assert pick(action.format(key=key)) is None


def test_without_documents_there_is_a_sentence() -> None:
    assert words(measure_chat.begin([])) == measure_words.NOTHING
    assert pick("m", []) is None


# On the wire.


@contextmanager
def telegram(fake: FakeTelegram, home: Path) -> Iterator[Running]:
    running = Running(lambda talk, inbox: Telegram(TELEGRAM_TOKEN, fake.url, talk, inbox), home)
    try:
        yield running
    finally:
        running.stop()


def test_on_telegram_lists_take_each_others_place_and_clauses_are_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with FakeTelegram() as fake, telegram(fake, tmp_path):
        fake.wait(lambda: bool(fake.calls("setMyCommands")))
        described = {c["command"]: c["description"] for c in fake.calls("setMyCommands")[0].params["commands"]}
        assert described["bienphap"] == messages.COMMANDS["bienphap"]
        fake.say(7, "/bienphap")
        [listed] = fake.wait_sent(1)
        assert [button["text"] for button in listed.buttons] == NAMES
        fake.tap(listed, "m:kinh-phi")
        fake.wait(lambda: len(fake.calls("editMessageText")) == 1)
        [places] = fake.calls("editMessageText")
        labels = [button["text"] for button in places.buttons]
        assert labels[:5] == [
            "Thành phố Hải Phòng (2)", "Huyện Kim Bảng (1)", "Quận Ngô Quyền (không có)",
            "Phường Cao Xanh (không có)", "Phường Thạch Khôi (2)",
        ]  # fmt: skip
        fake.tap(places, places.buttons[1]["callback_data"])
        clause = fake.wait_sent(2)[1]
        assert "Điều 2. Nguồn lực thực hiện" in clause.text
        fake.tap(places, "m:kinh-phi:000000000000:0")
        fake.wait(lambda: messages.GONE in [c.params.get("text") for c in fake.calls("answerCallbackQuery")])


def test_on_zalo_a_number_picks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("bot.channels.zalo_bot.POLL_S", 1)
    with FakeZaloBot() as fake:
        running = Running(lambda talk, inbox: ZaloBot(fake.url, ZALO_TOKEN, talk, inbox), tmp_path)
        try:
            for typed in ("/bienphap", "8", "2"):
                fake.say("7", typed)
                sent = fake.wait_sent(("/bienphap", "8", "2").index(typed) + 1)
        finally:
            running.stop()
    assert f"8. {NAMES[7]}" in sent[0].text
    assert "2. Huyện Kim Bảng (1)" in sent[1].text
    assert "Điều 2. Nguồn lực thực hiện" in sent[2].text
