"""Every channel says the same: each conversation in `transcripts/` is acted out on all of them and compared."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.assistant import Assistant
from bot.conversation import Conversation
from bot.engine import Engine
from bot.limiter import Limiter
from bot.server import Readiness, Service, create_app
from tests.bot.stand_ins import RETENTION_DAYS, Book
from tests.bot.transcript import OnTelegram, OnWeb, OnZalo, OnZaloOa, Player, Transcript, read

FILES = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(tmp_path_factory.mktemp("home"), None, lambda line: None)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("bot.channels.zalo_bot.POLL_S", 1)


def squeezed(words: str) -> str:
    return "".join(unicodedata.normalize("NFC", words).split()).casefold()


def acted(transcript: Transcript, player: Player | OnWeb) -> list[tuple[str, tuple[str, ...]] | None]:
    """The replies of all steps, each checked for what it must hold; None where the channel has no such step."""
    replies = []
    for step in transcript.steps:
        shown = player.play(step)
        if shown is not None:
            for expected in step.expected:
                assert any(squeezed(one) in squeezed(shown.words) for one in expected.split("|")), (
                    player.name,
                    step.said,
                    shown.words,
                )
        replies.append(shown.same() if shown is not None else None)
    return replies


@pytest.fixture
def web(engine: Engine) -> Iterator[TestClient]:
    service = Service(Assistant(engine, Book()), engine.documents, engine.validity_of, lambda: Readiness(True))
    with TestClient(create_app(service, per_minute=0)) as client:
        yield client


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_channel_says_the_same(path: Path, engine: Engine, web: TestClient, tmp_path: Path) -> None:
    transcript = read(path)
    replies = {}
    for kind in (OnTelegram, OnZalo, OnZaloOa):
        (tmp_path / kind.name).mkdir()
        book = Book()
        talk = Conversation(Assistant(engine, book), engine.documents, book, Limiter(0), RETENTION_DAYS)
        with kind(tmp_path / kind.name, talk) as player:
            replies[kind.name] = acted(transcript, player)
    assert replies["zalo"] == replies["telegram"]
    assert replies["zalo_oa"] == replies["telegram"]
    if transcript.channels is None or "web" in transcript.channels:
        on_web = acted(transcript, OnWeb(web))
        compared = [pair for pair in zip(on_web, replies["telegram"], strict=True) if pair[0] is not None]
        assert compared
        assert [page[0] for page, _ in compared if page] == [chat[0] for _, chat in compared if chat]


def test_every_reply_of_a_transcript_is_looked_at() -> None:
    assert FILES
    for path in FILES:
        steps = read(path).steps
        assert sum(bool(step.expected) for step in steps) >= len(steps) / 2, path.name
