"""How the process is doing, as its keepers read it: /metrics behind its token, and ids of requests."""

from __future__ import annotations

import logging
import re

import pytest
from starlette.testclient import TestClient

from bot.assistant import Assistant
from bot.metrics import Levels, Metrics
from bot.server import Readiness, Service, create_app, create_hook_app
from tests.bot.stand_ins import DOCUMENTS, Book, Clerk

TOKEN = "only-for-prometheus"


def metrics() -> Metrics:
    return Metrics(lambda: Levels(12.0, 5, 206, 1, 0, 0))


def client(clerk: Clerk, counted: Metrics | None, token: str | None = None) -> TestClient:
    service = Service(
        Assistant(clerk, Book(), meter=counted), lambda: DOCUMENTS, lambda document: None, lambda: Readiness(True)
    )  # type: ignore[arg-type, return-value]
    return TestClient(create_app(service, metrics=counted, metrics_token=token))


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (None, 401),
        ("Bearer wrong", 401),
        (TOKEN, 401),
        (f"Basic {TOKEN}", 401),
        ("Bearer bí mật", 401),
        (f"Bearer {TOKEN}", 200),
    ],
)
def test_figures_are_shown_to_who_has_the_token(given: str | None, status: int) -> None:
    headers = {"Authorization": given.encode()} if given else {}
    for app in (
        client(Clerk(), metrics(), TOKEN),
        TestClient(create_hook_app(lambda: Readiness(True), (), metrics(), TOKEN)),
    ):
        response = app.get("/metrics", headers=headers)
        assert response.status_code == status
        assert ("danchu_" in response.text) == (status == 200)


def test_without_a_token_set_they_are_shown_and_without_metrics_there_is_no_such_page() -> None:
    with client(Clerk(), metrics()) as open_to_all:
        open_to_all.post("/api/ask", json={"question": "cản trở"})
        shown = open_to_all.get("/metrics").text
    assert 'danchu_answers_total{channel="web",reason="none",status="answered"} 1.0' in shown
    assert "danchu_index_age_seconds 12.0" in shown
    assert client(Clerk(), None).get("/metrics").status_code == 404


def test_a_request_has_an_id_that_is_sent_back_and_stands_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[str | None] = []

    class Watching(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            from bot.logs import request_id

            if record.name == "bot.assistant":
                seen.append(request_id())

    watching = Watching()
    logging.getLogger("bot.assistant").addHandler(watching)
    try:
        with caplog.at_level(logging.INFO), client(Clerk(), None) as app:
            given = app.post("/api/ask", json={"question": "x"}, headers={"X-Request-Id": "tu-proxy-0001"})
            made = app.post("/api/ask", json={"question": "x"}, headers={"X-Request-Id": "sai\tdạng".encode()})
    finally:
        logging.getLogger("bot.assistant").removeHandler(watching)
    assert given.headers["X-Request-Id"] == "tu-proxy-0001"
    assert re.fullmatch(r"[0-9a-f]{16}", made.headers["X-Request-Id"])
    assert seen == ["tu-proxy-0001", made.headers["X-Request-Id"]]
