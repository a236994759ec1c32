"""One turn of a conversation as JSON, the shape that both the script and the templates render."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.assistant import Recorded
from bot.office.sheet import of_answer
from bot.reply import reply
from bot.web.compared import compared
from bot.web.quotes import said_of
from bot.web.report import report
from corpus.document import Document
from corpus.validity import vn_date


def turn(recorded: Recorded, base: str, documents: Sequence[Document]) -> dict[str, Any]:
    """An answer as the contract has it, with `record_id` and, under `reply`, the sentences that people read.

    Args:
        recorded: the answer and the id of its record.
        base: the site's address, for the links in copies.
        documents: all documents held, to which the references in quotes lead.
    """
    answer = recorded.answer
    said = reply(answer)
    day = vn_date(answer.on)
    return {
        **answer.to_json(),
        "record_id": recorded.record_id,
        "reply": {
            "headline": said.headline,
            "understood": said.understood,
            "closing": said.closing,
            "next_question": said.next_question,
            "report": report([quote.code for quote in answer.quotes], of_answer(answer, base)),
            "quotes": [
                said_of(quote, day, base, documents, shown)
                for quote, shown in zip(answer.quotes, said.quotes, strict=True)
            ],
            "comparison": compared(said) if said.sides else None,
        },
    }
