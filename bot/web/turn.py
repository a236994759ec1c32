"""One turn of a conversation as JSON, the shape that both the script and the templates render."""

from __future__ import annotations

from typing import Any

from bot import messages
from bot.assistant import Recorded
from bot.reply import reply
from bot.web.reader import anchor
from corpus.provision import Level, ProvisionPath


def turn(recorded: Recorded) -> dict[str, Any]:
    """An answer as the contract has it, with `record_id` and, under `reply`, the sentences that people read."""
    answer = recorded.answer
    said = reply(answer)
    return {
        **answer.to_json(),
        "record_id": recorded.record_id,
        "reply": {
            "headline": said.headline,
            # Words that are searched for as they were typed need not be said again.
            "understood": "" if _same(answer.understood, answer.question) else said.understood,
            "closing": said.closing,
            "next_question": said.next_question,
            "quotes": [
                {
                    "badge": block.badge,
                    "note": block.note,
                    "address": f"{block.address}#{anchor(quote.citation.path)}",
                    "read": messages.WEB_READ.format(provision=_whole(quote.citation.path)),
                    "rest": block.rest,
                }
                for quote, block in zip(answer.quotes, said.quotes, strict=True)
            ],
        },
    }


def _same(understood: str, question: str) -> bool:
    return understood.casefold().split() == question.casefold().rstrip(" ?.!").split() or understood == question


def _whole(path: ProvisionPath) -> str:
    """What a person goes on to read: the article, or the outermost part that is not the document itself."""
    for step in path.steps:
        if step.level in (Level.ARTICLE, Level.APPENDIX):
            return step.words
    first = path.steps[0]
    return first.words if first.level is Level.SECTION and len(path.steps) > 1 else messages.WEB_WHOLE_DOCUMENT
