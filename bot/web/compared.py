"""Places side by side as the pages show them: each with its clauses, and the same clauses with their words marked."""

from __future__ import annotations

from typing import Any

from bot import compare_words
from bot.reply import Reply
from retrieval.wording import Worded
from retrieval.wording import compare_words as word_by_word


def compared(said: Reply) -> dict[str, Any]:
    """The sides of a reply, the shape that both the script and the templates render.

    `sides` are the places, each with the numbers of its quotes. `wording` is None where fewer than two places have
    quotes; else `says`, and for each quote in turn its runs of words: `text`, and whether it stands on
    this side `only`.
    """
    sides = [
        {"place": side.place, "found": side.found, "says": side.says, "quotes": list(side.quotes)}
        for side in said.sides
    ]
    return {"sides": sides, "wording": _wording(said)}


def _wording(said: Reply) -> dict[str, Any] | None:
    quoting = [side for side in said.sides if side.quotes]
    if len(quoting) < 2:
        return None
    worded = word_by_word([[said.quotes[n].text for n in side.quotes] for side in quoting])
    return {
        "says": _says(worded),
        "sides": [
            {
                "place": side.place,
                "says": "" if one.shares or not _some(worded) else compare_words.WEB_NOTHING_SHARED_HERE,
                "quotes": [
                    {
                        "citation": said.quotes[n].citation,
                        "runs": [{"text": run.text, "only": run.only} for run in runs],
                    }
                    for n, runs in zip(side.quotes, one.texts, strict=True)
                ],
            }
            for side, one in zip(quoting, worded, strict=True)
        ],
    }


def _some(worded: tuple[Worded, ...]) -> bool:
    return any(one.shares for one in worded)


def _says(worded: tuple[Worded, ...]) -> str:
    if not _some(worded):
        return compare_words.WEB_NOTHING_SHARED
    if not any(run.only for one in worded for runs in one.texts for run in runs) and all(one.shares for one in worded):
        return compare_words.WEB_ALL_SHARED
    return compare_words.WEB_WORDING_SAYS
