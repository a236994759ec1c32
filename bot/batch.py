"""A batch of questions: a JSON line in, a JSON line out, in order. A bad line is told of and the rest goes on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from bot.assistant import Answers, Assistant
from bot.web.ask_line import BadLine, question_from, read_object


def answer_lines(lines: Iterable[str], answers: Answers, assistant: Assistant | None = None) -> Iterator[str]:
    """Answer JSON lines, one for one and in order; empty lines are passed over.

    Args:
        lines: the lines.
        answers: what answers; used alone, nothing is recorded.
        assistant: if given, questions are also put on record.
    """
    for line in lines:
        if not line.strip():
            continue
        id = None
        try:
            table = read_object(line)
            id = table.get("id")
            id = id.encode("utf-8", "replace").decode() if isinstance(id, str) else id
            question = question_from(table)
        except BadLine as error:
            yield json.dumps({"id": id, "status": "error", "error": str(error)}, ensure_ascii=False)
            continue
        answer = assistant.ask(question, channel="batch").answer if assistant else answers.answer(question)
        yield json.dumps(answer.to_json(), ensure_ascii=False)
